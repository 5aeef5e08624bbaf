package search

import (
	"cmp"
	"slices"

	"github.com/tingdong/tingdong/search/analysis"
)

// related gives words that the best documents share and the query lacks
// (pseudo-relevance feedback): the law's word for what a citizen described.
func (s *snapshot) related(p *plan, words *analysis.Words, top []scored) ([]planTerm, error) {
	weight := map[string]float64{}
	for _, t := range top[:min(len(top), relatedDocs)] {
		c, err := s.candidate(t.doc)
		if err != nil {
			return nil, err
		}
		c.relatedOnce.Do(func() {
			c.words, c.wordsTotal = wordCounts(c.body[:min(len(c.body), relatedChars)], words)
		})
		for w, k := range c.words {
			weight[w] += float64(t.score) / float64(top[0].score) * float64(k) / float64(c.wordsTotal+20)
		}
	}
	for _, t := range p.terms {
		delete(weight, t.term)
	}
	var out []planTerm
	for w, v := range weight {
		l, err := s.postings(w)
		if err != nil {
			return nil, err
		}
		if len(l.docs) >= 2 && len(l.docs) <= s.live/10 {
			out = append(out, planTerm{term: w, weight: v * s.idf(len(l.docs)), extra: true})
		}
	}
	slices.SortFunc(out, func(a, b planTerm) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.term, b.term))
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

// wordCounts counts the Chinese words of two and more characters; n is that of
// all words.
func wordCounts(text []rune, words *analysis.Words) (counts map[string]int, n int) {
	counts = map[string]int{}
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
	return counts, n
}
