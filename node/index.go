package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

// indexDir is where the index of a dictionary lives: each has its own, as has
// each version of the analyzer, so that a new one is built beside the one that
// serves.
//
// One that was built anew because the journal had been compacted has the first
// sequence it was built from behind its name; the highest counts.
func (n *Node) indexDir(words []string) string {
	sum := sha256.Sum256([]byte(search.Version + "\n" + strings.Join(words, "\n")))
	dir := filepath.Join(n.opt.Data, "index", hex.EncodeToString(sum[:4]))
	var best uint64
	newer, err := filepath.Glob(dir + "-*")
	if err != nil {
		return dir // a pattern that is none: the data directory's name has brackets
	}
	for _, d := range newer {
		if from, err := strconv.ParseUint(d[strings.LastIndexByte(d, '-')+1:], 10, 64); err == nil && from > best {
			best = from
		}
	}
	if best > 0 {
		dir = renewed(dir, best)
	}
	return dir
}

func renewed(dir string, from uint64) string { return fmt.Sprintf("%s-%d", dir, from) }

func (n *Node) indexOptions(words []string) search.Options {
	return search.Options{Columns: searchColumns(n.Brain().Columns), Words: words, Synonyms: n.settings.synonyms}
}

// openIndex opens the index. If there is none of this version and dictionary
// that is as far, one of another serves, until this one is built beside it.
func (n *Node) openIndex(ctx context.Context) error {
	last, err := uint64(math.MaxUint64), error(nil) // unknown while the cluster does not answer
	if n.local.Load() == nil {
		err = n.patiently(ctx, func(ctx context.Context) (err error) {
			last, err = n.journal.LastDocument(ctx)
			return err
		})
	}
	if err != nil {
		return err
	}
	dir := n.indexDir(n.settings.words)
	x, err := n.openOrEmpty(dir, n.indexOptions(n.settings.words))
	if err != nil {
		return err
	}
	if former := n.former(dir, x.Position(), last); former != nil {
		n.log.Info("an index of another version or dictionary serves while the new one is built", "at", former.Position(), "new", x.Position())
		if err := x.Close(); err != nil {
			return errors.Join(err, former.Close())
		}
		x = former
		n.reindex <- struct{}{}
	}
	x.SetRules(n.settings.rules)
	n.index.Store(x)
	return nil
}

// openOrEmpty opens an index, or starts an empty one in the place of one that
// cannot be read: the journal fills it again.
func (n *Node) openOrEmpty(dir string, o search.Options) (*search.Index, error) {
	x, err := search.Open(dir, o)
	if errors.Is(err, search.ErrDamaged) || errors.Is(err, search.ErrOutdated) {
		n.log.Warn("rebuilding the search index from the journal", "reason", err)
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
		x, err = search.Open(dir, o)
	}
	if err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	return x, nil
}

// former opens the index beside dir that has followed the journal farthest,
// and farther than at, nil if there is none; the others are deleted.
func (n *Node) former(dir string, at, last uint64) *search.Index {
	dirs, err := filepath.Glob(filepath.Join(n.opt.Data, "index", "*"))
	if err != nil {
		return nil // the pattern is a constant
	}
	var best *search.Index
	var bestDir string
	o := n.indexOptions(n.settings.words)
	o.Outdated = true
	for _, d := range dirs {
		if d == dir {
			continue
		}
		x, err := search.Open(d, o)
		if err == nil && x.Position() > at && x.Position() <= last {
			at, x, best = x.Position(), best, x
			d, bestDir = bestDir, d
		}
		if x != nil {
			err = errors.Join(err, x.Close())
		}
		if d == "" {
			continue
		}
		n.log.Info("deleting an index that is of no more use", "dir", d, "error", errors.Join(err, os.RemoveAll(d)))
	}
	return best
}

// rebuild builds an index of this version with the present dictionary beside
// the one that serves, from the journal, and puts it in its place. Searches go
// on all the while. It runs in the goroutine that follows the journal, so that
// no batch is lost between the two. One that was begun before is gone on with.
func (n *Node) rebuild(ctx context.Context) error {
	words := *n.words.Load()
	dir := n.indexDir(words)
	if dir == n.Index().Dir() { // changed, and changed back
		return nil
	}
	next, err := n.openOrEmpty(dir, n.indexOptions(words))
	if err != nil {
		return err
	}
	defer next.Close()
	if err := n.replay(ctx, next); err != nil {
		return err
	}
	if err := next.Optimize(ctx); err != nil {
		return err
	}
	oldDir, err := n.Index().Swap(next)
	if err != nil {
		return err
	}
	n.log.Info("the search index was rebuilt", "words", len(words))
	return os.RemoveAll(oldDir)
}

func (n *Node) replay(ctx context.Context, x *search.Index) error {
	_, err := n.journal.ReplayDocuments(ctx, x.Position(), func(b journal.Batch) error { return applyBatch(x, b) })
	return err
}

// renew replaces an index that the journal cannot bring up to date any more,
// because what it has not seen was compacted away, by one from what the
// journal holds. The old one serves until then.
func (n *Node) renew(ctx context.Context) error {
	for {
		span, err := n.journal.Span(ctx)
		if err != nil {
			return err
		}
		words := *n.words.Load()
		last := n.indexDir(words)
		base, _, _ := strings.Cut(filepath.Base(last), "-")
		dir := renewed(filepath.Join(filepath.Dir(last), base), span.First)
		if err := os.MkdirAll(dir, 0o750); err != nil { // now it is the one that is to be built
			return err
		}
		err = n.rebuild(ctx)
		if err == nil {
			n.fail.Store(nil)
			n.notify()
		}
		if !errors.Is(err, journal.ErrCompacted) {
			return err
		}
		if err := os.RemoveAll(dir); err != nil { // it was compacted once more
			return err
		}
	}
}

// tendEvery is how often the index is looked at; it is merged when nothing has
// come for that long.
const tendEvery = 10 * time.Second

// tendIndex warms the index, and merges it into one segment after large
// imports, when they are over.
func (n *Node) tendIndex(ctx context.Context) {
	if err := n.Index().Warm(ctx); err != nil && ctx.Err() == nil {
		n.log.Error("the search index could not be warmed", "error", err)
	}
	close(n.warm)
	look := time.NewTicker(tendEvery)
	defer look.Stop()
	for at := uint64(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		x := n.Index()
		if now := x.Position(); now != at || !x.Scattered() {
			at = now
			continue
		}
		if err := x.Optimize(ctx); err != nil && ctx.Err() == nil {
			n.log.Error("the search index could not be merged", "error", err)
		}
	}
}

// Warmed waits until the first query need not wait for anything.
func (n *Node) Warmed(ctx context.Context) error {
	select {
	case <-n.warm:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
