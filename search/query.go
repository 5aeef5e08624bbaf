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
	docs, err := s.newest(ctx, set, q.Page*q.Size)
	if err != nil {
		return err
	}
	for _, d := range s.all() {
		if set.has(d) {
			res.Total++
		}
	}
	if q.Facets {
		if res.Facets, err = s.facets(set, t); err != nil {
			return err
		}
	}
	for _, d := range docs[min(len(docs), (q.Page-1)*q.Size):] {
		c, err := s.candidate(d)
		if err != nil {
			return err
		}
		res.Hits = append(res.Hits, newHit(c, 0, nil))
	}
	return nil
}

// find answers a query with words.
func (x *Index) find(ctx context.Context, s *snapshot, q *Query, set bitset, res *Result, t *tables) error {
	p, err := x.choose(ctx, s, q, set, res)
	if err != nil {
		return err
	}
	depth := max(rerankDepth*2, q.Page*q.Size)
	order, err := s.search(ctx, x.an.Words(), p, set, depth, res)
	if err != nil {
		return err
	}
	if order, err = x.bySound(ctx, s, p, set, depth, order, res); err != nil {
		return err
	}
	if order, err = s.promote(p, order, set, t.rules.Pinned[ruleKey(q.Text)], res); err != nil {
		return err
	}
	res.Total = max(res.Total, len(order))
	return s.page(q, p, order, res)
}

// bySound reads a query by its sound when what it says is found badly: the
// words that sound alike and that pages use are looked for, too.
func (x *Index) bySound(ctx context.Context, s *snapshot, p *plan, set bitset, depth int, order []ranked, res *Result) ([]ranked, error) {
	var cover float32
	if len(order) > 0 {
		cover = order[0].cover
	}
	if p.whole || p.text == "" || cover >= soundCover {
		return order, nil
	}
	lex := x.known()
	if lex == nil {
		return order, nil
	}
	for _, meant := range lex.readings(p.text, x.an.Words()) {
		heard := x.planHeard(p, meant)
		alike := &Result{}
		other, err := s.search(ctx, x.an.Words(), heard, set, depth, alike)
		if err != nil {
			return nil, err
		}
		if len(other) == 0 || other[0].cover < cover+soundGain {
			continue
		}
		*p = *heard
		res.Total, res.Relaxed, res.Suggestion = alike.Total, "sound", &meant
		return other, nil
	}
	return order, nil
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
	heard.addTerms(x.an.Words(), []rune(meant), 1)
	x.expand(&heard, []rune(meant))
	n := len(heard.terms)
	heard.addTerms(x.an.Words(), []rune(p.text), saidWeight)
	for i := n; i < len(heard.terms); i++ {
		heard.terms[i].extra = true
	}
	return &heard
}

// search ranks: BM25 over everything, then a close look at the best.
func (s *snapshot) search(ctx context.Context, words *analysis.Words, p *plan, set bitset, depth int, res *Result) ([]ranked, error) {
	if len(p.terms) == 0 {
		return nil, nil
	}
	acc := s.accumulator()
	defer s.scratch.Put(acc)
	total, err := s.accumulate(ctx, p.terms, acc)
	if err != nil {
		return nil, err
	}
	prior, err := s.prior()
	if err != nil {
		return nil, err
	}
	top, count := acc.best(depth, set, prior)
	res.Total = max(count, len(top))
	total = max(total, math.SmallestNonzeroFloat32)
	if len(top) > 0 && top[0].cover/total < relatedCover {
		extra, err := s.related(p, words, top)
		if err != nil {
			return nil, err
		}
		if _, err := s.accumulate(ctx, extra, acc); err != nil {
			return nil, err
		}
		top, _ = acc.best(depth, set, prior)
	}
	if len(top) > 0 && top[0].cover < 0.999*total {
		res.Relaxed = "some"
	}
	return s.rerank(p, top, total)
}

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
func (s *snapshot) page(q *Query, p *plan, order []ranked, res *Result) error {
	m, err := newMatcher(s, p.terms)
	if err != nil {
		return err
	}
	from := min(len(order), (q.Page-1)*q.Size)
	for _, r := range order[from:min(len(order), from+q.Size)] {
		c := r.cand
		if c == nil {
			if c, err = s.candidate(r.doc); err != nil {
				return err
			}
		}
		res.Hits = append(res.Hits, newHit(c, r.score, m))
	}
	return nil
}
