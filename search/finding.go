package search

import (
	"context"
	"math"
	"slices"
)

// finding is one search under way: what it may find, and what it has found.
// Which documents count as found does not depend on the narrowing filters, so
// that a facet's count is what the search narrowed to it lists.
type finding struct {
	ctx    context.Context
	x      *Index
	s      *snapshot
	base   bitset // the visitor's language and role, less what is hidden
	narrow bitset // the column, kind and year asked for
	depth  int    // how many are ranked
	byDate bool   // they will be sorted by date
	whole  bool   // listed is needed

	order  []ranked // best first, depth of them at most
	listed bitset   // all documents that count as found
	total  int      // how many they are
}

// shortList is how many of the best documents are listed even if none has
// much of the query.
const shortList = 100

// search ranks: BM25F over everything, related words if the best page has
// little of the query, then a close look at the best.
func (f *finding) search(p *plan, res *Result) error {
	f.order, f.listed, f.total = nil, nil, 0
	if f.whole = f.whole || f.narrow != nil || f.depth > shortList; f.whole {
		f.listed = make(bitset, (f.s.size+63)/64)
	}
	if len(p.terms) == 0 {
		return nil
	}
	s, acc := f.s, f.s.accumulator()
	defer s.scratch.Put(acc)
	r := newRanker(shortList, f.base, true)
	total, err := s.rank(f.ctx, p.terms, acc, r)
	if err != nil {
		return err
	}
	total = max(total, math.SmallestNonzeroFloat32)
	full, top := r.found(), r.best()
	if len(top) > 0 && top[0].cover/total < relatedCover {
		extra, err := s.related(p, f.x.words(), top)
		if err != nil {
			return err
		}
		r = newRanker(shortList, f.base, false)
		if _, err := s.rank(f.ctx, extra, acc, r); err != nil {
			return err
		}
		top = r.best()
	}
	if top, err = f.count(acc, full, top); err != nil {
		return err
	}
	if len(top) > 0 && top[0].cover < 0.999*total {
		res.Relaxed = "some"
	}
	f.order, err = s.rerank(p, top, total)
	return err
}

// count settles which documents count as found: those that have enough of the
// query, and the best ones in any case. It gives those to be ranked.
func (f *finding) count(acc *accumulator, full, top []scored) ([]scored, error) {
	if len(full) == 0 || !f.byDate {
		full = union(full, top)
	}
	if f.total = len(full); !f.whole {
		return top, nil
	}
	for _, x := range full {
		f.listed.add(x.doc)
	}
	if f.narrow != nil {
		f.listed = f.listed.and(f.narrow)
		if f.total = f.listed.count(); f.total == 0 && len(top) > 0 {
			return f.anything(acc)
		}
	}
	r := newRanker(f.depth, f.listed, false)
	err := f.s.again(acc, r)
	return r.best(), err
}

// anything takes the best of what the filters leave, when nothing that counts
// as found is among them.
func (f *finding) anything(acc *accumulator) ([]scored, error) {
	r := newRanker(shortList, f.narrow.clone().and(f.base), false)
	err := f.s.again(acc, r)
	top := r.best()
	for _, x := range top {
		f.listed.add(x.doc)
	}
	f.total = len(top)
	return top, err
}

// union adds to full what of top it lacks. It may change full.
func union(full, top []scored) []scored {
	known := make(map[uint32]bool, len(top))
	for _, x := range top {
		known[x.doc] = true
	}
	full = slices.DeleteFunc(full, func(x scored) bool { return known[x.doc] })
	return append(full, top...)
}

// promote puts pinned documents and those with the very document number asked
// for in front. listed is needed for it.
func (f *finding) promote(p *plan, pinned []string, res *Result) error {
	s, set := f.s, f.base.clone().and(f.narrow)
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
			return err
		}
		if n >= 0 {
			add(uint32(n), 1000)
		}
	}
	if p.docNo != "" {
		for _, field := range []string{fieldDocNo, fieldCited} {
			docs, err := s.docsOf(field, p.docNo)
			if err != nil {
				return err
			}
			for _, d := range docs[:min(len(docs), MaxSize)] {
				add(d, 900)
			}
		}
		if p.whole && len(front) > 0 {
			res.Relaxed = ""
			f.order, f.listed, f.total = nil, make(bitset, len(f.listed)), 0
		}
	}
	for _, r := range front {
		if !f.listed.has(r.doc) {
			f.listed.add(r.doc)
			f.total++
		}
	}
	rest := slices.DeleteFunc(f.order, func(r ranked) bool { return taken[r.doc] })
	f.order = append(front, rest...)
	return nil
}

// page turns one page of the order into hits.
func (f *finding) page(q *Query, p *plan, from int, res *Result) error {
	m, err := newMatcher(f.s, p.terms)
	if err != nil {
		return err
	}
	for _, r := range f.order[min(len(f.order), from):min(len(f.order), from+q.Size)] {
		c := r.cand
		if c == nil {
			if c, err = f.s.candidate(r.doc); err != nil {
				return err
			}
		}
		res.Hits = append(res.Hits, newHit(c, r.score, m, f.x.words()))
	}
	q.next(res, from, res.Total)
	return nil
}
