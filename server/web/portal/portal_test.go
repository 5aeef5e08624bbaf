package portal

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/server/web/demo"
)

// fixture is the portal over the shipped columns and the demo pages, indexed
// for real; made once, since pages are only read.
var fixture struct {
	columns   *grammar.Columns
	index     *search.Index
	documents []search.Document
}

func TestMain(m *testing.M) {
	code, err := withFixture(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withFixture(run func() int) (int, error) {
	src := grammar.ShippedColumns()
	table, diags := grammar.ParseColumns(src.Name, src.Data)
	if err := diags.Err(); err != nil {
		return 1, err
	}
	dir, err := os.MkdirTemp("", "portal")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	index, err := search.Open(dir, search.Options{Columns: searchColumns(table)})
	if err != nil {
		return 1, err
	}
	defer index.Close()
	var ops []search.Op
	for d, err := range demo.Documents() {
		if err != nil {
			return 1, err
		}
		fixture.documents = append(fixture.documents, d)
		ops = append(ops, search.Op{Upsert: &d})
	}
	if err := index.Apply(1, ops); err != nil {
		return 1, err
	}
	fixture.columns, fixture.index = table, index
	return run(), nil
}

func searchColumns(table *grammar.Columns) []search.Column {
	var out []search.Column
	for _, c := range table.All() {
		out = append(out, search.Column{ID: c.ID, Name: c.Name, URL: c.URL, Lang: c.Lang, Aliases: c.Aliases})
	}
	return out
}

// portalOver is a portal over an index, at nine in the morning.
func portalOver(t testing.TB, index Index) http.Handler {
	t.Helper()
	h, err := New(Deps{
		Columns: func() *grammar.Columns { return fixture.columns },
		Index:   index,
		Now:     func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) },
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func demoPortal(t testing.TB) http.Handler { return portalOver(t, fixture.index) }

// closedIndex is an index that answers every question with an error.
func closedIndex(t *testing.T) *search.Index {
	t.Helper()
	x, err := search.Open(t.TempDir(), search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return x
}

func get(t *testing.T, h http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

// mustGet is the body of a page that answers 200.
func mustGet(t *testing.T, h http.Handler, target string) string {
	t.Helper()
	w := get(t, h, target)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d", target, w.Code)
	}
	return w.Body.String()
}

func TestEveryColumnHasItsPage(t *testing.T) {
	h := demoPortal(t)
	for _, c := range fixture.columns.All() {
		w := get(t, h, c.URL)
		if w.Code != http.StatusOK {
			t.Errorf("%s %s: %d", c.ID, c.URL, w.Code)
			continue
		}
		if !strings.Contains(w.Body.String(), "<html lang=\""+c.Lang+"\"") {
			t.Errorf("%s: not in %s", c.URL, c.Lang)
		}
		for _, problem := range problems(w.Body.String()) {
			t.Errorf("%s: %s", c.URL, problem)
		}
	}
}

func TestEveryDocumentHasItsPage(t *testing.T) {
	h := demoPortal(t)
	for _, d := range fixture.documents {
		w := get(t, h, d.URL)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", d.URL, w.Code)
			continue
		}
		page := parse(w.Body.String())
		if got := page.text("h1"); got != d.Title {
			t.Errorf("%s: headed %q, not %q", d.URL, got, d.Title)
		}
		said := page.text("article")
		for _, want := range append(strings.Split(d.Body, "\n"), d.Date, d.DocNo, d.Org) {
			if !strings.Contains(said, want) {
				t.Errorf("%s: does not say %q", d.URL, want)
			}
		}
		for _, problem := range problems(w.Body.String()) {
			t.Errorf("%s: %s", d.URL, problem)
		}
	}
}

// Every link from the home pages on leads somewhere, and every page is
// reached. Links within search results only repeat them with other filters.
func TestNoLinkIsDead(t *testing.T) {
	h := demoPortal(t)
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		w := get(t, h, at)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", at, w.Code)
		}
		if strings.Contains(at, "/search/") {
			continue
		}
		for _, to := range parse(w.Body.String()).links() {
			to, _, _ = strings.Cut(to, "#")
			if strings.HasPrefix(to, "/") && !seen[to] && !strings.HasPrefix(to, "/widget/") {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	for _, c := range fixture.columns.All() {
		if !seen[c.URL] {
			t.Errorf("no link leads to %s (%s)", c.URL, c.Name)
		}
	}
	for _, d := range fixture.documents {
		if !seen[d.URL] {
			t.Errorf("no link leads to %s", d.URL)
		}
	}
}

func TestMethodsAndUnknownPages(t *testing.T) {
	h := demoPortal(t)
	for _, c := range []struct {
		method, target string
		want           int
	}{
		{"GET", "/nowhere", 404},
		{"GET", "/cn/zwgk/no-such-page.html", 404},
		{"GET", "/en/nowhere/", 404},
		{"GET", "/cn/xw/yw/?page=99", 404},
		{"GET", "/cn/%3Cscript%3E", 404},
		{"GET", "/cn/xw/yw/?page=999999999", 404},
		{"GET", "/cn/zwgk/?page=999999999", 404},
		{"GET", "/cn/zwgk", 301},
		{"GET", "/en", 301},
		{"GET", "/cn/search?q=a", 301},
		{"HEAD", "/cn/zwgk/", 200},
		{"POST", "/cn/zwgk/", 405},
		{"DELETE", "/", 405},
		{"GET", "/portal/none.css", 404},
		{"GET", "/portal/assets/portal.js", 404},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.target, nil))
		if w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.target, w.Code, c.want)
		}
	}
	page := get(t, h, "/cn/wtly/gone.html").Body.String()
	if !strings.Contains(page, "大梅沙预约") || !strings.Contains(page, `content="noindex"`) {
		t.Error("a lost page under 文体旅游 does not offer the columns nearby")
	}
	for _, problem := range problems(page) {
		t.Error(problem)
	}
}

