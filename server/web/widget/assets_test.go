package widget

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// The promise of docs/embedding.md: a visitor fetches less than 25 KB, in one
// language, compressed file by file.
func TestTransferSize(t *testing.T) {
	assets, err := Assets()
	if err != nil {
		t.Fatal(err)
	}
	const limit = 25 << 10
	for _, lang := range []string{"strings-zh-cn.js", "strings-zh-hant.js", "strings-en.js"} {
		total := 0
		for name, a := range assets {
			if !strings.HasPrefix(name, "strings-") || name == lang {
				total += len(a.Gzip)
			}
		}
		t.Logf("%s: %d bytes in %d files", lang, total, len(assets)-2)
		if total >= limit {
			t.Errorf("with %s the widget is %d bytes compressed, the promise is < %d", lang, total, limit)
		}
	}
}

func TestImportsAreServed(t *testing.T) {
	assets, err := Assets()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{Entry: true, "worklet.js": true}
	imports := regexp.MustCompile(`(?:from |import\()"\./([^"]+)"`)
	for name, a := range assets {
		for _, m := range imports.FindAllSubmatch(a.Body, -1) {
			used[string(m[1])] = true
			if _, ok := assets[string(m[1])]; !ok {
				t.Errorf("%s imports %s, which is not there", name, m[1])
			}
		}
	}
	for name := range assets {
		if !used[name] {
			t.Errorf("nothing imports %s", name)
		}
	}
}

func TestStrip(t *testing.T) {
	in := "/** What it is. */\n/*\n * more\n */\nconst a = \"// text\"; // kept\n\n  // gone\n  f(`\n    x /* y */\n  `);\n"
	want := "const a = \"// text\"; // kept\nf(`\nx /* y */\n`);\n"
	if got := strip([]byte(in)); !bytes.Equal(got, []byte(want)) {
		t.Errorf("strip:\n%s\nwant:\n%s", got, want)
	}
}
