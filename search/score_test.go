package search

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Looking only at documents with an essential term takes the same as looking
// at all of them.
func TestEssentialTermsMissNothing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	const size = 5*windowDocs + 77
	prior := make([]float32, size)
	for i := range prior {
		prior[i] = 1
	}
	skipped := 0
	for round := range 40 {
		terms := randomTerms(rnd, size)
		r, all := newRanker(10, nil, round%2 == 0), newRanker(10, nil, round%2 == 0)
		r.prior, all.prior = prior, prior
		fast := &accumulator{cells: make([]cell, size), terms: slices.Clone(terms), essential: len(terms)}
		slow := &accumulator{cells: make([]cell, size), terms: slices.Clone(terms), filled: true}
		for from := 0; from < size; from += windowDocs {
			to := min(from+windowDocs, size)
			fast.window(from, to, r)
			slow.window(from, to, all)
		}
		skipped += len(terms) - fast.essential
		if got, want := r.best(), all.best(); !slices.Equal(got, want) {
			t.Fatalf("round %d: best %v, want %v", round, got, want)
		}
		if got, want := r.found(), all.found(); !slices.Equal(got, want) {
			t.Fatalf("round %d: %d documents count, want %d", round, len(got), len(want))
		}
	}
	if skipped == 0 {
		t.Error("every term stayed essential: nothing was tested")
	}
}

// randomTerms gives terms from rare to common, the rare ones weighing more.
func randomTerms(rnd *rand.Rand, size int) []cursor {
	var out []cursor
	for share := 500; share > 1; share /= 2 {
		l := &list{}
		for d := rnd.IntN(share); d < size; d += 1 + rnd.IntN(2*share) {
			l.docs = append(l.docs, uint32(d))
			l.impacts = append(l.impacts, uint16(1+rnd.IntN(40000)))
			l.most = max(l.most, l.impacts[len(l.impacts)-1])
		}
		w := float32(share)
		out = append(out, cursor{list: l, score: w / impactScale, cover: w})
	}
	return out
}
