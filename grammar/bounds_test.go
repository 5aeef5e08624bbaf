package grammar

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// codes parses and checks data and returns the codes of all errors.
func codes(name string, data []byte) []string {
	f, diags := Parse(name, data)
	var out []string
	for _, d := range append(diags, Check(f, Options{Sound: strings.ToLower, Vocabulary: func(string) bool { return true }})...) {
		if d.Severity == Error && !slices.Contains(out, d.Code) {
			out = append(out, d.Code)
		}
	}
	slices.Sort(out)
	return out
}

// TestBadTemplates: templates made to hurt give a clear error.
func TestBadTemplates(t *testing.T) {
	tests := []struct {
		name, template, code string
	}{
		{"10,000 open brackets", strings.Repeat("(", 10000), "too-deep"},
		{"10,000 pairs", strings.Repeat("(", 10000) + "a" + strings.Repeat(")", 10000), "too-deep"},
		{"10,000 optionals", strings.Repeat("[a", 10000), "too-deep"},
		{"1 MB of text", strings.Repeat("开", 1<<20), "template-too-long"},
		{"1 MB of braces", strings.Repeat("{", 1<<20), "template-too-long"},
		{"60,000 braces", strings.Repeat("{", 60000), "unclosed-bracket"},
		{"a range beyond int64", "{0..99999999999999999999:n}", ""},
		{"NUL", "打开\x00首页", "control-character"},
		{"not UTF-8", "打开\xff首页", "bad-encoding"},
	}
	for _, tt := range tests {
		_, err := ParseTemplate(tt.template)
		got := ""
		if ds, ok := err.(Diagnostics); ok {
			got = ds[0].Code
		}
		if got != tt.code {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.code)
		}
	}
}

// TestBadFiles: files made to hurt give a clear error or are read, all of them
// in bounded time and memory.
func TestBadFiles(t *testing.T) {
	var doubling, chain strings.Builder
	fmt.Fprint(&doubling, "intents: {A: {data: [{sentences: [<r0>]}]}}\nrules:\n  r50: a\n")
	for i := range 50 {
		fmt.Fprintf(&doubling, "  r%d: <r%d><r%d>\n", i, i+1, i+1)
	}
	fmt.Fprint(&chain, "intents: {A: {data: [{sentences: [<r0>]}]}}\nrules:\n")
	for i := range 3000 {
		fmt.Fprintf(&chain, "  r%d: <r%d>\n", i, (i+1)%3000)
	}
	var values strings.Builder
	fmt.Fprint(&values, "intents: {A: {data: [{sentences: ['打开{l}']}]}}\nlists:\n  l:\n    values:\n")
	for i := range 200_000 {
		fmt.Fprintf(&values, "      - 栏目%d号\n", i)
	}
	laughs := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'k'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ","))
	}
	tests := []struct {
		name, data string
		want       []string
	}{
		{"rules that double", doubling.String(), []string{"too-large"}},
		{"a circle of 3,000 rules", chain.String(), []string{"recursive-rule"}},
		{"200,000 values", values.String(), nil},
		{"10^12 sentences", oneSentence(strings.Repeat("(a|b|c|d|e|f|g|h|i|j)", 12), ""), nil},
		{"a range of a billion", "intents: {A: {data: [{sentences: ['{n}']}]}}\nlists: {n: {range: {from: 0, to: 1000000000}}}", []string{"range-too-large"}},
		{"a billion laughs as metadata", laughs + "intents: {A: {data: [{sentences: [a], metadata: {m: *k}}]}}", []string{"bad-value"}},
		{"a billion laughs as values", laughs + "lists: {l: {values: *k}}", []string{"bad-type"}},
		{"a billion laughs as sentences", laughs + "intents: {A: {data: [{sentences: *k}]}}", []string{"bad-type"}},
		{"an anchor inside itself", "lists: &x {l: *x}", nil},
		{"deep YAML", strings.Repeat("[", 20000), []string{"bad-syntax"}},
		{"deep JSON", `{"a":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}", nil},
		{"NUL in YAML", "intents: {A: {data: [{sentences: [\"a\x00\"]}]}}", []string{"bad-syntax"}},
		{"NUL in JSON", `{"intents": {"A": {"data": [{"sentences": ["a\u0000"]}]}}}`, []string{"control-character"}},
		{"too large", strings.Repeat("#", maxFileBytes+1), []string{"file-too-large"}},
	}
	for _, tt := range tests {
		if got := codes(tt.name, []byte(tt.data)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: errors %q, want %q", tt.name, got, tt.want)
		}
	}
}
