package intent

import (
	"testing"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
)

func nbest(texts ...string) []asr.Hypothesis {
	var out []asr.Hypothesis
	for i, text := range texts {
		out = append(out, asr.Hypothesis{Text: text, Confidence: 0.9 - 0.1*float64(i)})
	}
	return out
}

// TestDecideNBest: the readings are judged together, and a command further
// down beats words that mean nothing.
func TestDecideNBest(t *testing.T) {
	m := shipped(t)
	for _, c := range []struct {
		heard []string
		want  string
		index int
	}{
		{[]string{"大开正午公开哎", "打开政务公开", "打开政府公开"}, "navigate zwgk", 1},
		{[]string{"返回 首页", "翻回首页"}, "control home", 0},
		{[]string{"嗯", "后退"}, "control history_back", 1},
		{[]string{"今天吃什么", "今天吃什么呢"}, "search 今天吃什么", 0},
		{[]string{"", ""}, "none", 0},
	} {
		d := m.Decide(Query{Heard: nbest(c.heard...)})
		got := outcomeOf(d)
		if got != c.want && got != "search 吃什么" || d.Action == Navigate && d.Candidates[0].Heard != c.index {
			t.Errorf("%v: %s, want %s", c.heard, got, c.want)
		}
	}
}

func TestDecidePriors(t *testing.T) {
	m := shipped(t)
	for _, c := range []struct {
		q    Query
		want string
	}{
		{Query{Heard: nbest("返回上一页")}, "control history_back"},
		{Query{Heard: nbest("返回上一页"), Page: "/cn/zwgk/tzgg/index_3.html"}, "control prev_page"},
		{Query{Heard: nbest("上一页"), Page: "/cn/zwgk/tzgg/?page=2"}, "control prev_page"},
		{Query{Heard: nbest("企业"), Role: "enterprise"}, "navigate qyfw"},
	} {
		if got := outcomeOf(m.Decide(c.q)); got != c.want {
			t.Errorf("%s as %s on %s: %s, want %s", c.q.Heard[0].Text, c.q.Role, c.q.Page, got, c.want)
		}
	}
}

// twins compiles one command over columns whose names sound alike.
func twins(t *testing.T, columns ...*grammar.Column) *Matcher {
	t.Helper()
	f, diags := grammar.Parse("twins.yaml", []byte("language: zh-CN\nsettings: {ignore_whitespace: true}\nskip_words: [请]\nlists: {column: {}}\nintents: {Open: {data: [{sentences: [\"[打开]{column}\"]}]}}"))
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	m, err := Compile([]*grammar.File{f}, grammar.NewColumns(columns))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTwins: the characters decide between names that sound alike; what fits
// neither is asked back; the role breaks the tie.
func TestTwins(t *testing.T) {
	food := &grammar.Column{ID: "food", Name: "食品安全", Lang: "zh-CN", Roles: []string{"resident"}}
	video := &grammar.Column{ID: "video", Name: "视频安全", Lang: "zh-CN", Roles: []string{"enterprise"}}
	m := twins(t, food, video)
	for text, want := range map[string]string{
		"打开食品安全": "navigate food", "打开视频安全": "navigate video", "视频安全": "navigate video",
		"打开师拼安全": "clarify [navigate food] [navigate video]",
	} {
		if got := outcomeOf(ask(m, text)); got != want && got != "clarify [navigate video] [navigate food]" {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestSkipWordInName: a skip word never eats a part of a list value.
func TestSkipWordInName(t *testing.T) {
	m := twins(t, &grammar.Column{ID: "report", Name: "请示报告", Lang: "zh-CN"}, &grammar.Column{ID: "show", Name: "示报告", Lang: "zh-CN"})
	for _, text := range []string{"请打开请示报告", "打开请示报告", "请示报告", "打开请示报告请"} {
		if got := outcomeOf(ask(m, text)); got != "navigate report" {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// TestSearchOffersColumn: a search for a column's name offers the column too.
func TestSearchOffersColumn(t *testing.T) {
	d := ask(shipped(t), "搜一下政务公开")
	if d.Action != Search || len(d.Candidates) != 2 || d.Candidates[0].SearchFor != "政务公开" || d.Candidates[1].Action != Navigate || d.Candidates[1].Column.ID != "zwgk" {
		t.Errorf("%s %+v", d.Action, d.Candidates)
	}
}

// TestConcurrentUse is for the race detector: one matcher, many speakers.
func TestConcurrentUse(t *testing.T) {
	m := shipped(t)
	done := make(chan string)
	for range 4 {
		go func() {
			last := ""
			for _, text := range []string{"打开政务公开", "投诉物业乱收费", "go to the whole page", "食品安全"} {
				last = outcomeOf(ask(m, text))
			}
			done <- last
		}()
	}
	for range 4 {
		if got := <-done; got != "navigate spaq" {
			t.Error(got)
		}
	}
}
