package portal

import (
	"context"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tingdong/tingdong/search"
)

// perPage is how many entries a page of a list has.
const perPage = 10

// entry is one document in a list.
type entry struct {
	Title, URL, Date, Column, Snippet string
	TitleHTML                         string
}

// list is one page of a list of documents. Err says that the index could not
// be asked; the page is shown all the same.
type list struct {
	Entries []entry
	Total   int
	First   int // number of the first entry, from 1
	Pages   pager
	Err     bool
}

// latest lists the newest documents of columns, page by page. Of one column
// the index does the paging; of several the newest of each are merged, which
// reaches search.MaxSize documents deep.
func (s *site) latest(ctx context.Context, t *tree, columns []string, page, size int) list {
	if len(columns) == 1 {
		return s.query(ctx, t, search.Query{Column: columns[0], Sort: "date", Page: page, Size: size})
	}
	var all list
	if page > search.MaxSize/size {
		return all
	}
	for _, id := range columns {
		one := s.query(ctx, t, search.Query{Column: id, Sort: "date", Page: 1, Size: page * size})
		all.Entries = append(all.Entries, one.Entries...)
		all.Total += one.Total
		all.Err = all.Err || one.Err
	}
	slices.SortStableFunc(all.Entries, func(a, b entry) int { return strings.Compare(b.Date, a.Date) })
	from := min((page-1)*size, len(all.Entries))
	all.Entries = all.Entries[from:min(from+size, len(all.Entries))]
	all.First = from + 1
	all.Total = min(all.Total, search.MaxSize/size*size)
	return all
}

// query asks the index for a list; a failure is logged and marked.
func (s *site) query(ctx context.Context, t *tree, q search.Query) list {
	res, err := s.deps.Index.Search(ctx, q)
	if err != nil {
		s.deps.Log.Error("portal list", "column", q.Column, "err", err)
		return list{Err: true}
	}
	return list{Entries: entries(t, res.Hits), Total: res.Total, First: (max(q.Page, 1)-1)*q.Size + 1}
}

func entries(t *tree, hits []search.Hit) []entry {
	out := make([]entry, 0, len(hits))
	for _, h := range hits {
		e := entry{Title: h.Title, URL: h.URL, Date: h.Date, Column: t.label(h.Column),
			TitleHTML: h.TitleHTML, Snippet: h.Snippet}
		if e.TitleHTML == "" {
			e.TitleHTML = html.EscapeString(h.Title)
		}
		out = append(out, e)
	}
	return out
}

// pager is the navigation below a list.
type pager struct {
	Page, Last int
	Links      []pageLink
	Prev, Next string
}

type pageLink struct {
	N       int
	URL     string
	Current bool
	Gap     bool // pages are left out before this one
}

// newPager makes the links around a page; at builds the address of a page.
func newPager(page, total, size int, at func(page int) string) pager {
	p := pager{Page: page, Last: max(1, (total+size-1)/size)}
	if page > 1 {
		p.Prev = at(min(page-1, p.Last))
	}
	if page < p.Last {
		p.Next = at(page + 1)
	}
	before := 0
	for n := 1; n <= p.Last; n++ {
		if n > 1 && n < p.Last && (n < page-2 || n > page+2) {
			continue
		}
		p.Links = append(p.Links, pageLink{N: n, URL: at(n), Current: n == page, Gap: n > before+1})
		before = n
	}
	return p
}

// neighbours tells the frame about the pages before and after.
func (p *view) neighbours(g pager, at func(page int) string) {
	p.Prev, p.Next = g.Prev, g.Next
	if g.Last > 1 {
		p.First, p.Last = at(1), at(g.Last)
	}
}

// paged is the address of a page of a list: path, with page from 2 on.
func paged(path string, q url.Values) func(int) string {
	return func(n int) string {
		v := url.Values{}
		for k, values := range q {
			v[k] = values
		}
		v.Del("page")
		if n > 1 {
			v.Set("page", strconv.Itoa(n))
		}
		if len(v) == 0 {
			return path
		}
		return path + "?" + v.Encode()
	}
}
