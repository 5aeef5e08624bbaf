package search

import (
	"context"
	"strings"
)

// Suggestion is one completion of what a visitor is typing.
type Suggestion struct {
	Text   string `json:"text"`
	Kind   string `json:"kind"`          // "column", "title" or "query"
	URL    string `json:"url,omitempty"` // of a column
	Column string `json:"column,omitempty"`
}

// Suggest completes text, columns first; at most n suggestions.
func (x *Index) Suggest(ctx context.Context, text, lang string, n int) ([]Suggestion, error) {
	out := []Suggestion{}
	key := ruleKey(text)
	if key == "" || n <= 0 {
		return out, nil
	}
	for _, c := range x.tables.Load().columns {
		if len(out) < n && (lang == "" || c.Lang == lang) && strings.Contains(ruleKey(c.Name), key) {
			out = append(out, Suggestion{Text: c.Name, Kind: "column", URL: c.URL, Column: c.ID})
		}
	}
	return out, nil
}
