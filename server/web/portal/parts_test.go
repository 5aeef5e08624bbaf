package portal

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func post(t *testing.T, h http.Handler, target string, values url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestComplaintForm(t *testing.T) {
	h := demoPortal(t)
	page := mustGet(t, h, "/cn/hdjl/tsjb/?subject="+url.QueryEscape("物业乱收费"))
	if !strings.Contains(page, `value="物业乱收费"`) {
		t.Error("the subject that was spoken is not filled in")
	}
	w := post(t, h, "/cn/hdjl/tsjb/", url.Values{"subject": {"噪声"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `aria-invalid="true"`) ||
		!strings.Contains(w.Body.String(), `value="噪声"`) {
		t.Errorf("a form without its content: %d, or what was wrong is not shown", w.Code)
	}
	for _, problem := range problems(w.Body.String()) {
		t.Error(problem)
	}
	w = post(t, h, "/cn/hdjl/tsjb/", url.Values{"subject": {"噪声"}, "content": {"每天夜里十二点"}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), text(chinese, "form.done")) {
		t.Errorf("a complete form: %d", w.Code)
	}
	if strings.Contains(w.Body.String(), "每天夜里十二点") {
		t.Error("what was sent comes back")
	}
	w = post(t, h, "/cn/hdjl/tsjb/", url.Values{"subject": {"a"}, "content": {strings.Repeat("x", maxForm)}})
	if w.Code != http.StatusBadRequest {
		t.Errorf("a form that is too large: %d", w.Code)
	}
}

func TestForms(t *testing.T) {
	h := demoPortal(t)
	found := 0
	for _, c := range fixture.columns.All() {
		f := formOf(c.ID)
		if f == nil {
			continue
		}
		found++
		page := mustGet(t, h, c.URL)
		for _, field := range f.Fields {
			if !strings.Contains(page, `name="`+field.Name+`"`) {
				t.Errorf("%s: no field %s", c.URL, field.Name)
			}
		}
		if w := post(t, h, c.URL, nil); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: an empty form is answered %d", c.URL, w.Code)
		}
	}
	if found < 20 {
		t.Errorf("%d columns have a form", found)
	}
}

func TestTextsAreInBothLanguages(t *testing.T) {
	for key := range englishTexts {
		if chineseTexts[key] == "" {
			t.Errorf("no Chinese for %q", key)
		}
	}
}

func TestAssets(t *testing.T) {
	h := demoPortal(t)
	page := parse(mustGet(t, h, "/"))
	var css string
	for _, href := range page.links() {
		if strings.HasPrefix(href, "/portal/portal.css") {
			css = href
		}
	}
	w := get(t, h, css)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") ||
		!strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Fatalf("%s: %d %v", css, w.Code, w.Header())
	}
	for _, want := range []string{"--td-zoom", "td-contrast", "td-elder", "prefers-reduced-motion", "forced-colors", "@media print"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the style sheet says nothing on %s", want)
		}
	}
	r := httptest.NewRequest(http.MethodGet, css, nil)
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	again := httptest.NewRecorder()
	h.ServeHTTP(again, r)
	if again.Code != http.StatusNotModified {
		t.Errorf("an unchanged file is sent again: %d", again.Code)
	}
}

// Every icon that a page uses is in the set.
func TestIconsExist(t *testing.T) {
	h := demoPortal(t)
	icons := map[string]bool{}
	for _, e := range parse(mustGet(t, h, "/portal/icons.svg")).all("symbol") {
		icons[e.attrs["id"]] = true
	}
	for _, target := range []string{"/", "/cn/jm/", "/cn/qy/", "/cn/yk/", "/en/", "/cn/jg/jyj/", "/cn/jg/jyj/transfer.html"} {
		for _, e := range parse(mustGet(t, h, target)).all("use") {
			file, id, _ := strings.Cut(e.attrs["href"], "#")
			if strings.HasPrefix(file, "/portal/icons.svg") && !icons[id] {
				t.Errorf("%s uses the icon %q", target, id)
			}
		}
	}
}

func TestSitemapAndRobots(t *testing.T) {
	h := demoPortal(t)
	var set urlSet
	if err := xml.Unmarshal([]byte(mustGet(t, h, "/sitemap.xml")), &set); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, u := range set.URLs {
		listed[u.Loc] = true
	}
	for _, d := range fixture.documents {
		if !listed["http://example.com"+d.URL] {
			t.Errorf("the site map leaves out %s", d.URL)
		}
	}
	if robots := mustGet(t, h, "/robots.txt"); !strings.Contains(robots, "Sitemap: http://example.com/sitemap.xml") {
		t.Error(robots)
	}
}

func TestPager(t *testing.T) {
	at := paged("/x/", nil)
	p := newPager(10, 200, 10, at)
	var got []string
	for _, l := range p.Links {
		if l.Gap {
			got = append(got, "…")
		}
		got = append(got, strings.TrimPrefix(l.URL, "/x/"))
	}
	want := " … ?page=8 ?page=9 ?page=10 ?page=11 ?page=12 … ?page=20"
	if strings.Join(got, " ") != want || p.Prev != "/x/?page=9" || p.Next != "/x/?page=11" {
		t.Errorf("%q, prev %s, next %s", strings.Join(got, " "), p.Prev, p.Next)
	}
	if p := newPager(1, 0, 10, at); p.Last != 1 || p.Prev != "" || p.Next != "" {
		t.Errorf("an empty list: %+v", p)
	}
}

func TestMarked(t *testing.T) {
	for in, want := range map[string]string{
		"<mark>公积金</mark>余额":                "<mark>公积金</mark>余额",
		"a &lt;b&gt; &amp; c":               "a &lt;b&gt; &amp; c",
		"<script>x</script>":                "&lt;script&gt;x&lt;/script&gt;",
		"<mark>open":                        "<mark>open</mark>",
		"</mark>late":                       "&lt;/mark&gt;late",
		"<mark onclick=x>a":                 "&lt;mark onclick=x&gt;a",
		"&lt;mark&gt;no&lt;/mark&gt; <mark": "&lt;mark&gt;no&lt;/mark&gt; &lt;mark",
	} {
		if got := string(marked(in)); got != want {
			t.Errorf("marked(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzMarked(f *testing.F) {
	f.Add("<mark>a</mark><b>")
	f.Fuzz(func(t *testing.T, s string) {
		out := string(marked(s))
		rest := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(out)
		if strings.ContainsAny(rest, `<>"'`) || strings.Count(out, "<mark>") != strings.Count(out, "</mark>") {
			t.Errorf("marked(%q) = %q", s, out)
		}
	})
}

func TestLabelled(t *testing.T) {
	for in, want := range map[string]string{
		"办理时限：十个工作日。":     "办理时限：",
		"条件，有三：一二三":       "",
		"一句没有标签的话":        "",
		"这个标签实在是太长了一点：内容": "",
		"：": "：",
	} {
		if got := labelled(in); got.Label != want || got.Label+got.Text != in {
			t.Errorf("labelled(%q) = %+v", in, got)
		}
	}
}
