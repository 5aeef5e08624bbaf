package grammar

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

type sampleRow struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Template string          `json:"template"`
	Lists    json.RawMessage `json:"slot_lists"`
	Expect   any             `json:"expect"`
	Input    string          `json:"input"`
}

// TestSampleConformance: the sample rows of hassil's own tests.
func TestSampleConformance(t *testing.T) {
	done := 0
	for _, row := range jsonRows[sampleRow](t, sharedFile(t, "conformance/hassil/conformance.jsonl")) {
		if row.Kind != "sample" {
			continue
		}
		done++
		lists := map[string]*List{}
		if row.Lists != nil {
			var diags Diagnostics
			if lists, diags = ParseLists(row.ID, row.Lists); len(diags) > 0 {
				t.Fatal(diags)
			}
		}
		f := fileOf(t, row.Template)
		f.Language = "" // the row names none, so numbers are digits
		var got []any
		for _, s := range (Sampler{File: f, Lists: lists}).First(1000) {
			got = append(got, s.Text)
		}
		if fmt.Sprint(got) != fmt.Sprint(row.Expect) {
			t.Errorf("%s: got %q, want %q", row.ID, got, row.Expect)
		}
	}
	if done < 3 {
		t.Errorf("%d rows, want 3", done)
	}
}

// fileOf is a Chinese file with the templates as its only sentences.
func fileOf(t testing.TB, templates ...string) *File {
	t.Helper()
	b := &Block{Weight: 1}
	for _, src := range templates {
		tmpl, err := ParseTemplate(src)
		if err != nil {
			t.Fatal(err)
		}
		b.Sentences = append(b.Sentences, tmpl)
	}
	return &File{Language: "zh-CN", Settings: Settings{IgnoreWhitespace: true}, Intents: []*Intent{{Name: "A", Blocks: []*Block{b}}}}
}

func texts(samples []Sample) []string {
	var out []string
	for _, s := range samples {
		out = append(out, s.Text)
	}
	return out
}

func TestSampleForms(t *testing.T) {
	tests := []struct {
		template string
		want     []string
	}{
		{"[请](打开|进入)首页", []string{"请打开首页", "请进入首页", "打开首页", "进入首页"}},
		{"(甲;乙;丙)", []string{"甲乙丙", "甲丙乙", "乙甲丙", "乙丙甲", "丙甲乙", "丙乙甲"}},
		{"(a;b)", []string{"a b", "b a"}},
		{"第{2..4,2:n}页", []string{"第2页", "第二页", "第两页", "第4页", "第四页"}},
		{"搜索 {q}", []string{"搜索{q}"}},
		{"(a||a)", []string{"a", ""}},
	}
	for _, tt := range tests {
		got := texts(Sampler{File: fileOf(t, tt.template)}.First(100))
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %q, want %q", tt.template, got, tt.want)
		}
	}
}

