package grammar

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seedTemplates are the templates of the public table, where it is present.
func seedTemplates(f *testing.F) {
	for _, s := range []string{"[请](打开|进入){column}", "((((", "（甲；乙｜丙）", `\ a\ `, "{0..100,5:n}", "a\x00b", "\u202e{x}", "é[e\u0301]"} {
		f.Add(s)
	}
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "conformance", "hassil", "parse.jsonl"))
	if err != nil {
		return
	}
	for _, row := range jsonRows[parseRow](f, data) {
		f.Add(row.Template)
	}
}

// FuzzParseTemplate: any text gives a template whose printed form parses back
// to an equal tree, or errors with places inside the text.
func FuzzParseTemplate(f *testing.F) {
	seedTemplates(f)
	f.Fuzz(func(t *testing.T, src string) {
		for _, d := range []Dialect{Tingdong, Hassil} {
			checkPrinted(t, d, src)
			_, err := d.ParseTemplate(src)
			ds, _ := err.(Diagnostics)
			for _, x := range ds {
				if x.End.Before(x.Start) || x.Start.Line < 1 || x.Start.Line > strings.Count(src, "\n")+1 {
					t.Fatalf("%q: place %v–%v", src, x.Start, x.End)
				}
			}
		}
	})
}

func seedFiles(f *testing.F) {
	for _, s := range []string{untidy, tidied, "", "- a", "a: [", "a: &x [*x]", "{\"intents\": {}}", "intents: {A: {data: [{sentences: ['<a>']}]}}\nrules: {a: <a>}",
		oneSentence(`"\u6253\\(开 {nam}"`, "lists: {nam: {range: {from: 1, to: 1000000000}}}"), oneSentence("|\n   a\n   b\n", ""),
		"lists: {l: [{in: [a]}]}", "intents: {A: [{control: [x]}]}", "settings: 1\nskip_words: {a: b}"} {
		f.Add([]byte(s))
	}
	for _, s := range Shipped() {
		f.Add(s.Data)
	}
}

// FuzzParseFile: any bytes are read, checked, sampled and turned into phrases
// in bounded time, with every finding placed and sorted.
func FuzzParseFile(f *testing.F) {
	seedFiles(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, diags := Parse("f", data)
		diags = append(diags, Check(file, Options{Sound: strings.ToLower, Vocabulary: func(w string) bool { return len(w)%2 == 0 }})...)
		for i, d := range diags.Sort() {
			if d.Message.ZH == "" || d.Message.EN == "" || d.Code == "" {
				t.Fatalf("finding without words: %+v", d)
			}
			if i > 0 && d.Start.Before(diags[i-1].Start) {
				t.Fatalf("not sorted: %v", diags)
			}
		}
		s := Sampler{File: file}
		s.First(5)
		s.Draw(5, 1)
		Phrases([]*File{file}, nil, nil, 10)
	})
}

// FuzzFormatRoundTrip: a file that has no errors is printed, and what is
// printed is stable.
func FuzzFormatRoundTrip(f *testing.F) {
	seedFiles(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		out, diags := Format("f", data)
		if _, before := Parse("f", data); before.HasErrors() {
			return
		}
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if again, _ := Format("f", out); !bytes.Equal(again, out) {
			t.Fatalf("not stable:\n%q\n%q", out, again)
		}
	})
}
