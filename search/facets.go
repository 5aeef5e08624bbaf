package search

import (
	"cmp"
	"context"
	"slices"
)

// newest lists the documents of set from the newest to the oldest, those
// without a date last, until limit.
func (s *snapshot) newest(ctx context.Context, set bitset, limit int) ([]uint32, error) {
	dates, err := s.days()
	if err != nil {
		return nil, err
	}
	var out []uint32
	seen := make(bitset, (s.size+63)/64)
	for _, d := range dates {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		docs, err := s.docsOf(fieldDate, d)
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			seen[doc>>6] |= 1 << (doc & 63)
			if set.has(doc) {
				out = append(out, doc)
			}
		}
		if len(out) >= limit {
			return out[:limit], nil
		}
	}
	for _, doc := range s.all() {
		if len(out) >= limit {
			break
		}
		if set.has(doc) && !seen.has(doc) {
			out = append(out, doc)
		}
	}
	return out, nil
}

// all lists every live document.
func (s *snapshot) all() []uint32 {
	var out []uint32
	for i, seg := range s.scorch.Segments() {
		it := seg.DocNumbersLive().Iterator()
		for it.HasNext() {
			out = append(out, s.offsets[i]+it.Next())
		}
	}
	return out
}

// facets counts the values of the filterable fields among the documents of
// set, the most frequent first.
func (s *snapshot) facets(set bitset) (map[string][]Facet, error) {
	out := map[string][]Facet{}
	for name, field := range map[string]string{"column": fieldColumn, "year": fieldYear, "kind": fieldKind,
		"role": fieldRole, "lang": fieldLang} {
		counts, err := s.facet(field, set)
		if err != nil {
			return nil, err
		}
		if len(counts) > 0 {
			out[name] = counts
		}
	}
	return out, nil
}

// maxFacetValues bounds the values counted for one facet.
const maxFacetValues = 2000

func (s *snapshot) facet(field string, set bitset) ([]Facet, error) {
	values, err := s.values(field)
	if err != nil {
		return nil, err
	}
	var out []Facet
	for _, v := range values[:min(len(values), maxFacetValues)] {
		if v == everyRole {
			continue
		}
		docs, err := s.docsOf(field, v)
		if err != nil {
			return nil, err
		}
		n := 0
		for _, d := range docs {
			if set.has(d) {
				n++
			}
		}
		if n > 0 {
			out = append(out, Facet{v, n})
		}
	}
	slices.SortFunc(out, func(a, b Facet) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return out, nil
}

// days are all dates that documents have, the newest first.
func (s *snapshot) days() ([]string, error) {
	s.datesOnce.Do(func() {
		s.dates, s.datesErr = s.values(fieldDate)
		slices.Reverse(s.dates)
	})
	return s.dates, s.datesErr
}
