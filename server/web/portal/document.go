package portal

import (
	"net/http"

	"github.com/tingdong/tingdong/search"
)

// documentBody is a document's page.
type documentBody struct {
	*search.Document
	Kind    string // its name in the page's language, or ""
	Related []entry
}

// document shows the document that has the address as its id, or the page
// for what is not found.
func (s *site) document(w http.ResponseWriter, r *http.Request, p *view) {
	d, ok, err := s.deps.Index.Document(r.URL.Path)
	if err != nil {
		s.deps.Log.Error("portal document", "err", err)
		s.unavailable(w, p)
		return
	}
	if !ok {
		s.notFound(w, r, p)
		return
	}
	t := s.columns()
	col := t.of.ByID(d.Column)
	if col == nil {
		col = t.near(r.URL.Path)
	}
	p.under(t, col)
	p.Title, p.Description = d.Title, cut(d.Body, 120)
	if d.Role != "" {
		p.Role = d.Role
	}
	b := documentBody{Document: d, Kind: text(p.Lang, "kind."+d.Kind)}
	if d.Column != "" {
		b.Related, p.Prev, p.Next = s.around(r, t, d)
	}
	p.Body = b
	s.show(w, http.StatusOK, "document", p)
}

// around gives other documents of the same column, and the addresses of the
// newer and the older neighbour.
func (s *site) around(r *http.Request, t *tree, d *search.Document) (related []entry, newer, older string) {
	all := s.latest(r.Context(), t, []string{d.Column}, 1, 50).Entries
	for i, e := range all {
		if e.URL != d.URL {
			if len(related) < 5 {
				related = append(related, e)
			}
			continue
		}
		if i > 0 {
			newer = all[i-1].URL
		}
		if i+1 < len(all) {
			older = all[i+1].URL
		}
	}
	return related, newer, older
}

// notFoundBody helps on from an address that leads nowhere.
type notFoundBody struct {
	Near    []link // columns around the address
	Popular []link
}

func (s *site) notFound(w http.ResponseWriter, r *http.Request, p *view) {
	t := s.columns()
	p.Title, p.NoIndex, p.Crumbs = text(p.Lang, "notfound.title"), true, nil
	b := notFoundBody{}
	if c := t.near(r.URL.Path); c != nil {
		b.Near = append(b.Near, link{Name: c.Name, URL: c.URL})
		for _, child := range t.children[c.ID] {
			if len(b.Near) < 9 {
				b.Near = append(b.Near, link{Name: child.Name, URL: child.URL})
			}
		}
	}
	ids := []string{"bszn", "tzgg", "yyfw", "dmsyy", "tsjb", "zfjg", "wzdt"}
	if p.Lang == english {
		ids = []string{"en-services", "en-visit", "en-invest", "en-hotline", "en-notices"}
	}
	for _, c := range t.byID(ids...) {
		b.Popular = append(b.Popular, link{Name: c.Name, URL: c.URL})
	}
	p.Body = b
	s.show(w, http.StatusNotFound, "notfound", p)
}

// unavailable says that the index cannot be asked just now.
func (s *site) unavailable(w http.ResponseWriter, p *view) {
	p.Title, p.NoIndex = text(p.Lang, "unavailable.title"), true
	p.Body = text(p.Lang, "unavailable.text")
	w.Header().Set("Retry-After", "30")
	s.show(w, http.StatusServiceUnavailable, "message", p)
}
