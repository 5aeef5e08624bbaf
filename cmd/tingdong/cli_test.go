package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/search"
)

func TestAskAnswersEveryLineInItsPlace(t *testing.T) {
	oneShot(t)
	in := "找一下教育局\n{\"q\":\"放大字体\",\"role\":\"resident\"}\n{broken\n" + strings.Repeat("长", 600) + "\n{\"q\":\"\",\"alternatives\":[{\"text\":\"我 要 投诉\",\"confidence\":0.9}]}\n"
	out, errs, code := output(t, in, "ask", "--data", t.TempDir(), "-")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 5 {
		t.Fatalf("exit %d, %d lines:\n%s\n%s", code, len(lines), out, errs)
	}
	if r := replyOf(t, lines[0]); r.Action != intent.Navigate || r.Column.ID != "jyj" {
		t.Errorf("line 1: %s", lines[0])
	}
	if r := replyOf(t, lines[1]); r.Action != intent.Control || r.Control["name"] != "zoom_in" {
		t.Errorf("line 2: %s", lines[1])
	}
	for _, i := range []int{2, 3} {
		var f failure
		if json.Unmarshal([]byte(lines[i]), &f) != nil || f.Error == "" || f.Line != i+1 {
			t.Errorf("line %d should be an error: %s", i+1, lines[i])
		}
	}
	if r := replyOf(t, lines[4]); r.Column == nil || r.Column.ID != "tsjb" {
		t.Errorf("line 5: %s", lines[4])
	}
}

func TestAskWithOwnPortal(t *testing.T) {
	oneShot(t)
	dir := t.TempDir()
	columns, grammar := filepath.Join(dir, "columns.yaml"), filepath.Join(dir, "zh.yaml")
	write(t, columns, "columns:\n  - {id: moon, name: 月球办事处, url: /moon/}\n")
	write(t, grammar, "language: zh-CN\nsettings: {ignore_whitespace: true}\nlists: {column: {}}\nintents:\n  Open:\n    data:\n      - sentences: [\"[打开]{column}\"]\n")
	out, errs, code := output(t, "", "ask", "--data", filepath.Join(dir, "data"), "--columns", columns, "--grammar", grammar, "打开月球办事处")
	if code != 0 || replyOf(t, out).Column == nil || replyOf(t, out).Column.URL != "/moon/" {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	write(t, grammar, "language: zh-CN\nintents:\n  Open:\n    data:\n      - sentences: [\"(打开\"]\n")
	_, errs, code = output(t, "", "ask", "--data", filepath.Join(dir, "data"), "--grammar", grammar, "x")
	if code != 1 || !strings.Contains(errs, "zh.yaml:5:") {
		t.Fatalf("a broken grammar: exit %d, %s; want the file, line and column", code, errs)
	}
}

func TestImportNamesTheBrokenLinesAndTakesTheOthers(t *testing.T) {
	oneShot(t)
	dir := t.TempDir()
	var b strings.Builder
	for i := range 3000 {
		if i == 1499 {
			b.WriteString("{\"id\":\"broken\",\"title\":\n")
			continue
		}
		fmt.Fprintf(&b, "{\"id\":\"p%d\",\"title\":\"第%d号通告\",\"body\":\"关于第%d号地块的通告。\",\"date\":\"2026-01-02\",\"column\":\"tzgg\"}\n", i, i, i)
	}
	file := filepath.Join(dir, "pages.jsonl")
	write(t, file, b.String())
	out, errs, code := output(t, "", "import", "--data", filepath.Join(dir, "data"), file)
	if code != 0 || !strings.Contains(out, "2999 pages imported, 1 lines refused") || !strings.Contains(errs, "pages.jsonl:1500:") {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	out, errs, code = output(t, "", "search", "--data", filepath.Join(dir, "data"), "第2024号通告")
	var res search.Result
	if code != 0 || json.Unmarshal([]byte(out), &res) != nil || len(res.Hits) == 0 || res.Hits[0].ID != "p2024" {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	// What was imported is not mixed with the demo portal's pages.
	out, _, _ = output(t, "", "search", "--data", filepath.Join(dir, "data"), "大梅沙海滨公园")
	if json.Unmarshal([]byte(out), &res) != nil || res.Total != 0 {
		t.Errorf("the demo portal's pages are there: %s", out)
	}
}

func TestListenNavigates(t *testing.T) {
	oneShot(t)
	dir := t.TempDir()
	file := wavFile(t, speechtest.Spoken(t, "招标公告", 30))
	out, errs, code := output(t, "", "listen", "--data", dir, file)
	var line heardFile
	if code != 0 || json.Unmarshal([]byte(out), &line) != nil {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if line.Reply.Action != intent.Navigate || line.Reply.Column.ID != "zbgg" || line.Text == "" || line.AudioS < 1 || line.RTF <= 0 {
		t.Errorf("heard %s", out)
	}
}

// TestReadmeExample hears the recording that ships.
func TestReadmeExample(t *testing.T) {
	oneShot(t)
	out, errs, code := output(t, "", "listen", "--data", t.TempDir(), "testdata/jiaoyuju.wav")
	var line heardFile
	if code != 0 || json.Unmarshal([]byte(out), &line) != nil || line.Reply.Column == nil || line.Reply.Column.ID != "jyj" || line.Text != "找一下教育局" {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
}

func TestListenExplainsBadFiles(t *testing.T) {
	oneShot(t)
	dir := t.TempDir()
	empty, text := filepath.Join(dir, "empty.wav"), filepath.Join(dir, "text.wav")
	write(t, empty, "")
	write(t, text, strings.Repeat("this is no audio ", 100))
	out, errs, code := output(t, "", "listen", "--data", dir, empty, text, filepath.Join(dir, "missing.wav"))
	if code != 1 || strings.Count(out, `"error"`) != 3 || strings.Count(errs, ".wav:") != 3 {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
}

func TestMistakesAreExplained(t *testing.T) {
	oneShot(t)
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	for name, c := range map[string]struct {
		args []string
		want string
		code int
	}{
		"flag":     {[]string{"ask", "--nonsense", "x"}, "nonsense", 2},
		"data":     {[]string{"ask", "--data", filepath.Join(file, "x"), "教育局"}, "--data", 1},
		"model":    {[]string{"listen", "--data", t.TempDir(), "--model", t.TempDir(), file}, "model", 1},
		"role":     {[]string{"token", "--data", t.TempDir(), "--role", "king"}, "viewer, editor, publisher", 2},
		"settings": {[]string{"ask", "--config", file + ".missing", "x"}, "settings", 1},
		"no file":  {[]string{"import", "--data", t.TempDir(), "missing.jsonl"}, "missing.jsonl", 1},
	} {
		_, errs, code := output(t, "", c.args...)
		if code != c.code || !strings.Contains(errs, c.want) || strings.Contains(errs, "panic") {
			t.Errorf("%s: exit %d, %s; want %d and %q", name, code, errs, c.code, c.want)
		}
	}
}

func TestSettingsComeFromFlagsThenEnvironmentThenFile(t *testing.T) {
	oneShot(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "t.yaml"), "listen: 127.0.0.1:1\nworkers: 3\nallow-origin: [https://a.example, https://b.example]\n")
	t.Setenv("TINGDONG_WORKERS", "5")
	out, errs, code := output(t, "", "serve", "--print-config", "--config", filepath.Join(dir, "t.yaml"), "--data", "/somewhere")
	if code != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{"listen: 127.0.0.1:1", "workers: 5", "data: /somewhere", "- https://b.example"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
