package search

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"

	"github.com/tingdong/tingdong/search/analysis"
)

// Version changes whenever documents would be analysed differently; an index
// of another version is ErrOutdated.
const Version = "3"

// readable are the versions whose stored documents and fields are those of
// this one.
var readable = []string{Version}

// Column is what search needs to know of a column of the portal.
type Column struct {
	ID, Name, URL, Lang string
	Aliases             []string
}

// Options configure an Index; the zero value serves.
type Options struct {
	// Columns are the portal's columns, for suggestions and for filters that
	// give a column's name or id. SetColumns replaces them later.
	Columns []Column
	// Words are added to the dictionary: places, departments, services.
	// Changing them makes an existing index ErrOutdated.
	Words []string
	// Synonyms are added to the shipped ones; SetSynonyms replaces them later.
	Synonyms []Synonym
	// CacheBytes bounds the memory for decoded postings (three quarters) and
	// documents; 0 means 128 MB, which holds the postings of 100,000 pages of
	// portals' usual length.
	CacheBytes int
	// NoAnswers has every query answered anew, for measurements: usually
	// answers are kept until the index or what admins set changes.
	NoAnswers bool
	// Outdated opens an index of another analyzer or dictionary, too, if its
	// documents can be read: it finds less well, but it finds while another
	// is built beside it.
	Outdated bool
}

// Index is the portal's full-text index. All methods are safe for concurrent
// use; a search never waits for Apply.
type Index struct {
	// slots lets as many searches work at once as there are processors. A
	// search is all computing: more of them at once would only share the
	// processors in slices and all be late. The others wait in order.
	slots chan struct{}

	dir  string
	opts Options
	an   atomic.Pointer[analysis.Analyzer]

	apply    sync.Mutex // one Apply at a time; bleve changes only under apply and mu
	position atomic.Uint64
	stale    atomic.Bool  // a batch was applied since snap was taken
	changed  atomic.Int64 // changes since the segments were last merged into one

	mu    sync.RWMutex // held for reading during a search
	bleve bleve.Index  // nil once closed
	snap  *snapshot    // nil until the first search

	lexicon    atomic.Pointer[lexicon] // nil until it was made
	learning   sync.Mutex              // held while the lexicon is made
	background sync.WaitGroup          // makes the lexicon

	tables atomic.Pointer[tables] // columns, rules, synonyms: what admins edit
}

// Internal keys, written in the same Bleve batch as the documents.
var (
	keyPosition = []byte("position")
	keyLengths  = []byte("lengths")
	keyVersion  = []byte("version")
)

// Open opens the index in dir, or creates it. See ErrDamaged and ErrOutdated
// for what the caller can mend.
func Open(dir string, o Options) (*Index, error) {
	if o.CacheBytes == 0 {
		o.CacheBytes = 128 << 20
	}
	x := &Index{dir: dir, opts: o, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	x.an.Store(analysis.New(o.Words))
	x.tables.Store(newTables(o.Columns, Rules{}, newSynonyms(shipped(), folded(o.Synonyms))))
	b, err := openBleve(dir, x.version(), o.Outdated)
	if err != nil {
		return nil, err
	}
	pos, err := b.GetInternal(keyPosition)
	if err != nil {
		return nil, errors.Join(ErrDamaged, err, b.Close())
	}
	if len(pos) == 8 {
		x.position.Store(binary.BigEndian.Uint64(pos))
	}
	x.bleve = b
	if err := x.refresh(); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrDamaged, err), x.Close())
	}
	return x, nil
}

func (x *Index) version() string { return Version + " " + x.an.Load().Fingerprint() }

