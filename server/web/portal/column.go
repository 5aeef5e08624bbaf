package portal

import (
	"net/http"
	"net/url"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/search"
)

// columnBody is a column's page.
type columnBody struct {
	Column   *grammar.Column
	Children []*grammar.Column
	Siblings []link
	List     list
	Said     []string // what opens this column when spoken
	Form     *formBody
}

func (s *site) column(w http.ResponseWriter, r *http.Request, p *view, c *grammar.Column) {
	if r.URL.Path != c.URL {
		withSlash(w, r)
		return
	}
	t := s.columns()
	p.under(t, c)
	p.Title = c.Name
	p.Description = c.Name + text(p.Lang, "column.description")
	b := columnBody{Column: c, Children: t.children[c.ID], Siblings: siblings(t, c), Said: said(c)}
	page := number(r, "page")
	if page > search.MaxDepth/perPage {
		s.notFound(w, r, p)
		return
	}
	columns := []string{c.ID}
	if len(b.Children) > 0 {
		columns = t.under(c)
	}
	b.List = s.latest(r.Context(), t, columns, page, perPage)
	if page > 1 && len(b.List.Entries) == 0 && !b.List.Err {
		s.notFound(w, r, p)
		return
	}
	at := paged(c.URL, nil)
	b.List.Pages = newPager(page, b.List.Total, perPage, at)
	p.neighbours(b.List.Pages, at)
	status := http.StatusOK
	if f := formOf(c.ID); f != nil {
		b.Form, status = fill(f, p.Lang, w, r)
	}
	p.Body = b
	s.show(w, status, "column", p)
}

// withSlash sends an address without its last slash to the one with it.
func withSlash(w http.ResponseWriter, r *http.Request) {
	to := url.URL{Path: r.URL.Path + "/", RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, to.String(), http.StatusMovedPermanently)
}

// said lists what a visitor may say for a column: its name and two aliases.
func said(c *grammar.Column) []string {
	return append([]string{c.Name}, c.Aliases[:min(2, len(c.Aliases))]...)
}

func siblings(t *tree, c *grammar.Column) []link {
	if c.Parent == "" {
		return nil
	}
	var out []link
	for _, o := range t.children[c.Parent] {
		out = append(out, link{Name: o.Name, URL: o.URL, Current: o.ID == c.ID})
	}
	return out
}