func TestPictureOfTheDay(t *testing.T) {
	h := demoPortal(t)
	for target, want := range map[string]string{
		"/": "scene-morning", "/?hour=6": "scene-morning", "/?hour=12": "scene-noon",
		"/?hour=18": "scene-evening", "/?hour=2": "scene-evening", "/?hour=99": "scene-morning", "/?hour=x": "scene-morning",
	} {
		if !strings.Contains(mustGet(t, h, target), `class="`+want+`"`) {
			t.Errorf("%s: not %s", target, want)
		}
	}
}

func TestWhenTheIndexFails(t *testing.T) {
	h := portalOver(t, closedIndex(t))
	for target, want := range map[string]int{
		"/": 200, "/cn/jm/": 200, "/en/": 200, "/cn/zwgk/tzgg/": 200, "/cn/sitemap/": 200, "/sitemap.xml": 200,
		"/cn/search/?q=a": 503, "/cn/zwgk/x.html": 503,
	} {
		w := get(t, h, target)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
		if strings.Contains(w.Body.String(), "closed") {
			t.Errorf("%s shows the error to visitors", target)
		}
	}
}

func TestColumnsAreReadAnew(t *testing.T) {
	table := fixture.columns
	h, err := New(Deps{Columns: func() *grammar.Columns { return table }, Index: fixture.index})
	if err != nil {
		t.Fatal(err)
	}
	if w := get(t, h, "/cn/new/"); w.Code != http.StatusNotFound {
		t.Fatalf("before: %d", w.Code)
	}
	table = grammar.NewColumns(append(table.All(), &grammar.Column{ID: "new", Name: "新栏目", URL: "/cn/new/"}))
	if page := mustGet(t, h, "/cn/new/"); !strings.Contains(page, "新栏目") {
		t.Error("a column that was added is not shown")
	}
}

func BenchmarkPages(b *testing.B) {
	h, err := New(Deps{Columns: func() *grammar.Columns { return fixture.columns }, Index: fixture.index})
	if err != nil {
		b.Fatal(err)
	}
	for _, target := range []string{"/", "/cn/jm/", "/cn/zwgk/", "/cn/jg/jyj/", "/cn/jg/jyj/transfer.html", "/cn/search/?q=学位"} {
		b.Run(target, func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
				b.SetBytes(int64(w.Body.Len()))
			}
		})
	}
}

// TestRolePagesKeepTheirLanguage: the newest pages for a role are those of the
// page's language; the English site has the others.
func TestRolePagesKeepTheirLanguage(t *testing.T) {
	h := demoPortal(t)
	for _, path := range []string{"/cn/jm/", "/cn/qy/", "/cn/yk/"} {
		listed := 0
		for _, href := range parse(mustGet(t, h, path)).links() {
			if strings.HasSuffix(href, ".html") {
				listed++
			}
			if strings.HasPrefix(href, "/en/") && strings.HasSuffix(href, ".html") {
				t.Errorf("%s lists %s", path, href)
			}
		}
		if listed == 0 {
			t.Errorf("%s lists no page at all", path)
		}
	}
}
