// Package search is the full-text index of the portal's pages: analysis of
// Chinese and English text, ranking, suggestions, snippets, and taking
// documents in. It is the only package that imports Bleve and gse.
package search

// Document is one page of the portal as it is imported.
type Document struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Body   string `json:"body"`
	URL    string `json:"url,omitempty"`
	Date   string `json:"date,omitempty"`   // YYYY-MM-DD
	Column string `json:"column,omitempty"` // column id or name
	Lang   string `json:"lang,omitempty"`   // BCP 47
	Kind   string `json:"kind,omitempty"`   // guide, notice, news, policy, …
	Role   string `json:"role,omitempty"`
	DocNo  string `json:"docno,omitempty"` // document number, 国办发〔2017〕47号
	Org    string `json:"org,omitempty"`
}

// Op is one change of the index: an upsert, or the deletion of an id.
type Op struct {
	Upsert *Document `json:"upsert,omitempty"`
	Delete string    `json:"delete,omitempty"`
}

// Query is one search.
type Query struct {
	Text string
	// Alternatives are further readings of a spoken query, best first.
	Alternatives []string
	Lang         string
	Role         string
	Column       string
	Year         int
	Kind         string
	Sort         string // "relevance" (default) or "date"
	Page         int    // from 1, at most MaxDepth results deep
	Cursor       string // Result.Next of the page before, instead of Page; any depth
	Size         int    // default 10, at most 100
	Facets       bool
	// Operators has "…" in Text mean a phrase and -word an exclusion; without
	// it they are text.
	Operators bool
}

// Hit is one page found. Title is the page's own text; TitleHTML and Snippet
// are HTML: text escaped, hits wrapped in <mark>.
type Hit struct {
	ID        string  `json:"id"`
	Score     float64 `json:"score"`
	Title     string  `json:"title"`
	TitleHTML string  `json:"title_html,omitempty"`
	Snippet   string  `json:"snippet"`
	URL       string  `json:"url"`
	Column    string  `json:"column,omitempty"`
	Date      string  `json:"date,omitempty"`
}

// Result is the answer to a Query.
type Result struct {
	Query  string `json:"query"`
	Total  int    `json:"total"`
	TookUS int64  `json:"took_us"`
	Hits   []Hit  `json:"hits"`
	// Suggestion is another query that would find more ("did you mean").
	Suggestion *string `json:"suggestion"`
	// Relaxed says how the query was loosened to find anything: "", "some"
	// (not all words), "sound" (sound-alikes).
	Relaxed string             `json:"relaxed,omitempty"`
	Facets  map[string][]Facet `json:"facets,omitempty"`
	// Columns are the portal's columns nearest to the query, at most three.
	Columns []Suggestion `json:"columns,omitempty"`
	// Next is the Cursor of the following page, "" on the last one.
	Next string `json:"next,omitempty"`
}

// Facet is one value of a filterable field and how many hits have it.
type Facet struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}
