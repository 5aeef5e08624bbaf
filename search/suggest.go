package search

import (
	"context"
	"slices"
	"strings"
)

// Suggestion is one completion of what a visitor is typing.
type Suggestion struct {
	Text   string `json:"text"`
	Kind   string `json:"kind"`             // "column", "word" or "page"
	URL    string `json:"url,omitempty"`    // of a column or page
	Column string `json:"column,omitempty"` // id of a column
}

// Suggest completes text, typed in characters, pinyin or its initials: the
// portal's columns first, then words of titles, then pages. At most n.
func (x *Index) Suggest(ctx context.Context, text, lang string, n int) ([]Suggestion, error) {
	out := []Suggestion{}
	key := ruleKey(text)
	if key == "" || n <= 0 || len(key) > 8*maxQuery {
		return out, nil
	}
	n = min(n, MaxSize)
	out = x.tables.Load().complete(key, lang, n)
	if len(out) == n || strings.HasPrefix(lang, "en") {
		return out, nil
	}
	err := x.read(ctx, func(s *snapshot) error {
		if lex := x.lexicon.Load(); lex != nil {
			out = appendWords(out, lex.words, key, n)
		}
		if _, ok := latin(key); ok || len(out) >= n {
			return nil
		}
		pages, err := x.pages(ctx, s, key, n-len(out))
		out = append(out, pages...)
		return err
	})
	return out, err
}

func appendWords(out []Suggestion, words *completions, key string, n int) []Suggestion {
	for _, w := range append(words.prefix(key, n), words.prefix(spelling(key), n)...) {
		if len(out) < n && !slices.ContainsFunc(out, func(s Suggestion) bool { return ruleKey(s.Text) == w }) {
			out = append(out, Suggestion{Text: w, Kind: "word"})
		}
	}
	return out
}

// pages gives the titles that fit best, by the first stage of ranking alone.
func (x *Index) pages(ctx context.Context, s *snapshot, key string, n int) ([]Suggestion, error) {
	p := &plan{}
	p.addTerms(x.words(), []rune(key), 1)
	acc := s.accumulator()
	defer s.scratch.Put(acc)
	r := newRanker(n, nil, false)
	if _, err := s.rank(ctx, p.terms, acc, r); err != nil {
		return nil, err
	}
	var out []Suggestion
	for _, t := range r.best() {
		c, err := s.candidate(t.doc)
		if err != nil {
			return nil, err
		}
		out = append(out, Suggestion{Text: c.doc.Title, Kind: "page", URL: c.doc.URL})
	}
	return out, nil
}

// complete gives the columns that text may be the beginning of. The closest
// come first: the name itself, then aliases, then pinyin, then a part.
func (t *tables) complete(key, lang string, n int) []Suggestion {
	type match struct {
		column *Column
		rank   int
	}
	var found []match
	for i := range t.columns {
		if lang != "" && t.columns[i].Lang != "" && t.columns[i].Lang != lang {
			continue
		}
		if r := rankKeys(t.keys[i], key); r > 0 {
			found = append(found, match{&t.columns[i], r})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return len(a.column.Name) - len(b.column.Name)
	})
	out := []Suggestion{}
	for _, m := range found[:min(n, len(found))] {
		out = append(out, Suggestion{Text: m.column.Name, Kind: "column", URL: m.column.URL, Column: m.column.ID})
	}
	return out
}

// nearest gives the columns that a query may be the beginning of or that it
// names within itself.
func (t *tables) nearest(key, lang string, n int) []Suggestion {
	if key == "" {
		return nil
	}
	out := t.complete(key, lang, n)
	for i, c := range t.columns {
		if len(out) == n {
			break
		}
		named := slices.ContainsFunc(t.keys[i], func(keys []string) bool {
			return len([]rune(keys[0])) >= 2 && strings.Contains(key, keys[0])
		})
		known := slices.ContainsFunc(out, func(s Suggestion) bool { return s.Column == c.ID })
		if named && !known && (lang == "" || c.Lang == "" || c.Lang == lang) {
			out = append(out, Suggestion{Text: c.Name, Kind: "column", URL: c.URL, Column: c.ID})
		}
	}
	return out
}

// rankKeys says how well typed text fits the keys of a column, name first; 1
// is best, 0 is not at all.
func rankKeys(names [][]string, typed string) int {
	best := 0
	better := func(r int) {
		if best == 0 || r < best {
			best = r
		}
	}
	for i, keys := range names {
		later := min(i, 1)
		for k, key := range keys {
			switch {
			case strings.HasPrefix(key, typed):
				better(1 + 2*min(k, 1) + later)
			case k == 0 && strings.Contains(key, typed):
				better(5 + later)
			}
		}
	}
	return best
}
