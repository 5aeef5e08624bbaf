package search

import (
	"cmp"
	"container/heap"
	"context"
	"math"
	"slices"
)

// accumulator holds a score and the covered weight for every document of a
// snapshot: 8 bytes each, reused from query to query.
type accumulator struct {
	score, cover []float32
}

func (s *snapshot) accumulator() *accumulator {
	if a, ok := s.scratch.Get().(*accumulator); ok {
		clear(a.score)
		clear(a.cover)
		return a
	}
	return &accumulator{score: make([]float32, s.size), cover: make([]float32, s.size)}
}

// scored is a document with its first-stage score and the share of the
// query's weight that it has.
type scored struct {
	doc   uint32
	score float32
	cover float32
}

// accumulate adds every term of the plan to acc, term by term: with decoded
// lists that is one addition for each posting. It returns the sum of the
// weights, which is the cover of a document that has everything.
func (s *snapshot) accumulate(ctx context.Context, terms []planTerm, acc *accumulator) (float32, error) {
	var total float32
	for _, t := range terms {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		l, err := s.postings(t.term)
		if err != nil {
			return 0, err
		}
		w := float32(t.weight * s.idf(len(l.docs)))
		if t.extra {
			w0 := w / impactScale
			for i, d := range l.docs {
				acc.score[d] += w0 * float32(l.impacts[i])
			}
			continue
		}
		total += w
		scale := w / impactScale
		for i, d := range l.docs {
			acc.score[d] += scale * float32(l.impacts[i])
			acc.cover[d] += w
		}
	}
	return total, nil
}

// best takes the n best documents out of acc, best first. matched is how much
// of the query a document must cover to be counted as found.
func (a *accumulator) best(n int, allowed bitset, prior []float32) (top []scored, matched float32) {
	h := make(scoredHeap, 0, n)
	var fullest, enough float32 // enough: the score that can still get in
	for d, sc := range a.score {
		if a.cover[d] > fullest && allowed.has(uint32(d)) {
			fullest = a.cover[d]
		}
		if sc <= enough || !allowed.has(uint32(d)) {
			continue
		}
		sc *= prior[d]
		if len(h) < n {
			if h = append(h, scored{uint32(d), sc, a.cover[d]}); len(h) == n {
				heap.Init(h)
				enough = h[0].score
			}
		} else if sc > h[0].score {
			h[0] = scored{uint32(d), sc, a.cover[d]}
			heap.Fix(h, 0)
			enough = h[0].score
		}
	}
	slices.SortFunc(h, func(x, y scored) int {
		if c := cmp.Compare(y.score, x.score); c != 0 {
			return c
		}
		return cmp.Compare(x.doc, y.doc)
	})
	return h, max(fullest*countShare, math.SmallestNonzeroFloat32)
}

// matching gives the documents that have at least this much of the query.
func (a *accumulator) matching(limit float32, allowed bitset) (set bitset, count int) {
	set = make(bitset, (len(a.cover)+63)/64)
	for d, c := range a.cover {
		if c >= limit && allowed.has(uint32(d)) {
			set[d>>6] |= 1 << (d & 63)
			count++
		}
	}
	return set, count
}

// countShare is the share of the fullest document's weight that a document
// needs to be counted as found.
const countShare = 0.5

// scoredHeap has the lowest score on top.
type scoredHeap []scored

func (h scoredHeap) Len() int           { return len(h) }
func (h scoredHeap) Less(i, j int) bool { return h[i].score < h[j].score }
func (h scoredHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push and Pop complete heap.Interface; the heap only ever keeps its size.
func (h scoredHeap) Push(any) {}
func (h scoredHeap) Pop() any { return nil }

// bitset is a set of document numbers; nil holds all of them.
type bitset []uint64

func (b bitset) has(d uint32) bool { return b == nil || b[d>>6]&(1<<(d&63)) != 0 }

func newBitset(size int, docs ...[]uint32) bitset {
	b := make(bitset, (size+63)/64)
	for _, list := range docs {
		for _, d := range list {
			b[d>>6] |= 1 << (d & 63)
		}
	}
	return b
}

func (b bitset) and(other bitset) bitset {
	if b == nil {
		return other
	}
	for i := range b {
		b[i] &= other[i]
	}
	return b
}
