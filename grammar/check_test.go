package grammar

import (
	"fmt"
	"strings"
	"testing"
)

// findings parses and checks data and prints "line:column code suggestion" of
// each finding.
func findings(t *testing.T, data string, o Options) []string {
	t.Helper()
	f, diags := Parse("test.yaml", []byte(data))
	diags = append(diags, Check(f, o)...).Sort()
	var out []string
	for _, d := range diags {
		if d.Message.ZH == "" || d.Message.EN == "" || strings.Contains(d.Message.ZH+d.Message.EN, "%!") {
			t.Errorf("bad message: %v", d)
		}
		if d.End.Before(d.Start) {
			t.Errorf("%v ends before it starts", d)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", d.Start, d.Code, d.Suggestion)))
	}
	return out
}

// sentence is a file with one template and what is given beside it.
func oneSentence(template, more string) string {
	return "language: zh-CN\nintents:\n  A:\n    data:\n      - sentences:\n          - " + template + "\n" + more
}

func TestFindings(t *testing.T) {
	columns := NewColumns([]*Column{{ID: "tsjb", Name: "投诉举报", Lang: "zh-CN", URL: "/"}, {ID: "zwgk", Name: "政务公开", Lang: "zh-CN", URL: "/"}})
	tests := []struct {
		name, data string
		want       []string
	}{
		{"clean", oneSentence("打开首页", ""), nil},
		{"unclosed points at its opener", oneSentence("'打开(首页'", ""), []string{"6:16 unclosed-bracket 打开(首页)", "3:3 no-sentences"}},
		{"mismatched", oneSentence("'(a]'", ""), []string{"6:16 mismatched-bracket", "3:3 no-sentences"}},
		{"stray", oneSentence("'a)'", ""), []string{"6:15 unexpected-bracket", "3:3 no-sentences"}},
		{"escapes keep the column", oneSentence(`"\u6253\\(开 {nam}"`, "lists: {name: [甲]}"),
			[]string{"6:25 unknown-list {name}", "7:9 unused-list"}},
		{"quote in quotes", oneSentence(`'it''s {nam}'`, "lists: {name: [甲]}"), []string{"6:20 unknown-list {name}", "7:9 unused-list"}},
		{"literal block", oneSentence("|\n              打开\n              <fnd>", "rules: {find: 找}"),
			[]string{"8:15 unknown-rule <find>", "9:9 unused-rule"}},
		{"rule for list", oneSentence("'{find}'", "rules: {find: 找}"), []string{"6:14 unknown-list <find>", "7:9 unused-rule"}},
		{"quotes of an input method", oneSentence("《find》首页", "rules: {find: 找}"), []string{"6:13 lookalike-bracket <find>", "7:9 unused-rule"}},
		{"recursion", oneSentence("<a>", "rules: {a: <b>, b: 'x<a>'}"), []string{"7:9 recursive-rule"}},
		{"recursion through a list", oneSentence("'{l}'", "lists: {l: ['甲{l}']}"), []string{"7:9 recursive-rule"}},
		{"route by name", oneSentence("我要投诉", "        route: 投诉举报"), []string{"7:16 unknown-column tsjb"}},
		{"route nearly", oneSentence("我要投诉", "        route: tsj"), []string{"7:16 unknown-column tsjb"}},
		{"control", oneSentence("放大", "        control: zoom_inn"), []string{"7:18 unknown-control zoom_in"}},
		{"control argument", oneSentence("放大", "        control: {name: zoom_set, percnt: 150}"),
			[]string{"7:25 missing-argument", "7:25 unknown-argument percent"}},
		{"argument from a slot", oneSentence("'放大到{10..500:percent}'", "        control: zoom_set"), nil},
		{"two outcomes", oneSentence("首页", "        control: home\n        route: zwgk"), []string{"7:18 two-outcomes"}},
		{"search without query", oneSentence("搜索", "        action: search"), []string{"7:17 missing-slot"}},
		{"bad action", oneSentence("搜索", "        action: serach"), []string{"7:17 bad-value search"}},
		{"say", oneSentence("'{1..3:page}'", "        say: 第{pgae}页"), []string{"5:9 missing-slot page"}},
		{"roles", oneSentence("首页", "        roles: [resident, tourists]"), []string{"7:16 bad-value tourist"}},
		{"weight", oneSentence("首页", "        weight: heavy"), []string{"7:17 bad-type"}},
		{"unknown key", oneSentence("首页", "        rout: zwgk"), []string{"7:9 unknown-key route"}},
		{"duplicate intent", oneSentence("首页", "  A:\n    data: []"), []string{"7:3 duplicate-key"}},
		{"empty range", oneSentence("'{3..1:n}'", ""), []string{"6:14 bad-range 1..3"}},
		{"huge range", oneSentence("'{0..1000000000:n}'", ""), []string{"6:14 range-too-large"}},
		{"step of none", oneSentence("'{0..10,0:n}'", ""), []string{"6:14 bad-range"}},
		{"range without end", oneSentence("'{n}'", "lists: {n: {range: {from: 1}}}"), []string{"7:20 bad-range"}},
		{"same value again", oneSentence("'{l}'", "lists: {l: [甲, 乙, 甲]}"), []string{"7:19 never-matches"}},
		{"unsayable value", oneSentence("'{l}'", "lists: {l: ['——', 乙]}"), []string{"7:14 never-matches"}},
		{"invisible", oneSentence(`"打开\u202e首页"`, ""), []string{"6:14 invisible-character"}},
		{"catch-all", oneSentence("'[请]{q}'", "lists: {q: {wildcard: true}}"), []string{"6:14 catch-all"}},
		{"no language", "intents: {A: {data: [{sentences: [首页]}]}}", []string{"1:1 no-language language: zh-CN"}},
		{"same sentence", oneSentence("'[请]打开首页'", "      - sentences: [打开首页]"), []string{"7:21 unreachable-template"}},
		{"weight wins", oneSentence("打开首页", "      - sentences: [打开首页]\n        weight: 2"), []string{"6:13 unreachable-template"}},
		{"a condition leaves room", oneSentence("打开首页", "        roles: [tourist]\n      - sentences: [打开首页]"), nil},
		{"covered with lists", oneSentence("'(打开|进入){l}'", "      - sentences: ['进入{l}']\nlists: {l: [甲]}"), []string{"7:22 unreachable-template"}},
		{"not covered", oneSentence("'打开{l}'", "      - sentences: ['[进入]{l}']\nlists: {l: [甲]}"), nil},
		{"unpadded", oneSentence("'(甲;乙|丙)'", ""), []string{"6:15 unpadded-permutation"}},
		{"not YAML", "intents: [", []string{"1:1 bad-syntax", "1:1 no-intents"}},
		{"a list", "- a\n", []string{"1:1 bad-type", "1:1 no-intents"}},
		{"empty", "", []string{"1:1 no-intents"}},
		{"JSON", "{\"language\": \"zh\", \"intents\": {\"A\": {\"data\": [{\n\"sentences\": [\"\\ud83d\\ude00(\"]}]}}}", []string{"1:32 no-sentences", "2:28 unclosed-bracket 😀()"}},
	}
	for _, tt := range tests {
		got := findings(t, tt.data, Options{Columns: columns})
		if !sameSet(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	n := map[string]int{}
	for i := range a {
		n[a[i]]++
		n[b[i]]--
	}
	for _, k := range n {
		if k != 0 {
			return false
		}
	}
	return true
}
