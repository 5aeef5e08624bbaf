package search

import (
	"context"
	"strings"
	"time"
)

// Search answers a query. A *QueryError says that the query is at fault.
func (x *Index) Search(ctx context.Context, q Query) (*Result, error) {
	start := time.Now()
	res := &Result{Query: q.Text, Hits: []Hit{}}
	if err := q.check(); err != nil {
		return nil, err
	}
	select {
	case x.slots <- struct{}{}:
		defer func() { <-x.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	t := x.tables.Load()
	err := x.read(ctx, func(s *snapshot) error {
		set, err := s.allowed(&q, t)
		if err != nil {
			return err
		}
		if set, err = s.without(set, append(t.rules.Hidden[""], t.rules.Hidden[ruleKey(q.Text)]...)); err != nil {
			return err
		}
		if strings.TrimSpace(q.Text) == "" && len(q.Alternatives) == 0 {
			return x.list(ctx, s, &q, set, res, t)
		}
		return x.find(ctx, s, &q, set, res, t)
	})
	if err != nil {
		return nil, err
	}
	res.TookUS = time.Since(start).Microseconds()
	return res, nil
}

// list answers a query without words: the newest documents.
func (x *Index) list(ctx context.Context, s *snapshot, q *Query, set bitset, res *Result, t *tables) error {
	for _, d := range s.all() {
		if set.has(d) {
			res.Total++
		}
	}
	if err := s.addFacets(q, set, res); err != nil {
		return err
	}
	return x.byDate(ctx, s, q, set, nil, res)
}

func (s *snapshot) addFacets(q *Query, set bitset, res *Result) (err error) {
	if q.Facets {
		res.Facets, err = s.facets(set)
	}
	return err
}

// byDate gives a page of the documents of set, the newest first.
func (x *Index) byDate(ctx context.Context, s *snapshot, q *Query, set bitset, m *matcher, res *Result) error {
	from, err := q.from()
	if err != nil {
		return err
	}
	docs, err := s.newest(ctx, set, from+q.Size)
	if err != nil {
		return err
	}
	for _, d := range docs[min(len(docs), from):] {
		c, err := s.candidate(d)
		if err != nil {
			return err
		}
		res.Hits = append(res.Hits, newHit(c, 0, m, x.words()))
	}
	q.next(res, from, res.Total)
	return nil
}

// nearestColumns is how many columns a result names.
const nearestColumns = 3

// find answers a query with words.
func (x *Index) find(ctx context.Context, s *snapshot, q *Query, set bitset, res *Result, t *tables) error {
	p, err := x.choose(ctx, s, q, set, res)
	if err != nil {
		return err
	}
	from, err := q.from()
	if err != nil {
		return err
	}
	f := finding{ctx: ctx, x: x, s: s, set: set, depth: max(2*rerankDepth, from+q.Size+1)}
	if err := f.search(p, res); err != nil {
		return err
	}
	if err := f.bySound(p, res); err != nil {
		return err
	}
	res.Columns = t.nearest(ruleKey(p.text), q.Lang, nearestColumns)
	if err := s.addFacets(q, f.matched, res); err != nil {
		return err
	}
	if q.Sort == "date" {
		m, err := newMatcher(s, p.terms)
		if err != nil {
			return err
		}
		return x.byDate(ctx, s, q, f.matched, m, res)
	}
	if f.order, err = s.promote(p, f.order, set, t.rules.Pinned[ruleKey(q.Text)], res); err != nil {
		return err
	}
	res.Total = max(res.Total, min(len(f.order), from+len(f.order)))
	return x.page(s, q, p, f.order, from, res)
}
