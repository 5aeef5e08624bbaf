package search

import (
	"container/heap"
	"context"
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

// best takes the n best documents out of acc, best first, and counts how many
// documents have at least half of the weight that the fullest one has.
func (a *accumulator) best(n int, allowed bitset, prior []float32) (top []scored, count int) {
	h := make(scoredHeap, 0, n)
	var fullest float32
	for d, sc := range a.score {
		if sc <= 0 || !allowed.has(uint32(d)) {
			continue
		}
		fullest = max(fullest, a.cover[d])
		sc *= 1 + prior[d]
		if len(h) < n {
			heap.Push(&h, scored{uint32(d), sc, a.cover[d]})
		} else if sc > h[0].score {
			h[0] = scored{uint32(d), sc, a.cover[d]}
			heap.Fix(&h, 0)
		}
	}
	limit := fullest * countShare
	for d, c := range a.cover {
		if c >= limit && c > 0 && allowed.has(uint32(d)) {
			count++
		}
	}
	slices.SortFunc(h, func(x, y scored) int {
		switch {
		case x.score > y.score:
			return -1
		case x.score < y.score:
			return 1
		}
		return int(x.doc) - int(y.doc)
	})
	return h, count
}

// countShare is the share of the fullest document's weight that a document
// needs to be counted as found.
const countShare = 0.5

type scoredHeap []scored

func (h scoredHeap) Len() int           { return len(h) }
func (h scoredHeap) Less(i, j int) bool { return h[i].score < h[j].score }
func (h scoredHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *scoredHeap) Push(v any)        { *h = append(*h, v.(scored)) }
func (h *scoredHeap) Pop() any {
	old := *h
	v := old[len(old)-1]
	*h = old[:len(old)-1]
	return v
}

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
