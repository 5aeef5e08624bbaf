package session

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/search"
)

// testService is a service over the shipped portal and a small real index.
func testService(t testing.TB) *Service {
	t.Helper()
	cols, diags := grammar.ParseColumns("columns.yaml", grammar.ShippedColumns().Data)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	var files []*grammar.File
	for _, src := range grammar.Shipped() {
		f, diags := grammar.Parse(src.Name, src.Data)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	m, err := intent.Compile(files, cols)
	if err != nil {
		t.Fatal(err)
	}
	x, err := search.Open(t.TempDir(), search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	err = x.Apply(1, []search.Op{
		{Upsert: &search.Document{ID: "/a", Title: "海滨浴场水质公告", Body: "大梅沙海滨浴场本周水质监测结果为优，适宜游泳。", URL: "/cn/a.html", Lang: "zh-CN"}},
		{Upsert: &search.Document{ID: "/b", Title: "海滨浴场开放时间", Body: "海滨浴场每日九时至十八时开放，请注意水质与天气。", URL: "/cn/b.html", Lang: "zh-CN"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	brain := &Brain{Matcher: m, Columns: cols}
	return &Service{Brain: func() *Brain { return brain }, Search: x, Dialogues: NewDialogues()}
}

// say asks one thing after the other in one session and returns the replies.
func say(t *testing.T, s *Service, lines ...string) []*Reply {
	t.Helper()
	var out []*Reply
	for _, l := range lines {
		r, err := s.Ask(t.Context(), Ask{Text: l, Session: "visitor-1", Lang: "zh-CN"})
		if err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		out = append(out, r)
	}
	return out
}

func TestSecondResultOfASearch(t *testing.T) {
	r := say(t, testService(t), "海滨浴场的水质怎么样", "打开第二个")
	if r[0].Action != intent.Search || len(r[0].Search.Hits) != 2 {
		t.Fatalf("first reply: %+v", r[0])
	}
	want := r[0].Search.Hits[1].URL
	if c := r[1].Control; r[1].Action != intent.Control || c["name"] != "open_item" || c["index"] != 2 || c["url"] != want {
		t.Fatalf("picked %v, want open_item 2 at %s", c, want)
	}
}

func TestPickAmongChoices(t *testing.T) {
	s := testService(t)
	offer := &Reply{Action: intent.Clarify, Say: "哪一个？", Choices: []Choice{
		{Label: "食品安全", Action: intent.Navigate, Column: &ColumnRef{ID: "spaq", Name: "食品安全", URL: "/cn/zwgk/spaq/"}},
		{Label: "视频新闻", Action: intent.Navigate, Column: &ColumnRef{ID: "spxw", Name: "视频新闻", URL: "/cn/xw/shipin/"}},
	}}
	for text, want := range map[string]string{"第二个": "spxw", "第一个": "spaq", "对": "spaq"} {
		s.Dialogues.remember(s.Brain(), "visitor-1", offer, intent.Decision{})
		r := say(t, s, text)[0]
		if r.Action != intent.Navigate || r.Column == nil || r.Column.ID != want {
			t.Errorf("%s: %+v, want column %s", text, r, want)
		}
	}
	// A number that was not offered stays a question for the page.
	s.Dialogues.remember(s.Brain(), "visitor-1", offer, intent.Decision{})
	if r := say(t, s, "第五个")[0]; r.Action != intent.Control {
		t.Errorf("第五个 of two: %+v", r)
	}
}

func TestRepeatAndCancel(t *testing.T) {
	s := testService(t)
	r := say(t, s, "打开教育局", "再说一遍", "取消", "再说一遍")
	if r[1].Control["name"] != "repeat" || r[1].Say != r[0].Say || r[0].Say == "" {
		t.Errorf("repeat said %q, want %q", r[1].Say, r[0].Say)
	}
	if r[2].Control["name"] != "cancel" || r[3].Say == r[0].Say {
		t.Errorf("after cancelling, repeat still said %q", r[3].Say)
	}
}

func TestSessionsDoNotMix(t *testing.T) {
	s := testService(t)
	say(t, s, "海滨浴场的水质怎么样")
	r, err := s.Ask(t.Context(), Ask{Text: "打开第二个", Session: "visitor-2", Lang: "zh-CN"})
	if err != nil || r.Control["url"] != nil {
		t.Fatalf("another session's result was picked: %+v, %v", r, err)
	}
}

func TestNavigateReply(t *testing.T) {
	r := say(t, testService(t), "找一下教育局")[0]
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"action":"navigate"`, `"id":"jyj"`, `"url":"/cn/jg/jyj/"`, `"path":["政府机构","教育局"]`, `"utterance":"找一下教育局"`, `"took_ms":{`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%s is not in %s", want, data)
		}
	}
	for _, absent := range []string{`"search":{`, `"choices"`, `"control"`, `"heard"`} {
		if strings.Contains(string(data), absent) {
			t.Errorf("%s does not apply, but is in %s", absent, data)
		}
	}
}

func TestBadInputIsExplained(t *testing.T) {
	s := testService(t)
	for name, a := range map[string]Ask{
		"too long": {Text: strings.Repeat("长", MaxText+1)},
		"not UTF8": {Text: "\xff\xfe"},
		"session":  {Text: "教育局", Session: "a b"},
		"in list":  {Alternatives: []asr.Hypothesis{{Text: "好"}, {Text: "\xff"}}},
	} {
		var bad *InputError
		if _, err := s.Ask(context.Background(), a); !asInput(err, &bad) {
			t.Errorf("%s: got %v, want an InputError", name, err)
		}
	}
	if r, err := s.Ask(context.Background(), Ask{}); err != nil || r.Action != intent.None {
		t.Errorf("silence: %+v, %v; want none", r, err)
	}
}

func asInput(err error, target **InputError) bool {
	e, ok := err.(*InputError)
	*target = e
	return ok
}

func TestValidSession(t *testing.T) {
	for id, want := range map[string]bool{"": false, "short": false, "abcdefgh": true, "a-b_C-12": true, strings.Repeat("x", 65): false, "中文中文中文中文": false} {
		if ValidSession(id) != want {
			t.Errorf("ValidSession(%q) = %v", id, !want)
		}
	}
}
