package search

import (
	"context"
	"math"
)

// finding is one search under way: what it may find, and what it has found.
type finding struct {
	ctx   context.Context
	x     *Index
	s     *snapshot
	set   bitset
	depth int

	order   []ranked // best first
	matched bitset   // documents that count as found
}

// search ranks: BM25F over everything, related words if the best page has
// little of the query, then a close look at the best.
func (f *finding) search(p *plan, res *Result) error {
	f.order, f.matched = nil, newBitset(f.s.size)
	if len(p.terms) == 0 {
		return nil
	}
	s, acc := f.s, f.s.accumulator()
	defer s.scratch.Put(acc)
	total, err := s.accumulate(f.ctx, p.terms, acc)
	if err != nil {
		return err
	}
	prior, err := s.prior()
	if err != nil {
		return err
	}
	total = max(total, math.SmallestNonzeroFloat32)
	top, enough := acc.best(f.depth, f.set, prior)
	if len(top) > 0 && top[0].cover/total < relatedCover {
		extra, err := s.related(p, f.x.words(), top)
		if err != nil {
			return err
		}
		if _, err := s.accumulate(f.ctx, extra, acc); err != nil {
			return err
		}
		top, _ = acc.best(f.depth, f.set, prior)
	}
	f.matched, res.Total = acc.matching(enough, f.set)
	if len(top) > 0 && top[0].cover < 0.999*total {
		res.Relaxed = "some"
	}
	// What is found but does not count as a match, only fills up a short page.
	if few := max(res.Total, shortList); len(top) > few {
		top = top[:few]
	}
	f.order, err = s.rerank(p, top, total)
	return err
}

// shortList is how many results a search may have at most of which none has
// much of the query.
const shortList = 100

// promote puts pinned documents and those with the very document number asked
// for in front.
func (s *snapshot) promote(p *plan, order []ranked, set bitset, pinned []string, res *Result) ([]ranked, error) {
	var front []ranked
	taken := map[uint32]bool{}
	add := func(doc uint32, score float64) {
		if !taken[doc] && set.has(doc) {
			taken[doc] = true
			front = append(front, ranked{doc: doc, score: score})
		}
	}
	for _, id := range pinned {
		n, err := s.number(id)
		if err != nil {
			return nil, err
		}
		if n >= 0 {
			add(uint32(n), 1000)
		}
	}
	if p.docNo != "" {
		for _, field := range []string{fieldDocNo, fieldCited} {
			docs, err := s.docsOf(field, p.docNo)
			if err != nil {
				return nil, err
			}
			for _, d := range docs[:min(len(docs), MaxSize)] {
				add(d, 900)
			}
		}
		if p.whole && len(front) > 0 {
			res.Relaxed, res.Total = "", len(front)
			return front, nil
		}
	}
	if len(front) == 0 {
		return order, nil
	}
	for _, r := range order {
		if !taken[r.doc] {
			front = append(front, r)
		}
	}
	return front, nil
}

// page turns one page of the order into hits.
func (x *Index) page(s *snapshot, q *Query, p *plan, order []ranked, from int, res *Result) error {
	m, err := newMatcher(s, p.terms)
	if err != nil {
		return err
	}
	for _, r := range order[min(len(order), from):min(len(order), from+q.Size)] {
		c := r.cand
		if c == nil {
			if c, err = s.candidate(r.doc); err != nil {
				return err
			}
		}
		res.Hits = append(res.Hits, newHit(c, r.score, m, x.words()))
	}
	q.next(res, from, len(order))
	return nil
}
