// Package portal is the demo portal: server-rendered pages over the column
// table and the search index, in Chinese and English. It needs no script to
// be read, and no inline script or style, so that a strict Content Security
// Policy holds; the voice button is one element on every page.
package portal

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/search"
)

// Index is what the portal asks of the search index. A query without words
// lists the newest documents that pass its filters. A document is shown at the
// address that is its id, so the pages of a portal have their path as id.
type Index interface {
	Search(ctx context.Context, q search.Query) (*search.Result, error)
	Document(id string) (*search.Document, bool, error)
}

var _ Index = (*search.Index)(nil)

// Deps are what the portal is made of.
type Deps struct {
	// Columns gives the column table in force; it is asked for each request.
	Columns func() *grammar.Columns
	Index   Index
	// Now is the portal's clock, in the portal's time zone; nil is China
	// Standard Time. It chooses the picture of the day.
	Now func() time.Time
	// Log receives what visitors must not see; nil is slog.Default().
	Log *slog.Logger
}

// site is the handler.
type site struct {
	deps   Deps
	pages  *pages
	assets *assets
	tree   atomic.Pointer[tree] // of the columns last seen
}

// New makes the handler of the portal: its pages, /portal/ with their style
// sheets, scripts and icons, /sitemap.xml and /robots.txt.
func New(d Deps) (http.Handler, error) {
	if d.Now == nil {
		china := time.FixedZone("CST", 8*60*60)
		d.Now = func() time.Time { return time.Now().In(china) }
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	files, err := newAssets()
	if err != nil {
		return nil, err
	}
	templates, err := newPages(files)
	if err != nil {
		return nil, err
	}
	s := &site{deps: d, pages: templates, assets: files}
	mux := http.NewServeMux()
	mux.Handle("GET /portal/", files)
	mux.HandleFunc("GET /robots.txt", s.robots)
	mux.HandleFunc("GET /sitemap.xml", s.sitemapXML)
	mux.HandleFunc("/", s.page)
	return secured(mux), nil
}

// columns gives the tree of the columns in force.
func (s *site) columns() *tree {
	now := s.deps.Columns()
	if t := s.tree.Load(); t != nil && t.of == now {
		return t
	}
	t := newTree(now)
	s.tree.Store(t)
	return t
}

// page finds what stands at an address: a page of its own kind, a column or
// a document.
func (s *site) page(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	t := s.columns()
	p := s.newPage(r, t)
	col := t.at(r.URL.Path)
	if r.Method == http.MethodPost && (col == nil || formOf(col.ID) == nil) {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	switch path := r.URL.Path; {
	case path == "/en" || path == "/cn/search" || path == "/en/search" || path == "/en/sitemap":
		withSlash(w, r)
	case path == "/" || path == "/cn/":
		s.home(w, r, p)
	case path == "/en/":
		s.english(w, r, p)
	case path == "/cn/search/" || path == "/en/search/":
		s.search(w, r, p)
	case path == "/cn/sitemap/" || path == "/en/sitemap/":
		s.siteMap(w, p)
	case path == "/cn/wza/":
		s.accessibility(w, p)
	case roleOf(path) != "":
		s.role(w, r, p)
	case col != nil:
		s.column(w, r, p, col)
	default:
		s.document(w, r, p)
	}
}

// policy allows nothing but the portal's own files; the voice button opens a
// websocket to this same host and loads its worklet from it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
		next.ServeHTTP(w, r)
	})
}
