package crawl

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/tingdong/tingdong/search"
)

// site is a small portal on the loopback interface.
type site struct {
	*httptest.Server
	pages map[string]string // path → body; "" is 404
	kinds map[string]string
	asked []string
}

func newSite(t *testing.T) *site {
	s := &site{pages: map[string]string{}, kinds: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.URL.Path)
		body := s.pages[r.URL.Path]
		if body == "" {
			http.NotFound(w, r)
			return
		}
		if to, ok := strings.CutPrefix(body, "redirect "); ok {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		tag := fmt.Sprintf(`"%x"`, len(body))
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", kindOf(s.kinds[r.URL.Path]))
		if _, err := w.Write([]byte(body)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func kindOf(k string) string {
	if k == "" {
		return "text/html; charset=utf-8"
	}
	return k
}

func article(title, body string, links ...string) string {
	var a strings.Builder
	for _, l := range links {
		fmt.Fprintf(&a, `<a href="%s">x</a>`, l)
	}
	return `<html lang="zh-CN"><head><title>` + title + `_盐田政府在线</title><meta name="PubDate" content="2024-05-01 10:00">` +
		`<meta name="ColumnName" content="通知公告"></head><body><nav>首页 导航</nav>` + a.String() +
		`<article><h1>` + title + `</h1><p>` + body + `</p></article><footer>版权</footer></body></html>`
}

type taken struct {
	docs    map[string]*search.Document
	gone    []string
	refused map[string]string
}

func run(t *testing.T, s *site, state *State) (Summary, *taken) {
	t.Helper()
	got := &taken{docs: map[string]*search.Document{}, refused: map[string]string{}}
	sum, err := Run(context.Background(), Options{Start: s.URL, Delay: time.Millisecond, State: state}, Handler{
		Page:    func(d *search.Document) error { got.docs[strings.TrimPrefix(d.ID, s.URL)] = d; return nil },
		Gone:    func(id string) error { got.gone = append(got.gone, strings.TrimPrefix(id, s.URL)); return nil },
		Refused: func(a, reason string) { got.refused[strings.TrimPrefix(a, s.URL)] = reason },
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum, got
}

var long = strings.Repeat("住房公积金提取需要提交身份证明和申请表，由管理中心审核。", 8)

func TestLinks(t *testing.T) {
	s := newSite(t)
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Replace(article("公积金提取指南", long), "<head>", `<head><meta charset="gb2312">`, 1))
	if err != nil {
		t.Fatal(err)
	}
	s.pages["/robots.txt"] = "User-agent: *\nDisallow: /private/\n"
	s.pages["/"] = article("首页", long, "/a.html", "/gbk.html", "/private/x.html", "/missing.html", "/away", "https://elsewhere.invalid/", "/a.html#top", "/list.docx", "/photo.png", "mailto:a@b")
	s.pages["/a.html"] = article("教育局", long, "/")
	s.pages["/gbk.html"], s.kinds["/gbk.html"] = gbk, "text/html"
	s.pages["/private/x.html"] = article("秘密", long)
	s.pages["/away"] = "redirect https://elsewhere.invalid/x"
	s.pages["/list.docx"], s.kinds["/list.docx"] = docxOf(t, "办事清单", "第一条 办理条件"), kindDOCX
	s.pages["/photo.png"], s.kinds["/photo.png"] = "\x89PNG", "image/png"
	state := NewState()
	sum, got := run(t, s, state)
	if sum.Documents != 4 || len(got.docs) != 4 {
		t.Errorf("%+v, documents %v", sum, got.docs)
	}
	if d := got.docs["/gbk.html"]; d == nil || d.Title != "公积金提取指南" || !strings.Contains(d.Body, "管理中心审核") ||
		strings.Contains(d.Body, "导航") || d.Date != "2024-05-01" || d.Column != "通知公告" || d.Lang != "zh-CN" {
		t.Errorf("GB18030 page: %+v", d)
	}
	if d := got.docs["/list.docx"]; d == nil || d.Title != "办事清单" || d.Body != "办事清单\n第一条 办理条件" {
		t.Errorf("DOCX: %+v", d)
	}
	for path, want := range map[string]string{"/private/x.html": "robots.txt", "/missing.html": "does not exist",
		"/away": "another host", "/photo.png": "image/png"} {
		if !strings.Contains(got.refused[path], want) {
			t.Errorf("%s refused with %q, want %q", path, got.refused[path], want)
		}
	}
	if slices.Contains(s.asked, "/private/x.html") {
		t.Error("a page that robots.txt forbids was fetched")
	}
	s.pages["/a.html"] = ""
	s.pages["/gbk.html"] += "<!-- changed, but not its text -->"
	s.pages["/"] = article("首页", long+"新的一句。", "/a.html", "/gbk.html")
	sum, got = run(t, s, state)
	if sum.Documents != 1 || got.docs["/"] == nil || !slices.Equal(got.gone, []string{"/a.html"}) || sum.Unchanged != 1 {
		t.Errorf("second crawl: %+v, documents %v, gone %v", sum, got.docs, got.gone)
	}
}

func TestSitemap(t *testing.T) {
	s := newSite(t)
	s.pages["/robots.txt"] = "Sitemap: " + s.URL + "/maps.xml\n"
	s.pages["/maps.xml"] = `<sitemapindex><sitemap><loc>` + s.URL + `/one.xml</loc></sitemap></sitemapindex>`
	s.pages["/one.xml"] = `<urlset><url><loc>` + s.URL + `/a.html</loc></url><url><loc>https://elsewhere.invalid/b</loc></url></urlset>`
	s.pages["/"] = article("首页", long, "/unlisted.html")
	s.pages["/a.html"] = article("教育局", long)
	s.pages["/unlisted.html"] = article("不在地图里", long)
	sum, got := run(t, s, nil)
	if sum.Documents != 2 || got.docs["/a.html"] == nil || got.docs["/"] == nil {
		t.Errorf("%+v %v", sum, got.docs)
	}
}

func TestRobotsFailing(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer s.Close()
	if _, err := Run(context.Background(), Options{Start: s.URL, Delay: time.Millisecond}, Handler{}); err == nil {
		t.Error("a site whose robots.txt fails is crawled")
	}
	if _, err := Run(context.Background(), Options{Start: "ftp://x"}, Handler{}); err == nil {
		t.Error("an ftp address is taken")
	}
}

func TestState(t *testing.T) {
	path := t.TempDir() + "/state.json"
	s := NewState()
	s.put("u", Seen{ETag: "1", Links: []string{"a"}})
	if err := s.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := LoadState(path)
	if v, ok := again.get("u"); err != nil || !ok || v.ETag != "1" {
		t.Errorf("%v %+v", err, v)
	}
	if _, err := LoadState(t.TempDir() + "/none"); err != nil {
		t.Error(err)
	}
}

func docxOf(t *testing.T, lines ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for _, l := range lines {
		fmt.Fprintf(w, `<w:p><w:r><w:t>%s</w:t></w:r></w:p>`, l)
	}
	fmt.Fprint(w, `</w:body></w:document>`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pdfOf makes a PDF of one page with a line of text.
func pdfOf(line string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 100] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>")
	draw := "BT /F 12 Tf 10 50 Td (" + line + ") Tj ET"
	object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(draw), draw))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF", len(at)+1, start)
	return b.Bytes()
}

func TestPDF(t *testing.T) {
	text, err := pdfText(pdfOf("Guide to housing funds"))
	if err != nil || text != "Guide to housing funds" {
		t.Errorf("%q, %v", text, err)
	}
	for _, bad := range [][]byte{nil, []byte("%PDF-1.4"), pdfOf("x")[:200], pdfOf("")} {
		if text, err := pdfText(bad); err == nil {
			t.Errorf("a damaged or empty PDF gives %q", text)
		}
	}
}

func FuzzFiles(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = pdfText(b) // no panic is the assertion
		_, _ = docxText(b)
	})
}
