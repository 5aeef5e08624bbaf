package portal

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestSearchFinds(t *testing.T) {
	h := demoPortal(t)
	for _, c := range []struct{ target, want string }{
		{"/cn/search/?q=公积金余额", "/cn/service/gjj/balance.html"},
		{"/cn/search/?q=停水通知", "/cn/zwgk/tzgg/water-cut-haishan.html"},
		{"/cn/search/?q=招聘教师", "/cn/service/jiuye/zhaopin/teachers.html"},
		{"/cn/search/?q=深盐府规〔2026〕3号", "/cn/zwgk/zcwj/elderly.html"},
		{"/en/search/?q=driving+licence", "/en/services/driving/licence.html"},
		{"/en/search/?q=typhoon", "/en/news/notices/typhoon.html"},
	} {
		page := mustGet(t, h, c.target)
		first := ""
		for _, e := range parse(page).all("li") {
			if _, ok := e.attrs["data-tingdong-item"]; ok {
				first = e.text
				break
			}
		}
		if first == "" || !strings.Contains(page, `href="`+c.want+`"`) {
			t.Errorf("%s does not find %s", c.target, c.want)
		}
		for _, problem := range problems(page) {
			t.Errorf("%s: %s", c.target, problem)
		}
	}
}

func TestSearchMarksTheWords(t *testing.T) {
	page := mustGet(t, demoPortal(t), "/cn/search/?q=公积金余额")
	if !strings.Contains(page, "<mark>公积金") {
		t.Error("the words of the query are not marked")
	}
}

func TestSearchFilters(t *testing.T) {
	h := demoPortal(t)
	page := mustGet(t, h, "/cn/search/?q=%E5%AD%A6%E4%BD%8D&column=jyj&kind=guide&year=2026&sort=date")
	d := parse(page)
	if !strings.Contains(page, "2026-school-places.html") || strings.Contains(page, "gsgg/school-districts") {
		t.Error("the column's filter does not hold")
	}
	without := ""
	for _, href := range d.links() {
		if strings.HasPrefix(href, "/cn/search/?") && !strings.Contains(href, "column=") && strings.Contains(href, "kind=guide") {
			without = href
		}
	}
	if without == "" || !strings.Contains(page, "教育局") {
		t.Fatal("a filter in force is not named, or cannot be taken away")
	}
	_, active, _ := strings.Cut(mustGet(t, h, without), `class="active"`)
	if active, _, _ = strings.Cut(active, "</div>"); strings.Contains(active, "教育局") || strings.Count(active, "<li>") != 2 {
		t.Errorf("in force after taking one of three filters away: %s", active)
	}
	if english := mustGet(t, h, "/en/search/?q=12345"); strings.Contains(english, `href="/cn/zwgk`) {
		t.Error("the English site shows Chinese pages")
	}
}

func TestSearchPages(t *testing.T) {
	h := demoPortal(t)
	first := parse(mustGet(t, h, "/cn/search/?q=12345"))
	next := first.related("next")
	if next == "" || first.related("prev") != "" {
		t.Fatalf("first page: next %q, prev %q", next, first.related("prev"))
	}
	second := parse(mustGet(t, h, next))
	if back := second.related("prev"); !strings.HasPrefix(back, "/cn/search/?q=12345") {
		t.Errorf("second page: prev %q", back)
	}
	if w := get(t, h, "/cn/search/?q=12345&page=999999999"); w.Code != http.StatusOK {
		t.Errorf("a page far behind the last: %d", w.Code)
	}
	if w := get(t, h, "/cn/search/?q=a&year=99"); w.Code != http.StatusBadRequest {
		t.Errorf("a year that is none: %d", w.Code)
	}
}

func TestSearchWithoutWordsAndWithoutHits(t *testing.T) {
	h := demoPortal(t)
	if page := mustGet(t, h, "/cn/search/"); !strings.Contains(page, "data-tingdong-item") {
		t.Error("an empty search does not show the newest pages")
	} else if !strings.Contains(page, "?column=tzgg") || !strings.Contains(page, "?kind=policy") || !strings.Contains(page, "?year=2025") {
		t.Error("columns, kinds and years are not offered as filters")
	}
	page := mustGet(t, h, "/cn/search/?q=zzqqxxvv")
	for _, problem := range problems(page) {
		t.Error(problem)
	}
	if page := mustGet(t, h, "/cn/search/?q=%E6%95%99%E8%82%B2%E5%B1%80"); !strings.Contains(page, `href="/cn/jg/jyj/"`) {
		t.Error("a column's name does not lead to the column")
	}
}

func TestHostileText(t *testing.T) {
	h := demoPortal(t)
	evil := `"><script>alert(1)</script><img src=x onerror=y>`
	for _, target := range []string{
		"/cn/search/?q=" + url.QueryEscape(evil),
		"/cn/search/?q=a&column=" + url.QueryEscape(evil) + "&kind=" + url.QueryEscape(evil),
		"/cn/hdjl/tsjb/?subject=" + url.QueryEscape(evil),
		"/" + url.PathEscape(evil),
		"/?hour=" + url.QueryEscape(evil),
	} {
		page := get(t, h, target).Body.String()
		if strings.Contains(page, "<script>") || strings.Contains(page, "<img src=x") {
			t.Errorf("%s: markup of the query is on the page", target)
		}
		for _, problem := range problems(page) {
			t.Errorf("%s: %s", target, problem)
		}
	}
	for name, q := range map[string]string{
		"a huge query": strings.Repeat("公积金", 100_000), "invalid UTF-8": "\xff\xfe公积金", "a null": "公\x00积金", "only spaces": "   ",
	} {
		w := get(t, h, "/cn/search/?q="+url.QueryEscape(q))
		if w.Code != http.StatusOK || w.Body.Len() > 200_000 {
			t.Errorf("%s: status %d, %d bytes", name, w.Code, w.Body.Len())
		}
	}
}

func TestStrictPolicyIsSent(t *testing.T) {
	w := get(t, demoPortal(t), "/")
	csp := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	if w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Error("types may be guessed")
	}
}

func TestLists(t *testing.T) {
	h := demoPortal(t)
	d := parse(mustGet(t, h, "/cn/xw/yw/"))
	if got := d.related("next"); got != "/cn/xw/yw/?page=2" {
		t.Errorf("next is %q", got)
	}
	d = parse(mustGet(t, h, "/cn/xw/yw/?page=2"))
	if got := d.related("prev"); got != "/cn/xw/yw/" {
		t.Errorf("prev is %q", got)
	}
	var dates []string
	for _, e := range parse(mustGet(t, h, "/cn/zwgk/?page=2")).all("time") {
		dates = append(dates, e.text)
	}
	if len(dates) != perPage {
		t.Fatalf("%d entries on the second page of a column with others below it", len(dates))
	}
	for i := 1; i < len(dates); i++ {
		if dates[i] > dates[i-1] {
			t.Errorf("%s comes after %s", dates[i], dates[i-1])
		}
	}
}

func FuzzSearchPage(f *testing.F) {
	for _, q := range []string{"q=公积金", "q=%3Cscript%3E&page=-1", "q=a&year=2026&column=jyj&sort=date", "%zz", "q=%ff&role=x", "q=%10%0a%ef%bf%bf"} {
		f.Add(q)
	}
	h := demoPortal(f)
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "/cn/search/", nil)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Fatalf("%q: %d", query, w.Code)
		}
		for _, problem := range problems(w.Body.String()) {
			t.Errorf("%q: %s", query, problem)
		}
	})
}