func openBleve(dir, version string, outdated bool) (bleve.Index, error) {
	if _, err := os.Stat(filepath.Join(dir, "index_meta.json")); errors.Is(err, os.ErrNotExist) {
		if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
			return nil, fmt.Errorf("%w: %s has no index_meta.json", ErrDamaged, dir)
		}
		return createBleve(dir, version)
	}
	b, err := openGuarded(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: open %s: %w", ErrDamaged, dir, err)
	}
	v, err := b.GetInternal(keyVersion)
	if err != nil || len(v) == 0 {
		return nil, errors.Join(fmt.Errorf("%w: %s has no version", ErrDamaged, dir), err, b.Close())
	}
	if format, _, _ := strings.Cut(string(v), " "); string(v) != version && !(outdated && slices.Contains(readable, format)) {
		return nil, errors.Join(fmt.Errorf("%w: %s has version %q, not %q", ErrOutdated, dir, v, version), b.Close())
	}
	return b, nil
}

// openGuarded turns a panic of Bleve over a torn file into an error.
func openGuarded(dir string) (b bleve.Index, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return bleve.Open(dir)
}

// createBleve makes an empty index. It merges more eagerly than Bleve does by
// default: a portal is written seldom and read all the time, and fewer
// segments are smaller and faster.
func createBleve(dir, version string) (bleve.Index, error) {
	b, err := bleve.NewUsing(dir, mapping.NewIndexMapping(), bleve.Config.DefaultIndexType, bleve.Config.DefaultKVStore,
		map[string]any{"scorchMergePlanOptions": map[string]any{"MaxSegmentsPerTier": 3, "SegmentsPerMergeTask": 4}})
	if err != nil {
		return nil, fmt.Errorf("create the search index in %s: %w", dir, err)
	}
	if err := b.SetInternal(keyVersion, []byte(version)); err != nil {
		return nil, errors.Join(fmt.Errorf("create the search index in %s: %w", dir, err), b.Close())
	}
	return b, nil
}

// Position is the journal sequence up to which the index is complete.
func (x *Index) Position() uint64 { return x.position.Load() }

// Apply makes the changes in order and records seq as the new Position, all
// or nothing. A later change of an id wins over an earlier one; replaying
// changes is harmless.
func (x *Index) Apply(seq uint64, ops []Op) error {
	x.apply.Lock()
	defer x.apply.Unlock()
	if x.bleve == nil {
		return ErrClosed
	}
	lengths, err := readLengths(x.bleve)
	if err != nil {
		return err
	}
	batch := x.bleve.NewBatch()
	for _, op := range ops {
		switch {
		case op.Upsert != nil:
			if err := batch.IndexAdvanced(x.document(op.Upsert)); err != nil {
				return fmt.Errorf("index document %q: %w", op.Upsert.ID, err)
			}
			lengths.add(op.Upsert)
		case op.Delete != "":
			batch.Delete(op.Delete)
		}
	}
	batch.SetInternal(keyPosition, binary.BigEndian.AppendUint64(nil, seq))
	batch.SetInternal(keyLengths, lengths.encode())
	if err := x.bleve.Batch(batch); err != nil {
		return fmt.Errorf("apply %d changes to the search index: %w", len(ops), err)
	}
	x.position.Store(seq)
	x.changed.Add(int64(len(ops)))
	x.stale.Store(true)
	return nil
}

// Count is the number of documents in the index.
func (x *Index) Count() (uint64, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.bleve == nil {
		return 0, ErrClosed
	}
	return x.bleve.DocCount()
}

// Document gives the document with this id, and whether there is one.
func (x *Index) Document(id string) (*Document, bool, error) {
	var doc *Document
	err := x.read(context.Background(), func(s *snapshot) error {
		num, err := s.number(id)
		if err != nil || num < 0 {
			return err
		}
		c, err := s.candidate(uint32(num))
		if err == nil {
			doc = c.doc
		}
		return err
	})
	return doc, doc != nil, err
}

// Close releases the index. It waits for running searches.
func (x *Index) Close() error {
	x.apply.Lock()
	defer x.apply.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.bleve == nil {
		return nil
	}
	x.background.Wait()
	err := errors.Join(x.snap.close(), x.bleve.Close())
	x.bleve, x.snap = nil, nil
	return err
}
