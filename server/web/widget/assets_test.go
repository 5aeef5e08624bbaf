package widget

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
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
	const limit = 25_000
	for _, lang := range []string{"strings-zh-cn.js", "strings-zh-hant.js", "strings-en.js"} {
		total := 0
		for name, a := range assets {
			if !strings.HasPrefix(name, "check.") && !strings.HasPrefix(name, "strings-") || name == lang {
				total += len(a.Gzip)
			}
		}
		t.Logf("%s: %d bytes in %d files", lang, total, len(assets)-4)
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
	used := map[string]bool{Entry: true, "worklet.js": true, CheckPage: true, "check.js": true}
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

func TestHandler(t *testing.T) {
	h, err := Handler()
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	plain, packed := get("/widget.js"), get("/widget.js", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || !bytes.Equal(body, plain.Body.Bytes()) {
		t.Errorf("the compressed file is not the plain one (%v)", err)
	}
	if ct := plain.Header().Get("Content-Type"); !strings.HasPrefix(ct, "text/javascript") {
		t.Errorf("content type %q: a browser takes modules only as JavaScript", ct)
	}
	if got := get("/widget.js", "If-None-Match", plain.Header().Get("ETag")).Code; got != 304 {
		t.Errorf("with the file's ETag: status %d, want 304", got)
	}
	for _, path := range []string{"/", "/assets.go", "/../assets.go", "/none.js"} {
		if got := get(path).Code; got != 404 {
			t.Errorf("%s: status %d, want 404", path, got)
		}
	}
}

// TestTagsNameServedFiles: every hash that is printed is that of the file at
// the address beside it.
func TestTagsNameServedFiles(t *testing.T) {
	tags, err := Tags("https://voice.example.gov.cn/")
	if err != nil {
		t.Fatal(err)
	}
	assets, err := Assets()
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`="https://voice\.example\.gov\.cn/widget/([a-z.-]+)" integrity="(sha384-[A-Za-z0-9+/=]+)" crossorigin`).FindAllStringSubmatch(tags, -1)
	if len(lines) != strings.Count(tags, "\n") || len(lines) < 10 || lines[len(lines)-1][1] != Entry {
		t.Fatalf("%d of the lines can be read:\n%s", len(lines), tags)
	}
	for _, l := range lines {
		if assets[l[1]].Integrity != l[2] {
			t.Errorf("%s: %s, served with %s", l[1], l[2], assets[l[1]].Integrity)
		}
	}
}

// TestTagsByLanguage: a page of one language need not fetch the others' texts.
func TestTagsByLanguage(t *testing.T) {
	for _, c := range []struct {
		languages []string
		want      int
	}{{nil, 3}, {[]string{"zh-CN"}, 1}, {[]string{"en", "zh-Hant"}, 2}} {
		tags, err := Tags("https://voice.example.gov.cn", c.languages...)
		if got := strings.Count(tags, "/widget/strings-"); err != nil || got != c.want {
			t.Errorf("%v: the texts of %d languages, want %d (%v)", c.languages, got, c.want, err)
		}
	}
	if _, err := Tags("https://voice.example.gov.cn", "fr"); err == nil || !strings.Contains(err.Error(), "zh-Hant") {
		t.Errorf("French: %v; want to be told which languages there are", err)
	}
}
