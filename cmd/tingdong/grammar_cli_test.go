package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/grammar"
)

func TestGrammarCheck(t *testing.T) {
	oneShot(t)
	if out, errs, code := output(t, "", "grammar", "check"); code != 0 || !strings.Contains(out, "0 errors") {
		t.Errorf("shipped grammars: exit %d\n%s%s", code, out, errs)
	}
	file := filepath.Join(t.TempDir(), "a.yaml")
	write(t, file, "language: zh-CN\nintents:\n  A:\n    data:\n      - sentences: ['打开(首页', '<fnd>']\n        route: tousu\nrules: {find: 找}\n")
	out, _, code := output(t, "", "grammar", "check", file)
	for _, want := range []string{":5:24:", "unclosed-bracket", ":5:31:", "<find>", ":6:16:", "没有", "3 errors"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if code != 1 {
		t.Errorf("exit %d, want 1", code)
	}
	out, _, code = output(t, "", "grammar", "check", "--json", file)
	var d grammar.Diagnostic
	first, _, _ := strings.Cut(out, "\n")
	if err := json.Unmarshal([]byte(first), &d); err != nil || code != 1 || d.Start != (grammar.Pos{Line: 5, Column: 24}) || d.Message.ZH == "" {
		t.Errorf("exit %d, %v: %s", code, err, first)
	}
	if _, errs, code := output(t, "", "grammar", "check", "/nowhere.yaml"); code != 1 || !strings.Contains(errs, "nowhere") {
		t.Errorf("a missing file: exit %d, %s", code, errs)
	}
}

func TestGrammarFormat(t *testing.T) {
	oneShot(t)
	untidy := "# 首页\nintents: {A: {data: [{sentences: ['（打开｜进入）首页']}]}}\nlanguage: zh-CN\n"
	tidy := "language: zh-CN\n# 首页\nintents: {A: {data: [{sentences: [(打开|进入)首页]}]}}\n"
	if out, errs, code := output(t, untidy, "grammar", "format", "-"); code != 0 || out != tidy {
		t.Errorf("exit %d, %s\n%s", code, errs, out)
	}
	file := filepath.Join(t.TempDir(), "a.yaml")
	write(t, file, untidy)
	if out, _, code := output(t, "", "grammar", "format", "-l", file); code != 1 || strings.TrimSpace(out) != file {
		t.Errorf("-l: exit %d, %q", code, out)
	}
	if _, errs, code := output(t, "", "grammar", "format", "-w", file); code != 0 {
		t.Errorf("-w: exit %d, %s", code, errs)
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != tidy {
		t.Errorf("-w wrote %q, %v", data, err)
	}
	if out, _, code := output(t, "", "grammar", "format", "-l", file); code != 0 || out != "" {
		t.Errorf("-l of a formatted file: exit %d, %q", code, out)
	}
}

func TestGrammarSample(t *testing.T) {
	oneShot(t)
	file := filepath.Join(t.TempDir(), "a.yaml")
	write(t, file, "language: zh-CN\nintents: {A: {data: [{sentences: ['打开{column}', '(a|b|c)']}]}}\nlists: {column: {}}\n")
	out, errs, code := output(t, "", "grammar", "sample", "--all", "-n", "1000", file)
	if lines := strings.Split(strings.TrimSpace(out), "\n"); code != 0 || lines[0] != "打开政务公开\tA" || lines[len(lines)-1] != "c\tA" {
		t.Errorf("exit %d, %s: from %q to %q", code, errs, lines[0], lines[len(lines)-1])
	}
	out, _, _ = output(t, "", "grammar", "sample", "-n", "5", "--seed", "3", "--json", file)
	again, _, _ := output(t, "", "grammar", "sample", "-n", "5", "--seed", "3", "--json", file)
	if strings.Count(out, "\n") != 5 || out != again {
		t.Errorf("drawn twice with one seed:\n%s\n%s", out, again)
	}
	if out, _, code := output(t, "", "grammar", "phrases", "--limit", "50", file); code != 0 || strings.Count(out, "\n") != 50 {
		t.Errorf("phrases: exit %d\n%s", code, out)
	}
}

func TestGrammarTest(t *testing.T) {
	oneShot(t)
	file := filepath.Join(t.TempDir(), "a.test")
	write(t, file, "打开教育局\n    navigate jyj\n放大到百分之一百五 @role=resident\n    control zoom_set percent=150\n")
	if out, errs, code := output(t, "", "grammar", "test", file); code != 0 || !strings.Contains(out, "2 utterances, 0 findings") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	write(t, file, "打开教育局\n    navigate tsjb\n")
	if out, _, code := output(t, "", "grammar", "test", file); code != 1 || !strings.Contains(out, ":2:5:") || !strings.Contains(out, "navigate jyj") {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestGrammarMatchRows(t *testing.T) {
	oneShot(t)
	file := filepath.Join(t.TempDir(), "a.yaml")
	write(t, file, "language: zh-CN\nsettings: {ignore_whitespace: true}\nintents:\n  Open:\n    data:\n"+
		"      - {sentences: ['打开{name}'], metadata: {k: 1}}\n      - {sentences: ['打开{any}']}\nlists: {any: {wildcard: true}}\n")
	in := `{"input":"打开客厅。","lists":{"name":{"values":["客厅",{"in":"卧室","out":2,"context":{"c":true}}]}}}
{"input":"打开卧室","lists":{"name":{"values":["客厅",{"in":"卧室","out":2,"context":{"c":true}}]}},"best_slot":"name"}
打开车库
{"input":"关闭"}
{"input":
{"input":"打开客厅","lists":{"name":3}}
`
	out, errs, code := output(t, in, "grammar", "match", "--grammar", file, "--exact", "-")
	want := []string{
		`{"matched":true,"intent":"Open","slots":{"name":"客厅"},"context":{},"metadata":{"k":1},"confidence":1}`,
		`{"matched":true,"intent":"Open","slots":{"name":2},"context":{"c":true},"metadata":{"k":1},"confidence":1}`,
		`{"matched":true,"intent":"Open","slots":{"any":"车库"},"context":{},"metadata":null,"confidence":1}`,
		`{"matched":false,"intent":null,"slots":{},"context":{},"metadata":null,"confidence":0}`,
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 6 || !reflect.DeepEqual(lines[:4], want) {
		t.Fatalf("exit %d, %s\n%s", code, errs, out)
	}
	for i, line := range lines[4:] {
		var a matchAnswer
		if err := json.Unmarshal([]byte(line), &a); err != nil || a.Error == "" || a.Line != i+5 || a.Matched {
			t.Errorf("line %d should be an error: %s", i+5, line)
		}
	}
}

// TestGrammarMatchHomeAssistant sends the public zh-CN sentences through the
// command, exact and tolerant.
func TestGrammarMatchHomeAssistant(t *testing.T) {
	oneShot(t)
	dir := os.Getenv("TINGDONG_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir, err := filepath.Abs(filepath.Join(dir, "conformance", "ha-intents"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "tests_zh-CN.jsonl"))
	if err != nil {
		t.Skipf("shared data not found: %v", err)
	}
	fixtures, err := os.ReadFile(filepath.Join(dir, "fixtures_zh-CN.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string]json.RawMessage
	if err := json.Unmarshal(fixtures, &lists); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(data)), "\n")
	in := ""
	for _, row := range rows {
		var x struct {
			Sentence, Fixtures string
			Context            json.RawMessage
		}
		if err := json.Unmarshal([]byte(row), &x); err != nil {
			t.Fatal(err)
		}
		line, _ := json.Marshal(map[string]any{"input": x.Sentence, "lists": lists[x.Fixtures], "context": x.Context, "best_slot": "name"})
		in += string(line) + "\n"
	}
	for _, mode := range [][]string{{"--exact"}, nil} {
		out, errs, code := output(t, in, append([]string{"grammar", "match", "--grammar", filepath.Join(dir, "grammar_zh-CN.json"), "-"}, mode...)...)
		answers := strings.Split(strings.TrimSpace(out), "\n")
		if code != 0 || len(answers) != len(rows) {
			t.Fatalf("exit %d, %d answers to %d rows: %s", code, len(answers), len(rows), errs)
		}
		for i, row := range rows {
			var want struct{ Intent, Combo string }
			var got matchAnswer
			if json.Unmarshal([]byte(row), &want) != nil || json.Unmarshal([]byte(answers[i]), &got) != nil || got.Intent == nil ||
				*got.Intent != want.Intent || fmt.Sprint(got.Metadata["slot_combination"]) != want.Combo {
				t.Errorf("%v: %s answers %s", mode, row, answers[i])
			}
		}
	}
}
