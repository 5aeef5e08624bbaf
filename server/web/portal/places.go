package portal

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/search"
)

// node is a column in the site map, with those below it.
type node struct {
	Column   *grammar.Column
	Children []node
}

func (t *tree) nodes(parent, lang string, depth int) []node {
	var out []node
	for _, c := range t.children[parent] {
		if langOf(c) == lang && depth < 8 {
			out = append(out, node{c, t.nodes(c.ID, lang, depth+1)})
		}
	}
	return out
}

// siteMap is the page of all columns. Columns without any below them are
// gathered at the end.
func (s *site) siteMap(w http.ResponseWriter, p *view) {
	p.Title = text(p.Lang, "sitemap")
	p.Crumbs = []link{{Name: p.Title, URL: p.Path}}
	var body struct{ Trees, Others []node }
	for _, n := range s.columns().nodes("", p.Lang, 0) {
		if len(n.Children) > 0 {
			body.Trees = append(body.Trees, n)
		} else {
			body.Others = append(body.Others, n)
		}
	}
	p.Body = body
	s.show(w, http.StatusOK, "sitemap", p)
}

// accessibility is the statement of how this site can be used by everyone,
// the voice button first.
func (s *site) accessibility(w http.ResponseWriter, p *view) {
	t := s.columns()
	p.under(t, t.at(p.Path))
	p.Title = text(p.Lang, "accessibility")
	s.show(w, http.StatusOK, "accessibility", p)
}

func (s *site) robots(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /cn/search/\nDisallow: /en/search/\nDisallow: /v1/\nSitemap: " +
		origin(r) + "/sitemap.xml\n"))
}

type urlSet struct {
	XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []urlEntry `xml:"url"`
}

type urlEntry struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sitemapPages bounds the documents in the site map to the newest thousand.
const sitemapPages = 10

// sitemapXML lists the columns and the newest documents of this portal.
func (s *site) sitemapXML(w http.ResponseWriter, r *http.Request) {
	t, base := s.columns(), origin(r)
	set := urlSet{}
	for _, c := range t.of.All() {
		set.URLs = append(set.URLs, urlEntry{Loc: base + c.URL})
	}
	for page := 1; page <= sitemapPages; page++ {
		l := s.query(r.Context(), t, search.Query{Sort: "date", Page: page, Size: search.MaxSize})
		for _, e := range l.Entries {
			if strings.HasPrefix(e.URL, "/") {
				set.URLs = append(set.URLs, urlEntry{base + e.URL, e.Date})
			}
		}
		if len(l.Entries) < search.MaxSize {
			break
		}
	}
	data, err := xml.MarshalIndent(set, "", " ")
	if err != nil {
		s.deps.Log.Error("portal sitemap", "err", err)
		http.Error(w, "sitemap", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = w.Write(append([]byte(xml.Header), data...))
}

// origin is the scheme and host that the visitor used.
func origin(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// columnLinks turns columns into links.
func columnLinks(columns []*grammar.Column) []link {
	var out []link
	for _, c := range columns {
		out = append(out, link{Name: c.Name, URL: c.URL})
	}
	return out
}

// fields3 cuts "a:b:c" into its parts.
func fields3(s string) (a, b, c string) {
	a, s, _ = strings.Cut(s, ":")
	b, c, _ = strings.Cut(s, ":")
	return a, b, c
}
