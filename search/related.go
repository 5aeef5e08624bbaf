package search

import (
	"slices"

	"github.com/tingdong/tingdong/search/analysis"
)

// related gives words that the best documents share and the query lacks
// (pseudo-relevance feedback): the law's word for what a citizen described.
func (s *snapshot) related(p *plan, words *analysis.Words, top []scored) ([]planTerm, error) {
	have := map[string]bool{}
	for _, t := range p.terms {
		have[t.term] = true
	}
	weight := map[string]float64{}
	top = top[:min(len(top), relatedDocs)]
	for _, t := range top {
		c, err := s.candidate(t.doc)
		if err != nil {
			return nil, err
		}
		text := c.body[:min(len(c.body), relatedChars)]
		counts := map[string]int{}
		n := 0
		analysis.Runs(text, func(k analysis.Kind, from, to int) {
			if k != analysis.Han {
				return
			}
			words.Segment(text[from:to], func(i, j int) {
				n++
				if j-i >= 2 {
					counts[string(text[from+i:from+j])]++
				}
			})
		})
		for w, k := range counts {
			weight[w] += float64(t.score) / float64(top[0].score) * float64(k) / float64(n+20)
		}
	}
	var out []planTerm
	for w, v := range weight {
		if have[w] {
			continue
		}
		l, err := s.postings(w)
		if err != nil {
			return nil, err
		}
		if len(l.docs) < 2 || len(l.docs) > s.live/10 {
			continue
		}
		out = append(out, planTerm{term: w, weight: v * s.idf(len(l.docs)), extra: true})
	}
	slices.SortFunc(out, func(a, b planTerm) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		case a.term < b.term:
			return -1
		}
		return 1
	})
	out = out[:min(len(out), relatedTerms)]
	if len(out) > 0 {
		scale := relatedWeight / out[0].weight
		for i := range out {
			out[i].weight *= scale
		}
	}
	return out, nil
}
