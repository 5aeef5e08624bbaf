package intent

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/grammar"
)

// slack is a bound that only catches what does not end: the figures are in the
// benchmarks.
const slack = time.Minute

func compileText(t testing.TB, text string) (*Matcher, error) {
	t.Helper()
	f, diags := grammar.Parse("test.yaml", []byte(text))
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return Compile([]*grammar.File{f}, nil)
}

// TestAdversarial: large and nested grammars and texts end in an answer or an
// error, never in a hang.
func TestAdversarial(t *testing.T) {
	start := time.Now()
	wild := "{" + strings.Repeat("a}{", 60) + "a}"
	perm := "(" + strings.Join(strings.Split("甲乙丙丁戊己庚辛壬癸子丑", ""), ";") + ")"
	double := "  r0: (a|b)\n"
	for i := 1; i < 40; i++ {
		double += fmt.Sprintf("  r%d: <r%d><r%d>\n", i, i-1, i-1)
	}
	circle := "  a: x<b>\n  b: y<a>\n"
	for name, c := range map[string]struct {
		sentence, rules string
		tooLarge        bool
	}{
		"wildcards":    {wild, "", false},
		"permutation":  {perm, "", false},
		"thirteen":     {"(" + strings.Repeat("甲;", 12) + "乙)", "", true},
		"doubling":     {"<r39>", double, true},
		"circle":       {"<a>", circle, true},
		"alternatives": {strings.Repeat("(甲|乙|丙|丁|戊)", 40), "", false},
		"optionals":    {strings.Repeat("[甲]", 200) + "乙", "", false},
		"letters":      {strings.Repeat("[a|b]", 60), "", false},
	} {
		text := "language: zh-CN\nsettings: {ignore_whitespace: true}\nlists: {a: {wildcard: true}}\nrules:\n  none: x\n" + c.rules +
			"intents: {T: {data: [{sentences: [\"" + c.sentence + "\"]}]}}\n"
		m, err := compileText(t, text)
		if (err != nil) != c.tooLarge {
			t.Errorf("%s: error %v", name, err)
		}
		if err != nil {
			continue
		}
		for _, input := range []string{strings.Repeat("甲", 3400), strings.Repeat("甲乙 ", 100), strings.Repeat("ab", 5000), "癸丑甲乙丙丁戊己庚辛壬子"} {
			ask(m, input)
			m.MatchBest(Call{Text: input})
		}
	}
	if took := time.Since(start); took > slack {
		t.Errorf("took %v", took)
	}
}

// TestManyValues: 200,000 list values compile, and are found.
func TestManyValues(t *testing.T) {
	if testing.Short() {
		t.Skip("200,000 values take a few seconds")
	}
	names := syllableNames(200_000)
	list := &grammar.List{Name: "thing"}
	for _, n := range names {
		list.Values = append(list.Values, &grammar.Value{In: n, Template: grammar.LiteralTemplate(n, grammar.Pos{}), Out: n})
	}
	f, _ := grammar.Parse("many.yaml", []byte("language: zh-CN\nsettings: {ignore_whitespace: true}\nlists: {thing: {values: [x]}}\nintents: {T: {data: [{sentences: [\"打开{thing}\"]}]}}"))
	f.Lists["thing"] = list
	m, err := Compile([]*grammar.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(names); i += 49999 {
		r, ok := m.MatchBest(Call{Text: "打开" + names[i]})
		if !ok || r.Slots["thing"] != names[i] {
			t.Errorf("%s: %v %v", names[i], ok, r.Slots)
		}
	}
}

func TestDecideOddTexts(t *testing.T) {
	m := shipped(t)
	for _, text := range []string{"", " ", "\x00", "\u202e\u200f", "。。。", "\xff\xfe", strings.Repeat("打开", 5000), strings.Repeat("a", 10000), strings.Repeat("9", 1000), "😀"} {
		d := ask(m, text)
		if d.Action == Navigate || d.Action == Control {
			t.Errorf("%.20q: %s", text, outcomeOf(d))
		}
	}
	story := strings.Repeat("楼上装修从早到晚都在敲，", 40)
	if d := ask(m, "我要投诉"+story); outcomeOf(d) != "navigate tsjb" || len(fmt.Sprint(d.Candidates[0].Slots["subject"])) < len(story)-6 {
		t.Errorf("a long complaint: %s", outcomeOf(d))
	}
	if d := m.Decide(Query{}); d.Action != None {
		t.Errorf("nothing heard: %s", d.Action)
	}
}

func FuzzDecide(f *testing.F) {
	m := shipped(f)
	for _, seed := range []string{"打开政务公开", "go to the home page", "第２页", "放大到150%", "\x00打开\u202e", "1.5.5", "100000", "２０２４年", "a p p 下载", "’’’"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := ask(m, text)
		for _, c := range d.Candidates {
			if c.Confidence < 0 || c.Confidence > 1 {
				t.Errorf("confidence %v", c.Confidence)
			}
			if c.Action == Navigate && c.Column == nil || c.Action == Control && c.Control == nil {
				t.Errorf("%s without target", c.Action)
			}
		}
		if (d.Action == Navigate || d.Action == Control || d.Action == Search || d.Action == Clarify) && len(d.Candidates) == 0 {
			t.Errorf("%s without candidates", d.Action)
		}
		m.MatchBest(Call{Text: text})
	})
}
