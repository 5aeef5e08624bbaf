package grammar

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestDocs: the examples of the documentation are grammars and scripts without
// a finding, and every control is named.
func TestDocs(t *testing.T) {
	src := ShippedColumns()
	columns, _ := ParseColumns(src.Name, src.Data)
	guide := readDoc(t, "grammar.md")
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(guide, -1) {
		if regexp.MustCompile(`(?m)^intents:`).Match(m[1]) {
			f, diags := Parse("grammar.md", m[1])
			if diags = append(diags, Check(f, Options{Columns: columns})...); len(diags) > 0 {
				t.Error(diags)
			}
		} else if _, diags := Parse("grammar.md", m[1]); len(diags) > 0 {
			t.Error(diags)
		}
	}
	for _, name := range ControlNames() {
		if !regexp.MustCompile(`\b` + name + `\b`).Match(guide) {
			t.Errorf("docs/grammar.md does not name the control %s", name)
		}
	}
	example := regexp.MustCompile("(?s)```\n(# .*?)```").FindSubmatch(readDoc(t, "grammar-tests.md"))
	if s, diags := ParseScript("grammar-tests.md", example[1]); len(diags) > 0 || len(s.Cases) != 7 {
		t.Errorf("%d cases in the example script: %v", len(s.Cases), diags)
	}
}

func readDoc(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
