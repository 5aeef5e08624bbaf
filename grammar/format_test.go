package grammar

import (
	"strings"
	"testing"
)

const untidy = `# 导航
intents:
  # 打开栏目
  OpenColumn:
    data:
      - say: 正在打开
        sentences:
            - "【请】（打开｜进入）{column：c}"   # 最常用
            - '（甲；乙）  丙'
        slots: {a: "true", b: 1}
      # 首页
      - control: {name: zoom_set, percent: 150}
        sentences: ["放大"]
expansion_rules:
    find: "(找|查)[一下]"
lists: {column: {}, n: {range: {from: 1, to: 3}}, l: {values: [{out: x, in: "a[b]"}, {in: "a[b]", literal: true, metadata: {long: "0123456789012345678901234567890123456789012345678901234567890123456789"}}]}}
skip_words: [请问, "谢谢"]
settings: {ignore_whitespace: true}
language: zh-CN
`

const tidied = `language: zh-CN
settings: {ignore_whitespace: true}
skip_words: [请问, "谢谢"]
lists:
  column: {}
  n: {range: {from: 1, to: 3}}
  l:
    values:
      - {in: 'a[b]', out: x}
      - in: "a[b]"
        metadata: {long: "0123456789012345678901234567890123456789012345678901234567890123456789"}
        literal: true
rules:
  find: (找|查)[一下]
# 导航
intents:
  # 打开栏目
  OpenColumn:
    data:
      - sentences:
          - '[请](打开|进入){column:c}' # 最常用
          - (甲;乙) 丙
        slots: {a: "true", b: 1}
        say: 正在打开
      # 首页
      - sentences: [放大]
        control: {name: zoom_set, percent: 150}
`

func TestFormat(t *testing.T) {
	got, diags := Format("a.yaml", []byte(untidy))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if string(got) != tidied {
		t.Errorf("got:\n%s\nwant:\n%s", got, tidied)
	}
	again, _ := Format("a.yaml", got)
	if string(again) != string(got) {
		t.Errorf("formatted again:\n%s", again)
	}
}

func TestFormatKeeps(t *testing.T) {
	tests := []struct{ name, data string }{
		{"anchors", "rules:\n  a: &x 找\nintents:\n  A:\n    data:\n      - sentences: [*x, <a>]\nlanguage: zh\n"},
		{"merge keys", "intents:\n  A:\n    data:\n      - &base\n        sentences: [甲]\n        weight: 2\n      - <<: *base\n        sentences: [乙]\n"},
		{"a number as text", "lists:\n  l:\n    values: [1, 1.50, yes, ~x, \"null\"]\n"},
		{"only comments", "# nothing yet\n"},
		{"JSON", `{"intents": {"A": {"data": [{"sentences": ["<r>  b", "😀\u0041"], "slots": {"a": 1.0, "b": null}}]}}, "expansion_rules": {"r": "（a）"}}`},
	}
	for _, tt := range tests {
		got, diags := Format(tt.name, []byte(tt.data))
		if diags.HasErrors() {
			t.Errorf("%s: %v", tt.name, diags)
			continue
		}
		again, _ := Format(tt.name, got)
		if string(again) != string(got) {
			t.Errorf("%s: not stable:\n%s\n---\n%s", tt.name, got, again)
		}
	}
	got, _ := Format("real", sharedFile(t, "conformance/ha-intents/grammar_zh-CN.json"))
	if again, _ := Format("real", got); len(got) == 0 || string(again) != string(got) {
		t.Error("the real grammar is not printed in a stable way")
	}
	if out, diags := Format("bad", []byte(oneSentence("'(a'", ""))); out != nil || !diags.HasErrors() {
		t.Error("a file with errors was printed")
	}
}

// TestFormatShipped: the shipped files can be printed.
func TestFormatShipped(t *testing.T) {
	for _, s := range Shipped() {
		got, diags := Format(s.Name, s.Data)
		if diags.HasErrors() {
			t.Error(diags)
		}
		if len(strings.TrimSpace(string(got))) == 0 {
			t.Errorf("%s is printed as nothing", s.Name)
		}
	}
}

// TestPrintedTemplates: what a template prints parses back to an equal tree.
func TestPrintedTemplates(t *testing.T) {
	templates := []string{"((a))", "([a])", "(((a)))", "[[a] b]", `\ a\ `, `a\ b c`, "\t打开\n首页 ", "(a;b|c)", "(|a|)", "(;a)", "( a )", "[ ]<x>",
		`\（a\）`, "（甲｜乙）；丙", "{a:a}", "{：x", "{@c} d", "{a:@c}", "{0..5,2:n} b", "{-5..5}", "<a|b>", "a(b)c", " (a|b) ", "x[y;z]"}
	for _, row := range jsonRows[parseRow](t, sharedFile(t, "conformance/hassil/parse.jsonl")) {
		templates = append(templates, row.Template)
	}
	for _, d := range []Dialect{Tingdong, Hassil} {
		for _, src := range templates {
			checkPrinted(t, d, src)
		}
	}
}

func checkPrinted(t *testing.T, d Dialect, src string) {
	t.Helper()
	a, err := d.ParseTemplate(src)
	if err != nil {
		return
	}
	b, err := d.ParseTemplate(a.String())
	if err != nil {
		t.Fatalf("%q prints as %q: %v", src, a, err)
	}
	if !sameTree(a.Root, b.Root) {
		t.Fatalf("%q prints as %q, which is another tree", src, a)
	}
	if b.String() != a.String() {
		t.Fatalf("%q prints as %q and then as %q", src, a, b)
	}
}