func TestSampleFractions(t *testing.T) {
	r := &Range{From: 1, To: 2, Step: 1, Digits: true, Words: true, Fractions: "halves"}
	var got []string
	r.each("en", func(s string) bool { got = append(got, s); return true })
	if want := []string{"1", "one", "1.5", "one point five", "2", "two", "2.5", "two point five"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSampleBounds: grammars of 10^12 and more utterances, and rules that
// double, answer at once.
func TestSampleBounds(t *testing.T) {
	wide := strings.Repeat("(a|b|c|d|e|f|g|h|i|j)", 12)
	if got := (Sampler{File: fileOf(t, wide)}).First(5); len(got) != 5 || got[4].Text != "aaaaaaaaaaae" {
		t.Errorf("first of 10^12: %q", texts(got))
	}
	if got := (Sampler{File: fileOf(t, wide)}).Draw(50, 1); len(got) != 50 {
		t.Errorf("drew %d of 10^12, want 50", len(got))
	}
	same := strings.Repeat("(a|a|a|a|a|a|a|a|a|a)", 12)
	if got := (Sampler{File: fileOf(t, same)}).First(5); len(got) != 1 {
		t.Errorf("different ones among 10^12 equal: %q", texts(got))
	}
	f := fileOf(t, "<r0>", "首页")
	f.Rules = map[string]*Rule{}
	for i := range 60 {
		body, _ := ParseTemplate(fmt.Sprintf("<r%d><r%d>", i+1, i+1))
		f.Rules[fmt.Sprintf("r%d", i)] = &Rule{Name: fmt.Sprintf("r%d", i), Body: body}
	}
	f.Rules["r60"] = &Rule{Name: "r60", Body: fileOf(t, "a").Intents[0].Blocks[0].Sentences[0]}
	if got := texts(Sampler{File: f}.Draw(5, 1)); !slices.Equal(got, []string{"首页"}) {
		t.Errorf("rules that double: %q", got)
	}
	if diags := Check(f, Options{}); !slices.ContainsFunc(diags, func(d Diagnostic) bool { return d.Code == "too-large" }) {
		t.Errorf("rules that double are not reported: %v", diags)
	}
}

// TestDraw: the seed decides, templates take equal part, and all is a sample.
func TestDraw(t *testing.T) {
	f := fileOf(t, "打开{1..1000:n}", "(甲|乙|丙)(丁|戊|己)(庚|辛|壬)(子|丑|寅)")
	s := Sampler{File: f, Language: "fr"}
	a, b := texts(s.Draw(100, 7)), texts(s.Draw(100, 7))
	if !slices.Equal(a, b) || slices.Equal(a, texts(s.Draw(100, 8))) {
		t.Error("the seed does not decide the draw")
	}
	first := 0
	for _, x := range a {
		if strings.HasPrefix(x, "打开") {
			first++
		}
	}
	if len(a) != 100 || first < 30 || first > 85 {
		t.Errorf("%d of %d from the first template", first, len(a))
	}
}

func TestPhrases(t *testing.T) {
	zh := fileOf(t, "[请](打开|进入){column}", "搜索{q}的信息", "第{1..3:n}页")
	zh.Lists = map[string]*List{"column": {Name: "column"}, "q": {Name: "q", Wildcard: true}}
	columns := NewColumns([]*Column{{ID: "a", Name: "教育局", Aliases: []string{"教委"}, Lang: "zh-CN"}, {ID: "b", Name: "氹仔", Lang: "zh-CN"}, {ID: "c", Name: "Home", Lang: "en"}})
	got := Phrases([]*File{zh}, columns, nil, 1000)
	for _, want := range []string{"搜索", "的信息", "第3页"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
	for _, part := range []string{"打开", "进入", "教育局", "教委", "氹仔"} {
		if !strings.Contains(strings.Join(got, " "), part) {
			t.Errorf("no phrase has %q: %q", part, got)
		}
	}
	if strings.Contains(strings.Join(got, " "), "Home") {
		t.Errorf("an English column in a Chinese grammar: %q", got)
	}
	segment := func(s string) []string {
		if strings.Contains(s, "氹") {
			return nil
		}
		return strings.Split(s, "")
	}
	for _, p := range Phrases([]*File{zh}, columns, segment, 4) {
		if strings.Contains(p, "氹") || !strings.Contains(p, " ") {
			t.Errorf("phrase %q is not segmented", p)
		}
	}
	if n := len(Phrases([]*File{zh}, columns, segment, 4)); n != 4 {
		t.Errorf("%d phrases, want the limit of 4", n)
	}
}

// TestPhrasesCoverRealGrammar: each word of the grammar's own texts is heard in
// some phrase.
func TestPhrasesCoverRealGrammar(t *testing.T) {
	f, _ := Parse("grammar_zh-CN.json", sharedFile(t, "conformance/ha-intents/grammar_zh-CN.json"))
	got := Phrases([]*File{f}, nil, nil, 20000)
	all := strings.Join(got, "\n")
	missing := 0
	for _, in := range f.Intents {
		for _, b := range in.Blocks {
			for _, s := range b.Sentences {
				Walk(s.Root, func(n Node) bool {
					if x, ok := n.(*Text); ok && !strings.Contains(all, strings.TrimSpace(x.Text)) {
						missing++
						t.Logf("not heard: %q of %s", x.Text, s)
					}
					return true
				})
			}
		}
	}
	if t.Logf("%d phrases", len(got)); missing > 0 || len(got) > 20000 {
		t.Errorf("%d texts are in no phrase", missing)
	}
}
