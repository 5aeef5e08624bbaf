package grammar

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

const script = `# 导航
@lang=zh-CN @role=resident
打开教育局
找一下教育局  @role=tourist
    navigate jyj
    not intent Search

放大到百分之一百五
	control zoom_set percent=150
+ 再大一点 @page=/a
    control zoom_in
@
搜索 a@b.c
    search A@B.c
    slot query
    slot n 50
政务公开吗
    clarify zwgk xxgkml
嗯
    none
    say 没听清
`

func TestScript(t *testing.T) {
	s, diags := ParseScript("a.test", []byte(script))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var got []string
	for _, c := range s.Cases {
		got = append(got, fmt.Sprintf("%s|%v|%v|%v|%v", c.Utterance, c.Attrs, c.Follows, c.Expect, c.Pos.Line))
	}
	want := []string{
		"打开教育局|map[lang:zh-CN role:resident]|false|[navigate jyj not intent Search]|3",
		"找一下教育局|map[lang:zh-CN role:tourist]|false|[navigate jyj not intent Search]|4",
		"放大到百分之一百五|map[lang:zh-CN role:resident]|false|[control zoom_set percent=150]|8",
		"再大一点|map[lang:zh-CN page:/a role:resident]|true|[control zoom_in]|10",
		"搜索 a@b.c|map[]|false|[search A@B.c slot query slot n 50]|13",
		"政务公开吗|map[]|false|[clarify zwgk xxgkml]|17",
		"嗯|map[]|false|[none say 没听清]|19",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestScriptRun(t *testing.T) {
	s, _ := ParseScript("a.test", []byte(script))
	right := map[string]Outcome{
		"打开教育局":     {Action: "navigate", Column: "jyj"},
		"找一下教育局":    {Action: "navigate", Column: "jyj"},
		"放大到百分之一百五": {Action: "control", Control: "zoom_set", Args: map[string]any{"percent": 150.0}},
		"再大一点":      {Action: "control", Control: "zoom_in"},
		"搜索 a@b.c":  {Action: "search", Query: "a@b.c", Slots: map[string]any{"query": "a@b.c", "n": 50}},
		"政务公开吗":     {Action: "clarify", Choices: []string{"xxgkml", "zwgk"}},
		"嗯":         {Action: "none", Say: "没听清"},
	}
	ask := func(c *Case) (Outcome, error) { return right[c.Utterance], nil }
	if diags := s.Run(ask); len(diags) > 0 {
		t.Error(diags)
	}
	wrong := func(c *Case) (Outcome, error) {
		if c.Utterance == "嗯" {
			return Outcome{}, errors.New("no recogniser")
		}
		return Outcome{Action: "navigate", Column: "zwgk", Intent: "Search", Slots: map[string]any{"n": 51}}, nil
	}
	var lines []int
	for _, d := range s.Run(wrong) {
		lines = append(lines, d.Start.Line)
	}
	if want := []int{5, 6, 5, 6, 9, 11, 14, 15, 16, 18, 19}; !slices.Equal(lines, want) {
		t.Errorf("failures on lines %v, want %v", lines, want)
	}
}

func TestScriptErrors(t *testing.T) {
	tests := []struct{ script, want string }{
		{"    navigate a\n", "1:5"},
		{"打开\n", "1:1"},
		{"打开\n    navigat a\n", "2:5"},
		{"打开\n    slot\n", "2:5"},
		{"@role\nx\n none\n", ""},
		{"@ role=a b\nx\n none\n", "1:1"},
		{"+ 第二个\n  none\n", "1:1"},
	}
	for _, tt := range tests {
		_, diags := ParseScript("x", []byte(tt.script))
		got := ""
		if len(diags) > 0 {
			got = diags[0].Start.String()
		}
		if got != tt.want {
			t.Errorf("%q: finding at %q, want %q: %v", tt.script, got, tt.want, diags)
		}
	}
}
