package search

import (
	"cmp"
	"slices"
)

// rerankDepth is how many of the best documents by BM25 are looked at word by
// word. Deeper gained nothing on the tuning queries.
const rerankDepth = 60

// ranked is a candidate with its final score.
type ranked struct {
	doc   uint32
	score float64
	cover float32
	cand  *candidate
}

// features are what the second stage sees of a candidate, each 0…1.
type features struct {
	window float64 // share of it in the best passage
	phrase float64 // share of the query in its longest unbroken run
	exact  float64 // how much of the title the query is
}

// matcher finds the query's character pairs and words in folded text.
type matcher struct {
	index  pairIndex // pair → position in weight
	weight []float64
	total  float64
	near   [1024]bool      // by the first character's low bits: is it worth a look
	stems  map[string]bool // terms that are no pairs, for highlights
	last   []int           // scratch: where each pair was seen last
}

func newMatcher(s *snapshot, terms []planTerm) (*matcher, error) {
	m := &matcher{stems: map[string]bool{}}
	for _, t := range terms {
		if t.pair == 0 {
			m.stems[t.term] = true
			continue
		}
		l, err := s.postings(t.term)
		if err != nil {
			return nil, err
		}
		w := t.weight * s.idf(len(l.docs))
		m.index.put(t.pair, int32(len(m.weight)))
		m.weight = append(m.weight, w)
		m.total += w
		m.near[rune(t.pair>>32)&1023] = true
	}
	m.last = make([]int, len(m.weight))
	return m, nil
}

// hit is a pair of the query at a place in text.
type hit struct{ at, pair int }

func (m *matcher) hits(text []rune, buf []hit) []hit {
	buf = buf[:0]
	for i := 0; i+1 < len(text); i++ {
		if !m.near[text[i]&1023] {
			continue
		}
		if p := m.index.get(pairOf(text[i], text[i+1])); p >= 0 {
			buf = append(buf, hit{i, int(p)})
		}
	}
	return buf
}

// distinct is the weight of the different pairs among hits.
func (m *matcher) distinct(hits []hit) float64 {
	clear(m.last)
	sum := 0.0
	for _, h := range hits {
		if m.last[h.pair] == 0 {
			m.last[h.pair] = 1
			sum += m.weight[h.pair]
		}
	}
	return sum
}

// window is the largest weight of different pairs within windowSize
// characters, and where that passage begins.
func (m *matcher) window(hits []hit) (best float64, at int) {
	clear(m.last)
	sum, from := 0.0, 0
	for _, h := range hits {
		for hits[from].at <= h.at-windowSize {
			if m.last[hits[from].pair]--; m.last[hits[from].pair] == 0 {
				sum -= m.weight[hits[from].pair]
			}
			from++
		}
		if m.last[h.pair]++; m.last[h.pair] == 1 {
			sum += m.weight[h.pair]
		}
		if sum > best+1e-9 {
			best, at = sum, hits[from].at
		}
	}
	return best, at
}

// phrase is the largest weight of query pairs that follow each other in the
// text as they do in the query.
func (m *matcher) phrase(hits []hit) (best float64) {
	run := 0.0
	for i, h := range hits {
		if i > 0 && hits[i-1].at == h.at-1 && hits[i-1].pair == h.pair-1 {
			run += m.weight[h.pair]
		} else {
			run = m.weight[h.pair]
		}
		best = max(best, run)
	}
	return best
}

func (m *matcher) features(c *candidate, buf []hit) (features, []hit) {
	var f features
	if m.total == 0 {
		return f, buf
	}
	buf = m.hits(c.title, buf)
	title := m.distinct(buf)
	f.phrase = m.phrase(buf)
	covered := 0
	for i, h := range buf {
		if i == 0 || buf[i-1].at < h.at-1 {
			covered++
		}
		covered++
	}
	f.exact = float64(covered) / float64(max(1, len(c.title)))
	f.window = title
	buf = m.hits(c.body, buf)
	if len(buf) > 0 {
		w, _ := m.window(buf)
		f.window = max(f.window, w)
		f.phrase = max(f.phrase, m.phrase(buf))
	}
	f.window /= m.total
	f.phrase /= m.total
	return f, buf
}

// rerank looks at the best documents closely and sorts them anew.
func (s *snapshot) rerank(p *plan, top []scored, total float32) ([]ranked, error) {
	m, err := newMatcher(s, p.terms)
	if err != nil {
		return nil, err
	}
	out := make([]ranked, len(top))
	var buf []hit
	for i, t := range top {
		out[i] = ranked{doc: t.doc, score: float64(t.score), cover: t.cover / total}
		if i >= rerankDepth {
			continue // stays below those looked at, whose scores only grow
		}
		c, err := s.candidate(t.doc)
		if err != nil {
			return nil, err
		}
		if named(p.text, c) {
			out[i].score /= rankFactor("local")
		}
		var f features
		f, buf = m.features(c, buf)
		out[i].cand = c
		out[i].score *= 1 + c.freshness + coverWeight*float64(out[i].cover) + windowWeight*f.window + phraseWeight*f.phrase + exactWeight*f.exact
	}
	slices.SortStableFunc(out, func(a, b ranked) int {
		if c := cmp.Compare(b.score, a.score); c != 0 || a.cand == nil || b.cand == nil {
			return c
		}
		return cmp.Compare(b.cand.doc.Date, a.cand.doc.Date) // of equals the newer
	})
	return out, nil
}
