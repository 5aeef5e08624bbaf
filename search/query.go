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
	t := x.tables.Load()
	key, worth := x.answerKey(&q, t)
	if worth {
		if res, ok := x.kept(key, start); ok {
			return res, ctx.Err()
		}
	}
	select {
	case x.slots <- struct{}{}:
		defer func() { <-x.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	err := x.read(ctx, func(s *snapshot) error {
		f := finding{ctx: ctx, x: x, s: s}
		if err := f.answer(&q, res, t); err != nil {
			return err
		}
		if worth {
			s.keep(key, res)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	res.TookUS = time.Since(start).Microseconds()
	return res, nil
}

func (f *finding) answer(q *Query, res *Result, t *tables) (err error) {
	if f.base, f.narrow, err = f.s.allowed(q, t); err != nil {
		return err
	}
	if q.Operators {
		plain := *q
		if plain.Text, err = f.operate(q.Text); err != nil {
			return err
		}
		q = &plain
	}
	if strings.TrimSpace(q.Text) == "" && len(q.Alternatives) == 0 {
		f.listed = f.base.and(f.narrow)
		return f.list(q, res)
	}
	return f.find(q, res, t)
}

// list answers a query without words: the newest documents.
func (f *finding) list(q *Query, res *Result) error {
	for _, d := range f.s.all() {
		if f.listed.has(d) {
			res.Total++
		}
	}
	if err := f.addFacets(q, res); err != nil {
		return err
	}
	return f.newest(q, nil, res)
}

func (f *finding) addFacets(q *Query, res *Result) (err error) {
	if q.Facets {
		res.Facets, err = f.s.facets(f.listed)
	}
	return err
}

// newest gives a page of the documents listed, the newest first.
func (f *finding) newest(q *Query, m *matcher, res *Result) error {
	from, err := q.from()
	if err != nil {
		return err
	}
	docs, err := f.s.newest(f.ctx, f.listed, from+q.Size)
	if err != nil {
		return err
	}
	for _, d := range docs[min(len(docs), from):] {
		c, err := f.s.candidate(d)
		if err != nil {
			return err
		}
		res.Hits = append(res.Hits, newHit(c, 0, m, f.x.words()))
	}
	q.next(res, from, res.Total)
	return nil
}

// nearestColumns is how many columns a result names.
const nearestColumns = 3

// find answers a query with words.
func (f *finding) find(q *Query, res *Result, t *tables) error {
	p, err := f.choose(q, res)
	if err != nil {
		return err
	}
	from, err := q.from()
	if err != nil {
		return err
	}
	pinned := t.rules.Pinned[ruleKey(q.Text)]
	f.byDate, f.depth = q.Sort == "date", max(shortList, from+q.Size)
	f.whole = q.Facets || f.byDate || p.docNo != "" || len(pinned) > 0
	if err := f.search(p, res); err != nil {
		return err
	}
	if err := f.bySound(p, res); err != nil {
		return err
	}
	if p.docNo != "" || len(pinned) > 0 {
		if err := f.promote(p, pinned, res); err != nil {
			return err
		}
	}
	res.Total = f.total
	res.Columns = t.nearest(ruleKey(p.text), q.Lang, nearestColumns)
	if err := f.addFacets(q, res); err != nil {
		return err
	}
	if f.byDate {
		m, err := newMatcher(f.s, p.terms)
		if err != nil {
			return err
		}
		return f.newest(q, m, res)
	}
	return f.page(q, p, from, res)
}
