package search

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/tingdong/tingdong/search/analysis"
)

// Search answers a query. A *QueryError says that the query is at fault.
func (x *Index) Search(ctx context.Context, q Query) (*Result, error) {
	start := time.Now()
	res := &Result{Query: q.Text, Hits: []Hit{}}
	if err := q.check(); err != nil {
		return nil, err
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
			return s.list(ctx, &q, set, res, t)
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
func (s *snapshot) list(ctx context.Context, q *Query, set bitset, res *Result, t *tables) error {
	for _, d := range s.all() {
		if set.has(d) {
			res.Total++
		}
	}
	if err := s.addFacets(q, set, res); err != nil {
		return err
	}
	return s.byDate(ctx, q, set, nil, res)
}

func (s *snapshot) addFacets(q *Query, set bitset, res *Result) (err error) {
	if q.Facets {
		res.Facets, err = s.facets(set)
	}
	return err
}

// byDate gives a page of the documents of set, the newest first.
func (s *snapshot) byDate(ctx context.Context, q *Query, set bitset, m *matcher, res *Result) error {
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
		res.Hits = append(res.Hits, newHit(c, 0, m))
	}
	q.next(res, from, res.Total)
	return nil
}

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
	if err := s.addFacets(q, f.matched, res); err != nil {
		return err
	}
	if q.Sort == "date" {
		m, err := newMatcher(s, p.terms)
		if err != nil {
			return err
		}
		return s.byDate(ctx, q, f.matched, m, res)
	}
	if f.order, err = s.promote(p, f.order, set, t.rules.Pinned[ruleKey(q.Text)], res); err != nil {
		return err
	}
	res.Total = max(res.Total, min(len(f.order), from+len(f.order)))
	return s.page(q, p, f.order, from, res)
}

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

// bySound reads a query by its sound when what it says is found badly: the
// words that sound alike and that pages use are looked for, too.
func (f *finding) bySound(p *plan, res *Result) error {
	var cover float32
	if len(f.order) > 0 {
		cover = f.order[0].cover
	}
	if p.whole || p.text == "" || cover >= soundCover || p.rules && cover == 0 && len(f.order) > 0 {
		return nil
	}
	lex := f.x.known()
	if lex == nil {
		return nil
	}
	for _, meant := range lex.readings(p.text, f.x.words()) {
		heard, alike, other := f.x.planHeard(p, meant), &Result{}, *f
		if err := other.search(heard, alike); err != nil {
			return err
		}
		if len(other.order) == 0 || other.order[0].cover < cover+soundGain {
			continue
		}
		*p, *f = *heard, other
		res.Total, res.Relaxed, res.Suggestion = alike.Total, "sound", &meant
		return nil
	}
	return nil
}

// maxReadings bounds the readings of a spoken query that are judged.
const maxReadings = 5

// choose judges the readings of a spoken query together: the one of which a
// page has the most wins, the recogniser's order decides between equals.
func (x *Index) choose(ctx context.Context, s *snapshot, q *Query, set bitset, res *Result) (*plan, error) {
	texts := append([]string{q.Text}, q.Alternatives...)
	if strings.TrimSpace(q.Text) == "" {
		texts = q.Alternatives
	}
	best, most := x.plan(texts[0]), float32(-1)
	if len(texts) == 1 {
		return best, nil
	}
	prior, err := s.prior()
	if err != nil {
		return nil, err
	}
	for i, text := range texts[:min(len(texts), maxReadings)] {
		p := x.plan(text)
		acc := s.accumulator()
		total, err := s.accumulate(ctx, p.terms, acc)
		if err != nil {
			return nil, err
		}
		top, _ := acc.best(1, set, prior)
		s.scratch.Put(acc)
		if len(top) == 0 {
			continue
		}
		if have := top[0].cover/total - 0.02*float32(i); have > most {
			best, most = p, have
			if i > 0 {
				text := p.text
				res.Suggestion = &text
			}
		}
	}
	return best, nil
}

// A query is read by its sound when its best page lacks more than a tenth of
// it, and the reading is taken when that makes a difference.
const (
	soundCover = 0.9
	soundGain  = 0.08
	saidWeight = 0.8 // of the words as they were said, beside those meant
)

// readings gives what text may have been meant as, other than itself.
func (l *lexicon) readings(text string, words *analysis.Words) []string {
	if letters, ok := latin(text); ok {
		return l.fromPinyin(letters)
	}
	if meant := string(l.correct([]rune(text), words)); meant != text {
		return []string{meant}
	}
	return nil
}

func (x *Index) planHeard(p *plan, meant string) *plan {
	heard := *p
	heard.terms, heard.text = nil, meant
	heard.addTerms(x.words(), []rune(meant), 1)
	x.expand(&heard, []rune(meant))
	n := len(heard.terms)
	heard.addTerms(x.words(), []rune(p.text), saidWeight)
	for i := n; i < len(heard.terms); i++ {
		heard.terms[i].extra = true
	}
	return &heard
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
func (s *snapshot) page(q *Query, p *plan, order []ranked, from int, res *Result) error {
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
		res.Hits = append(res.Hits, newHit(c, r.score, m))
	}
	q.next(res, from, len(order))
	return nil
}
