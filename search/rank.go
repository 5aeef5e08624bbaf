package search

import (
	"cmp"
	"slices"

	"github.com/tingdong/tingdong/zhtext"
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
	exact  float64 // how much of the title's subject the query is
	number float64 // share of the query's numbers in it
}

// matcher finds the query's character pairs and words in folded text.
type matcher struct {
	index  pairIndex // pair → position in weight
	weight []float64
	total  float64
	near   [1024]bool      // by the first character's low bits: is it worth a look
	stems  map[string]bool // terms that are no pairs, for highlights
	digits []string        // the query's numbers: years, articles
	last   []int           // scratch: where each pair was seen last
}

func newMatcher(s *snapshot, terms []planTerm) (*matcher, error) {
	m := &matcher{stems: map[string]bool{}}
	for _, t := range terms {
		if t.pair == 0 {
			m.stems[t.term] = true
			if !t.extra && t.term[0] >= '0' && t.term[0] <= '9' {
				m.digits = append(m.digits, t.term)
			}
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
	f.exact = exactness(buf, c.title)
	f.window = title
	buf = m.hits(c.body, buf)
	if len(buf) > 0 {
		w, _ := m.window(buf)
		f.window = max(f.window, w)
		f.phrase = max(f.phrase, m.phrase(buf))
	}
	f.number = m.numbers(c)
	f.window /= m.total
	f.phrase /= m.total
	return f, buf
}

// exactness is the share of the title, or of its subject, that hits cover.
func exactness(hits []hit, title []rune) float64 {
	from, to := subject(title)
	all, within, last := 0, 0, -1
	for _, h := range hits {
		for at := max(h.at, last+1); at <= h.at+1; at++ {
			all++
			if at >= from && at < to {
				within++
			}
			last = at
		}
	}
	return max(float64(all)/float64(max(1, len(title))), float64(within)/float64(max(1, to-from)))
}

// numbers is the share of the query's numbers that a document has as numbers
// of their own: 2012 is not in 20120.
func (m *matcher) numbers(c *candidate) float64 {
	if len(m.digits) == 0 {
		return 1
	}
	n := 0
	for _, d := range m.digits {
		if hasNumber(c.title, d) || hasNumber(c.body, d) {
			n++
		}
	}
	return float64(n) / float64(len(m.digits))
}

func hasNumber(text []rune, digits string) bool {
	for i := 0; i+len(digits) <= len(text); i++ {
		if text[i] != rune(digits[0]) || i > 0 && zhtext.IsWord(text[i-1]) {
			continue
		}
		j := 0
		for j < len(digits) && i+j < len(text) && text[i+j] == rune(digits[j]) {
			j++
		}
		if j == len(digits) && (i+j == len(text) || !zhtext.IsWord(text[i+j])) {
			return true
		}
	}
	return false
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
		out[i].score *= 1 - numberWeight*(1-f.number)
	}
	slices.SortStableFunc(out, func(a, b ranked) int {
		if c := cmp.Compare(b.score, a.score); c != 0 || a.cand == nil || b.cand == nil {
			return c
		}
		// Of equals the newer, and then by id, so that all members of a
		// cluster give the same order.
		return cmp.Or(cmp.Compare(b.cand.doc.Date, a.cand.doc.Date), cmp.Compare(a.cand.doc.ID, b.cand.doc.ID))
	})
	return out, nil
}
