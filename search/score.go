package search

import (
	"cmp"
	"context"
	"math"
	"math/bits"
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

	// The terms before this one are essential: a document that has none of
	// them can neither get among the best nor count as found (MaxScore of
	// Turtle and Flood, 1995).
	essential            int
	restScore, restCover float32                 // the most that the other terms give together
	marks                [windowDocs / 64]uint64 // documents of the window with an essential term
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
	slices.SortFunc(acc.terms, func(a, b cursor) int { return cmp.Compare(b.most(), a.most()) })
	acc.essential, acc.restScore, acc.restCover = len(acc.terms), 0, 0
	for from := 0; from < s.size; from += windowDocs {
		acc.window(from, min(from+windowDocs, s.size), r)
	}
	acc.filled = true
	return total, nil
}

// window adds the terms to the documents from … to and shows to r those that
// may be worth it. Documents of an earlier query may be so without any of
// these terms, and then all are looked at.
func (a *accumulator) window(from, to int, r *ranker) {
	cells := a.cells[from:to]
	if a.filled {
		for i := range a.terms {
			a.terms[i].add(a.cells, to)
		}
		r.look(cells, from)
		return
	}
	clear(cells)
	a.lower(r)
	for i := range a.terms[:a.essential] {
		a.terms[i].mark(a.marks[:], from, to)
		a.terms[i].add(a.cells, to)
	}
	for i := a.essential; i < len(a.terms); i++ {
		a.terms[i].add(a.cells, to)
	}
	r.lookMarked(cells, from, a.marks[:])
	clear(a.marks[:])
}

// roundingSlack is more than sums of float32 in another order differ by.
const roundingSlack = 1.001

// lower takes terms out of the essential ones that r's bounds allow.
func (a *accumulator) lower(r *ranker) {
	for a.essential > 0 {
		c := &a.terms[a.essential-1]
		score, cover := a.restScore+c.most(), a.restCover+c.cover
		if score*roundingSlack > r.enough || cover*roundingSlack >= r.limit {
			return
		}
		a.restScore, a.restCover = score, cover
		a.essential--
	}
}

// again shows the documents of acc to another ranker.
func (s *snapshot) again(acc *accumulator, r *ranker) (err error) {
	if r.prior, err = s.prior(); err == nil {
		r.look(acc.cells, 0)
	}
	return err
}

// most is the most that a document gains by the term.
func (c *cursor) most() float32 { return c.score * float32(c.list.most) }

// mark notes the documents of a window that have the term.
func (c *cursor) mark(marks []uint64, from, to int) {
	docs := c.list.docs
	for i := c.at; i < len(docs) && int(docs[i]) < to; i++ {
		d := int(docs[i]) - from
		marks[d>>6] |= 1 << (d & 63)
	}
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

// look takes what is worth it of the documents from … on.
func (r *ranker) look(cells []cell, from int) {
	for i, c := range cells {
		if c.score > r.enough || c.cover >= r.limit {
			r.take(c, uint32(from+i))
		}
	}
}

// lookMarked is look for the documents that are marked.
func (r *ranker) lookMarked(cells []cell, from int, marks []uint64) {
	for i, word := range marks {
		for ; word != 0; word &= word - 1 {
			at := i<<6 + bits.TrailingZeros64(word)
			if c := cells[at]; c.score > r.enough || c.cover >= r.limit {
				r.take(c, uint32(from+at))
			}
		}
	}
}

func (r *ranker) take(c cell, doc uint32) {
	if !r.allowed.has(doc) {
		return
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
