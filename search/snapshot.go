package search

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/tingdong/tingdong/zhtext"
)

// snapshot is one state of the index with what was decoded from it. Bleve
// numbers documents within a snapshot from 0; the caches are keyed by those
// numbers and die with the snapshot.
type snapshot struct {
	reader  index.IndexReader
	scorch  *scorch.IndexSnapshot
	offsets []uint32 // first document number of each segment
	size    int      // document numbers are below this
	live    int      // documents that are not deleted
	avg     averages
	lists   *cache[string, *list]
	cands   *cache[uint32, *candidate]
	scratch sync.Pool // *accumulator
	answers *cache[answerKey, *Result]

	datesOnce sync.Once
	dates     []string // newest first
	datesErr  error

	priorOnce sync.Once
	priors    []float32
	priorErr  error
}

// averages are BM25's average field lengths, in terms.
type averages struct{ title, body float64 }

func newSnapshot(b bleve.Index, cacheBytes int) (*snapshot, error) {
	adv, err := b.Advanced()
	if err != nil {
		return nil, err
	}
	reader, err := adv.Reader()
	if err != nil {
		return nil, err
	}
	sc, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%w: a %T is not a scorch index", ErrDamaged, reader), reader.Close())
	}
	s := &snapshot{reader: reader, scorch: sc,
		answers: newCache[answerKey, *Result](answerBytes),
		lists:   newCache[string, *list](cacheBytes / 4 * 3),
		cands:   newCache[uint32, *candidate](cacheBytes / 4)}
	for _, seg := range sc.Segments() {
		s.offsets = append(s.offsets, uint32(s.size))
		s.size += int(seg.FullSize())
	}
	n, err := reader.DocCount()
	l, lerr := readLengths(b)
	if err := errors.Join(err, lerr); err != nil {
		return nil, errors.Join(err, reader.Close())
	}
	s.live = int(n)
	s.avg = averages{
		title: max(1, float64(l.titleSum)/float64(max(1, l.titles))),
		body:  max(1, float64(l.bodySum)/float64(max(1, l.bodies))),
	}
	return s, nil
}

func (s *snapshot) close() error {
	if s == nil {
		return nil
	}
	return s.reader.Close()
}

// read runs fn on a snapshot that contains everything applied before the call.
func (x *Index) read(ctx context.Context, fn func(*snapshot) error) error {
	x.mu.RLock()
	if x.bleve != nil && x.snap != nil && !x.stale.Load() {
		defer x.mu.RUnlock()
		return fn(x.snap)
	}
	x.mu.RUnlock()
	if err := x.refresh(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.bleve == nil {
		return ErrClosed
	}
	return fn(x.snap)
}

func (x *Index) refresh() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.bleve == nil {
		return ErrClosed
	}
	if x.snap != nil && !x.stale.Load() {
		return nil // another search was faster
	}
	x.stale.Store(false)
	fresh, err := newSnapshot(x.bleve, x.opts.CacheBytes)
	if err != nil {
		x.stale.Store(true)
		return fmt.Errorf("read the search index: %w", err)
	}
	old := x.snap
	x.snap = fresh
	return errors.Join(old.close(), x.ensureLexicon(fresh.live))
}

// candidate is a document decoded for ranking.
type candidate struct {
	doc   *Document
	title []rune // folded
	body  []rune // folded, at most maxRanked characters

	local     bool    // an article of a local rule
	freshness float64 // its gain for being recent

	relatedOnce sync.Once
	words       map[string]int // Chinese words of the body's beginning
	wordsTotal  int
}

// maxRanked bounds how much of a body is looked at when candidates are ranked
// and snippets are cut.
const maxRanked = 20000

// candidate decodes the document with this number.
func (s *snapshot) candidate(num uint32) (*candidate, error) {
	if c, ok := s.cands.get(num); ok {
		return c, nil
	}
	seg := len(s.offsets) - 1
	for seg > 0 && s.offsets[seg] > num {
		seg--
	}
	var raw []byte
	err := s.scorch.Segments()[seg].VisitDocument(uint64(num-s.offsets[seg]),
		func(field string, _ byte, value []byte, _ []uint64) bool {
			if field == fieldStored {
				raw = append(raw, value...)
				return false
			}
			return true
		})
	if err != nil {
		return nil, fmt.Errorf("%w: document %d: %w", ErrDamaged, num, err)
	}
	doc, err := decodeDocument(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: document %d: %w", ErrDamaged, num, err)
	}
	c := &candidate{doc: doc, title: zhtext.Runes(doc.Title, 0), body: zhtext.Runes(doc.Body, maxRanked)}
	c.local, c.freshness = authority(doc.Title) == "local", s.freshness(doc)
	s.cands.put(num, c, 300+len(doc.Body)+len(doc.Title)+4*(len(c.title)+len(c.body)))
	return c, nil
}
