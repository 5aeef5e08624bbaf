package search

import (
	"strings"

	"github.com/tingdong/tingdong/search/analysis"
	"github.com/tingdong/tingdong/zhtext"
)

// maxQuery is how many characters of a query are looked at. Longer ones are
// cut: a question of a citizen has up to 100.
const maxQuery = 256

// maxTerms bounds the work of one query.
const maxTerms = 160

// plan is a query understood: the terms to look for, each with its weight.
type plan struct {
	text  string // folded, without the wrapping of spoken requests
	terms []planTerm
	docNo string // key, if the query has a document number
	whole bool   // the query is nothing but that number
	rules bool   // a synonym applies, so its words are not misheard
}

type planTerm struct {
	term   string
	pair   uint64 // the two characters, 0 for other terms
	weight float64
	extra  bool // not in the query: a synonym or related word
}

func pairOf(a, b rune) uint64 { return uint64(a)<<32 | uint64(b) }

func (x *Index) plan(text string) *plan {
	p := &plan{}
	if len(text) > 8*maxQuery {
		text = strings.ToValidUTF8(text[:8*maxQuery], "")
	}
	if k, ok := analysis.DocNo(text); ok {
		p.docNo, p.whole = k, true
	} else if k, ok := analysis.FindDocNo(text); ok {
		p.docNo = k
	}
	runes := unwrap(zhtext.Runes(text, maxQuery))
	p.text = strings.TrimSpace(string(runes))
	p.addTerms(x.words(), runes, 1)
	if lone := []rune(p.text); len(lone) == 1 && zhtext.IsHan(lone[0]) {
		x.addPairsOf(p, lone[0])
	}
	if v := analysis.NumberVariant(p.text); v != "" {
		p.addExtra(x.words(), []rune(v), 1)
		runes = []rune(v)
	}
	for _, d := range append(analysis.Dates([]rune(p.text)), analysis.Dates(runes)...) {
		p.terms = append(p.terms, planTerm{term: d, weight: 1, extra: true})
	}
	x.expand(p, []rune(p.text))
	return p
}

// addPairsOf looks for a lone character in the pairs that have it: single
// characters of longer runs are not in the index.
func (x *Index) addPairsOf(p *plan, r rune) {
	lex := x.known()
	if lex == nil {
		return
	}
	for _, c := range lex.with(r, maxTerms/4) {
		a, b := rune(c.first), rune(c.second)
		p.terms = append(p.terms, planTerm{term: string([]rune{a, b}), pair: pairOf(a, b), weight: 1, extra: true})
	}
}

// expand adds the official words for what the query says.
func (x *Index) expand(p *plan, runes []rune) {
	n := len(p.terms)
	for _, w := range x.tables.Load().synonyms.expand(runes) {
		p.addExtra(x.words(), []rune(w), synonym)
	}
	p.rules = p.rules || len(p.terms) > n
}

// addExtra adds terms that the query itself does not have.
func (p *plan) addExtra(words *analysis.Words, runes []rune, weight float64) {
	n := len(p.terms)
	p.addTerms(words, runes, weight)
	for i := n; i < len(p.terms); i++ {
		p.terms[i].extra = true
	}
}

// addTerms adds the terms of folded text with a weight, unless they are there
// already.
func (p *plan) addTerms(words *analysis.Words, runes []rune, weight float64) {
	weak := weakRunes(runes)
	seen := map[string]bool{}
	for _, t := range p.terms {
		seen[t.term] = true
	}
	add := func(t planTerm) {
		if !seen[t.term] && len(p.terms) < maxTerms && t.weight > 0 {
			seen[t.term] = true
			p.terms = append(p.terms, t)
		}
	}
	analysis.Runs(runes, func(k analysis.Kind, from, to int) {
		if k == analysis.Word {
			add(planTerm{term: analysis.Stem(runes[from:to]), weight: weight})
			return
		}
		if to-from == 1 {
			add(planTerm{term: string(runes[from:to]), weight: loneChar * weight})
		}
		starts := make([]bool, to-from+1)
		words.Segment(runes[from:to], func(i, j int) { starts[i] = true })
		for i := from; i+1 < to; i++ {
			add(planTerm{term: string(runes[i : i+2]), pair: pairOf(runes[i], runes[i+1]), weight: weight * pairWeight(weak[i], weak[i+1], starts[i+1-from])})
		}
		words.Long(runes[from:to], func(i, j int) {
			add(planTerm{term: string(runes[from+i : from+j]), weight: weight * longWord})
		})
	})
}

func pairWeight(a, b, across bool) float64 {
	switch {
	case a && b:
		return weakInside
	case a || b:
		return weakAcross
	case across:
		return acrossWords
	}
	return 1
}
