package search

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// cell is what one document has of a query: its score, and the weight of the
// query's terms that it has.
type cell struct{ score, cover float32 }

// accumulator holds a cell for every document of a snapshot, reused from query
// to query.
type accumulator struct {
	cells  []cell
	terms  []cursor
	filled bool // a query's terms were added: more may be added to them
}

// cursor is the posting list of one term, on the way through the documents.
type cursor struct {
	list         *list
	at           int
	score, cover float32 // what a document gains: for each unit of impact, and at all
}

func (s *snapshot) accumulator() *accumulator {
	if a, ok := s.scratch.Get().(*accumulator); ok {
		a.filled = false
		return a
	}
	return &accumulator{cells: make([]cell, s.size)}
}

// windowDocs is how many documents are scored before the next ones are: their
// cells stay in a core's nearest cache while every term is added and the best
// are looked for.
const windowDocs = 2048

// rank adds every term to acc, which with decoded lists is one addition for
// each posting, and shows the documents to r. It returns the sum of the
// weights, which is the cover of a document that has everything.
func (s *snapshot) rank(ctx context.Context, terms []planTerm, acc *accumulator, r *ranker) (total float32, err error) {
	acc.terms = acc.terms[:0]
	for _, t := range terms {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		l, err := s.postings(t.term)
		if err != nil {
			return 0, err
		}
		w := float32(t.weight * s.idf(len(l.docs)))
		c := cursor{list: l, score: w / impactScale}
		if !t.extra {
			c.cover = w
			total += w
		}
		acc.terms = append(acc.terms, c)
	}
	if r.prior, err = s.prior(); err != nil {
		return 0, err
	}
	for from := 0; from < s.size; from += windowDocs {
		to := min(from+windowDocs, s.size)
		if !acc.filled {
			clear(acc.cells[from:to])
		}
		for i := range acc.terms {
			acc.terms[i].add(acc.cells, to)
		}
		r.look(acc.cells[from:to], from)
	}
	acc.filled = true
	return total, nil
}

// again shows the documents of acc to another ranker.
func (s *snapshot) again(acc *accumulator, r *ranker) (err error) {
	if r.prior, err = s.prior(); err == nil {
		r.look(acc.cells, 0)
	}
	return err
}

// add adds the term to the documents below to.
func (c *cursor) add(cells []cell, to int) {
	docs, impacts, i := c.list.docs, c.list.impacts, c.at
	for ; i < len(docs) && int(docs[i]) < to; i++ {
		at := &cells[docs[i]]
		at.score += c.score * float32(impacts[i])
		at.cover += c.cover
	}
	c.at = i
}

// scored is a document with its first-stage score and the weight of the query
// that it has.
type scored struct {
	doc   uint32
	score float32
	cover float32
}

// countShare is the share of the fullest document's weight that a document
// needs to be counted as found.
const countShare = 0.5

// ranker takes the best documents out of an accumulator, and those that have
// enough of the query to be counted as found.
type ranker struct {
	allowed bitset
	prior   []float32
	heap    []scored // the lowest score on top, once it is full
	most    int      // documents to take
	enough  float32  // the score that can still get in

	full    []scored // documents that count; a few too many until found is asked
	fullest float32
	limit   float32 // the cover from which documents count
}

// newRanker takes the n best documents; with counting, full is kept, too.
func newRanker(n int, allowed bitset, counting bool) *ranker {
	r := &ranker{allowed: allowed, most: n, limit: math.MaxFloat32}
	if counting {
		r.limit = math.SmallestNonzeroFloat32
	}
	return r
}

func (r *ranker) look(cells []cell, from int) {
	for i := range cells {
		c := cells[i]
		if c.score <= r.enough && c.cover < r.limit {
			continue
		}
		doc := uint32(from + i)
		if !r.allowed.has(doc) {
			continue
		}
		if c.cover >= r.limit {
			if c.cover > r.fullest {
				r.fullest, r.limit = c.cover, max(c.cover*countShare, math.SmallestNonzeroFloat32)
			}
			r.full = append(r.full, scored{doc: doc, cover: c.cover})
		}
		if c.score > r.enough { // no prior raises a score
			r.offer(scored{doc, c.score * r.prior[doc], c.cover})
		}
	}
}

func (r *ranker) offer(x scored) {
	switch {
	case len(r.heap) < r.most:
		if r.heap = append(r.heap, x); len(r.heap) < r.most {
			return
		}
		for i := len(r.heap)/2 - 1; i >= 0; i-- {
			r.sift(i)
		}
	case x.score > r.heap[0].score:
		r.heap[0] = x
		r.sift(0)
	}
	r.enough = r.heap[0].score
}

// sift lets the i-th of the heap sink to where it belongs.
func (r *ranker) sift(i int) {
	h := r.heap
	for {
		low := 2*i + 1
		if low >= len(h) {
			return
		}
		if low+1 < len(h) && h[low+1].score < h[low].score {
			low++
		}
		if h[i].score <= h[low].score {
			return
		}
		h[i], h[low] = h[low], h[i]
		i = low
	}
}

// best gives the documents taken, best first. The ranker is used up.
func (r *ranker) best() []scored {
	slices.SortFunc(r.heap, func(x, y scored) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.doc, y.doc))
	})
	return r.heap
}

// found gives the documents that count, by number.
func (r *ranker) found() []scored {
	r.full = slices.DeleteFunc(r.full, func(x scored) bool { return x.cover < r.limit })
	return r.full
}
