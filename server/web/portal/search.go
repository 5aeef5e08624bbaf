package portal

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tingdong/tingdong/search"
)

// maxQuery is how many characters of a query are used; more is cut.
const maxQuery = 200

// searchBody is the page of results.
type searchBody struct {
	Query      string
	Result     *search.Result
	List       list
	Columns    []link // columns that have the query's words in their name
	Facets     []facet
	Active     []link // filters in force; the address takes one away
	Sorts      []link
	Suggestion *link
	Relaxed    bool
	Problem    string
}

// facet is one group of filters.
type facet struct {
	Name   string
	Values []facetValue
}

type facetValue struct {
	link
	Count int
}

// filters are the names of the query string that filter, in display order.
func filters() []string { return []string{"column", "kind", "year", "role"} }

// maxFacet is how many values of a facet are offered.
const maxFacet = 8

func (s *site) search(w http.ResponseWriter, r *http.Request, p *view) {
	t := s.columns()
	params := clean(r.URL.Query())
	p.Query, p.NoIndex = params.Get("q"), true
	b := searchBody{Query: p.Query, Sorts: sorts(p, params), Active: active(p, t, params),
		Columns: columnLinks(t.named(p.Query, p.Lang, 4))}
	p.Title = text(p.Lang, "search")
	if p.Query != "" {
		p.Title = p.Query + " - " + p.Title
	}
	page := min(number(r, "page"), search.MaxDepth/perPage)
	res, err := s.deps.Index.Search(r.Context(), asked(p, params, page))
	var wrong *search.QueryError
	switch {
	case errors.As(err, &wrong):
		b.Problem = text(p.Lang, "search.wrong")
		p.Body = b
		s.show(w, http.StatusBadRequest, "search", p)
		return
	case err != nil:
		s.deps.Log.Error("portal search", "err", err)
		s.unavailable(w, p)
		return
	}
	s.results(p, t, &b, res, params, page)
	s.show(w, http.StatusOK, "search", p)
}

// results puts what was found on the page.
func (s *site) results(p *view, t *tree, b *searchBody, res *search.Result, params url.Values, page int) {
	at := paged(p.SearchURL, params)
	b.Result, b.Relaxed = res, res.Relaxed != ""
	b.List = list{Entries: entries(t, res.Hits), Total: res.Total, First: (page-1)*perPage + 1}
	b.List.Pages = newPager(page, min(res.Total, search.MaxDepth), perPage, at)
	b.Facets = facets(p, t, res.Facets, params)
	if res.Suggestion != nil && *res.Suggestion != p.Query {
		b.Suggestion = &link{Name: *res.Suggestion, URL: p.SearchURL + "?" + url.Values{"q": {*res.Suggestion}}.Encode()}
	}
	p.neighbours(b.List.Pages, at)
	p.Body = *b
}

// clean keeps the parameters the page knows, bounded.
func clean(in url.Values) url.Values {
	out := url.Values{}
	for _, name := range append([]string{"q", "sort", "page"}, filters()...) {
		v := strings.ReplaceAll(typed(in.Get(name), maxQuery), "\n", " ")
		if v != "" {
			out.Set(name, v)
		}
	}
	return out
}

// asked is the query to the index. The English site finds English pages; the
// Chinese one finds all, since many portals do not mark their language.
func asked(p *view, params url.Values, page int) search.Query {
	q := search.Query{Text: p.Query, Column: params.Get("column"), Kind: params.Get("kind"),
		Role: params.Get("role"), Page: page, Size: perPage, Facets: true}
	if params.Get("sort") == "date" {
		q.Sort = "date"
	}
	if y, err := strconv.Atoi(params.Get("year")); err == nil {
		q.Year = y
	}
	if p.Lang == english {
		q.Lang = english
	}
	return q
}

// changed is the search's address with one parameter set, or without it.
func changed(p *view, params url.Values, name, value string) string {
	v := url.Values{}
	for k, old := range params {
		v[k] = old
	}
	v.Del("page")
	v.Del(name)
	if value != "" {
		v.Set(name, value)
	}
	return p.SearchURL + "?" + v.Encode()
}

func sorts(p *view, params url.Values) []link {
	byDate := params.Get("sort") == "date"
	return []link{
		{Name: text(p.Lang, "sort.relevance"), URL: changed(p, params, "sort", ""), Current: !byDate},
		{Name: text(p.Lang, "sort.date"), URL: changed(p, params, "sort", "date"), Current: byDate},
	}
}

func active(p *view, t *tree, params url.Values) []link {
	var out []link
	for _, name := range filters() {
		if v := params.Get(name); v != "" {
			out = append(out, link{Name: filterLabel(p, t, name, v), URL: changed(p, params, name, "")})
		}
	}
	return out
}

func facets(p *view, t *tree, found map[string][]search.Facet, params url.Values) []facet {
	var out []facet
	for _, name := range filters() {
		if params.Get(name) != "" {
			continue
		}
		f := facet{Name: text(p.Lang, "facet."+name)}
		for _, v := range found[name] {
			if v.Count > 0 && len(f.Values) < maxFacet {
				l := link{Name: filterLabel(p, t, name, v.Value), URL: changed(p, params, name, v.Value)}
				f.Values = append(f.Values, facetValue{l, v.Count})
			}
		}
		if len(f.Values) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// filterLabel names a filter's value for people.
func filterLabel(p *view, t *tree, name, value string) string {
	switch name {
	case "column":
		return t.label(value)
	case "kind", "role":
		if s := text(p.Lang, name+"."+value); s != "" {
			return s
		}
	}
	return value
}
