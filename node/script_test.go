package node

import (
	"errors"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
)

// TestScriptGuards: once its script is saved, a grammar or a column table that
// breaks a line of it is refused with that line, and nothing changes.
func TestScriptGuards(t *testing.T) {
	n := openNode(t, t.TempDir())
	save := func(b journal.Bucket, key, text string) error {
		_, err := n.Save(t.Context(), b, journal.Save{Key: key, Value: []byte(text), Author: "test"})
		return err
	}
	const moon = "language: zh-CN\nintents: {Moon: {data: [{sentences: [带我去月球], route: jyj}]}}\n"
	if err := save(journal.Grammars, "zh-CN", moon); err != nil {
		t.Fatalf("the shipped script must not guard before it is saved: %v", err)
	}
	if err := save(journal.Settings, ScriptPrefix+"zh-CN", "带我去月球\n    navigat jyj\n"); err == nil {
		t.Error("a script that cannot be read was saved")
	}
	if err := save(journal.Settings, ScriptPrefix+"zh-CN", "# trips\n带我去月球\n    navigate jyj\n"); err != nil {
		t.Fatal(err)
	}
	before, err := n.Journal().Get(t.Context(), journal.Grammars, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"grammar": save(journal.Grammars, "zh-CN", strings.Replace(moon, "月球", "火星", 1)),
		"columns": save(journal.Columns, columnsKey, "columns:\n  - {id: mzj, name: 民政局, url: /mzj/}\n"),
	} {
		var diags grammar.Diagnostics
		if !errors.As(err, &diags) || diags[0].Code != "test-failed" || diags[0].File != "zh-CN.test" || diags[0].Start.Line != 3 {
			t.Errorf("%s: %v", what, err)
		}
	}
	if after, err := n.Journal().Get(t.Context(), journal.Grammars, "zh-CN"); err != nil || after.Revision != before.Revision {
		t.Errorf("revision %d became %d, %v", before.Revision, after.Revision, err)
	}
	if err := save(journal.Grammars, "zh-CN", moon+"# harmless\n"); err != nil {
		t.Error(err)
	}
	if err := save(journal.Grammars, "en", "language: en\n"); err != nil {
		t.Errorf("another grammar's script guarded this one: %v", err)
	}
}

func TestCheckDraft(t *testing.T) {
	n := openNode(t, t.TempDir())
	for _, c := range []struct {
		bucket    journal.Bucket
		key, text string
		code      string
		line      int
	}{
		{journal.Grammars, "zh-CN", "language: zh-CN\nintents:\n  A: {data: [{sentences: [去], route: nowhere}]}\n", "unknown-column", 3},
		{journal.Settings, SynonymsKey, "房本 => 不动产权证书\n房本\n", "bad-setting", 2},
		{journal.Settings, PinsKey, "hidden: {}\npinned: 3\n", "bad-setting", 2},
		{journal.Settings, ScriptPrefix + "zh-CN", "教育局\n    fly jyj\n", "", 2},
	} {
		diags, err := n.CheckDraft(t.Context(), Draft{c.bucket, c.key, []byte(c.text)})
		if err != nil || len(diags) == 0 || c.code != "" && diags[0].Code != c.code || diags[0].Start.Line != c.line {
			t.Errorf("%s %s: %v, %v", c.bucket, c.key, diags, err)
		}
	}
}
