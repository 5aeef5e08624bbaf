package search

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/tingdong/tingdong/search/analysis"
	"github.com/tingdong/tingdong/zhtext"
)

// Version changes whenever documents would be analysed differently; an index
// of another version is ErrOutdated.
const Version = "1"

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
	// CacheBytes bounds the memory for decoded postings and documents, half
	// each; 0 means 96 MB.
	CacheBytes int
}

// Index is the portal's full-text index. All methods are safe for concurrent
// use; a search never waits for Apply.
type Index struct {
	dir  string
	opts Options
	an   atomic.Pointer[analysis.Analyzer]

	apply    sync.Mutex // one Apply at a time; bleve changes only under apply and mu
	position atomic.Uint64
	stale    atomic.Bool // a batch was applied since snap was taken

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
		o.CacheBytes = 96 << 20
	}
	x := &Index{dir: dir, opts: o}
	x.an.Store(analysis.New(o.Words))
	x.tables.Store(newTables(o.Columns, Rules{}, newSynonyms(shipped(), folded(o.Synonyms))))
	b, err := openBleve(dir, x.version())
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

func openBleve(dir, version string) (bleve.Index, error) {
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
	if string(v) != version {
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
	x.stale.Store(true)
	return nil
}

// maxIndexed bounds how many characters of a body are searchable; the rest is
// stored and shown, but not found.
const maxIndexed = 1 << 20

func (x *Index) document(d *Document) *document.Document {
	an := x.an.Load()
	doc := document.NewDocument(d.ID)
	doc.AddField(&textField{name: fieldTitle, text: d.Title, limit: 4096, an: an})
	if d.Body != "" {
		doc.AddField(&textField{name: fieldBody, text: d.Body, limit: maxIndexed, an: an})
	}
	if k, ok := analysis.DocNo(d.DocNo); ok {
		doc.AddField(keyword(fieldDocNo, k))
	} else if d.DocNo != "" {
		doc.AddField(keyword(fieldDocNo, d.DocNo))
	}
	for _, k := range analysis.CitedDocNos(d.Title+"\n"+d.Body, 50) {
		doc.AddField(keyword(fieldCited, k))
	}
	for name, value := range map[string]string{fieldColumn: d.Column, fieldKind: d.Kind,
		fieldRole: cmp.Or(d.Role, everyRole), fieldLang: language(d), fieldOrg: d.Org, fieldAuthority: authority(d.Title)} {
		if value != "" {
			doc.AddField(keyword(name, value))
		}
	}
	if len(d.Date) == len("2006-01-02") {
		doc.AddField(keyword(fieldDate, d.Date))
		doc.AddField(keyword(fieldYear, d.Date[:4]))
	}
	doc.AddField(document.NewTextFieldCustom(fieldStored, nil, encodeDocument(d), index.StoreField, nil))
	return doc
}

// everyRole stands for a document that is for everybody.
const everyRole = "*"

// language gives the primary language of a document, by its characters when
// it does not say.
func language(d *Document) string {
	if d.Lang != "" {
		return primary(d.Lang)
	}
	for _, r := range d.Title {
		if zhtext.IsHan(r) {
			return "zh"
		}
	}
	return "en"
}

// primary is the language of a BCP 47 tag without script and region.
func primary(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return lang
}

// lengths are the sums from which BM25's average lengths are made, in
// characters, over everything ever indexed: an average needs no more.
type lengths struct{ titles, titleSum, bodies, bodySum uint64 }

func (l *lengths) add(d *Document) {
	l.titles++
	l.titleSum += uint64(utf8.RuneCountInString(d.Title))
	if d.Body != "" {
		l.bodies++
		l.bodySum += uint64(min(maxIndexed, utf8.RuneCountInString(d.Body)))
	}
}

func (l *lengths) encode() []byte {
	var b []byte
	for _, v := range []uint64{l.titles, l.titleSum, l.bodies, l.bodySum} {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

func readLengths(b bleve.Index) (*lengths, error) {
	raw, err := b.GetInternal(keyLengths)
	if err != nil {
		return nil, fmt.Errorf("%w: lengths: %w", ErrDamaged, err)
	}
	l := &lengths{}
	if len(raw) == 32 {
		l.titles = binary.BigEndian.Uint64(raw)
		l.titleSum = binary.BigEndian.Uint64(raw[8:])
		l.bodies = binary.BigEndian.Uint64(raw[16:])
		l.bodySum = binary.BigEndian.Uint64(raw[24:])
	}
	return l, nil
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
