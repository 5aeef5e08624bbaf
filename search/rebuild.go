package search

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
)

// Swap replaces what x searches by next, an index that was built beside it:
// open it in another directory, replay the journal into it, then swap.
// Searches that run finish on the old one and no search fails or waits for
// more than them. next must not be used afterwards; the old files are for the
// caller to delete, in the directory that Swap gives back.
func (x *Index) Swap(next *Index) (oldDir string, err error) {
	x.apply.Lock()
	defer x.apply.Unlock()
	if err := next.read(context.Background(), func(*snapshot) error { return nil }); err != nil {
		return "", fmt.Errorf("swap: the new index cannot be read: %w", err)
	}
	next.background.Wait()
	x.background.Wait()
	next.mu.Lock()
	defer next.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.bleve == nil || next.bleve == nil {
		return "", ErrClosed
	}
	old, snap := x.bleve, x.snap
	oldDir = x.dir
	x.dir, x.opts.Words, x.bleve, x.snap = next.dir, next.opts.Words, next.bleve, next.snap
	x.an.Store(next.an.Load())
	x.lexicon.Store(next.lexicon.Load())
	x.position.Store(next.Position())
	x.stale.Store(next.stale.Load())
	x.changed.Store(next.changed.Load())
	next.bleve, next.snap = nil, nil
	return oldDir, errors.Join(snap.close(), old.Close())
}

// Dir is the directory of the index.
func (x *Index) Dir() string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.dir
}

// Snapshot writes a copy of the index into dir, which must not exist, while
// searching and applying go on. Open opens it.
func (x *Index) Snapshot(dir string) error {
	x.apply.Lock()
	defer x.apply.Unlock()
	if x.bleve == nil {
		return ErrClosed
	}
	if _, err := os.Stat(dir); err == nil {
		return fmt.Errorf("snapshot: %s exists already", dir)
	}
	c, ok := x.bleve.(bleve.IndexCopyable)
	if !ok {
		return fmt.Errorf("snapshot: a %T cannot be copied", x.bleve)
	}
	if err := c.CopyTo(folder(dir)); err != nil {
		return fmt.Errorf("snapshot to %s: %w", dir, err)
	}
	return nil
}

// folder is where Bleve puts the files of a copy.
type folder string

func (f folder) GetWriter(name string) (io.WriteCloser, error) {
	path := filepath.Join(string(f), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
}

// Optimize merges the index into one segment: smaller, and searches are
// faster. It is for the end of a large import and takes about as long as
// that took.
func (x *Index) Optimize(ctx context.Context) error {
	x.apply.Lock()
	defer x.apply.Unlock()
	if x.bleve == nil {
		return ErrClosed
	}
	adv, err := x.bleve.Advanced()
	if err != nil {
		return err
	}
	s, ok := adv.(*scorch.Scorch)
	if !ok {
		return fmt.Errorf("%w: a %T is not a scorch index", ErrDamaged, adv)
	}
	if err := s.ForceMerge(ctx, &mergeplan.SingleSegmentMergePlanOptions); err != nil {
		return fmt.Errorf("optimize the search index: %w", err)
	}
	x.changed.Store(0)
	x.stale.Store(true)
	return nil
}

// Scattered tells whether so much was changed since the segments were merged
// that Optimize is worth its while: a tenth of the documents, or more segments
// at the opening than merging in passing leaves.
func (x *Index) Scattered() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.bleve == nil || x.snap == nil || x.snap.live < smallIndex {
		return false
	}
	return x.changed.Load()*10 > int64(x.snap.live) || x.changed.Load() == 0 && len(x.snap.offsets) > manySegments
}

// manySegments is more than a portal's daily changes leave.
const manySegments = 8

// Warm reads what the first queries would otherwise wait for: the dictionary,
// the pairs for corrections, the dates.
func (x *Index) Warm(ctx context.Context) error {
	x.words()
	x.known()
	_, err := x.Search(ctx, Query{Text: "办事指南", Facets: true})
	return err
}
