package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tingdong/tingdong/journal"
)

// Compaction says when the stream of documents is compacted: what is still
// true of the oldest batches is written again at the end, then they are
// dropped. The zero value is for portals.
type Compaction struct {
	// Every is how often it is looked at; 0: an hour.
	Every time.Duration
	// Age is how old a batch must be to be dropped; 0: a day. A member that
	// was away for longer builds its index anew.
	Age time.Duration
	// Least is the size in bytes of the stream, packed as it is, below which
	// nothing is done; 0: 64 MB.
	Least uint64
}

func (c Compaction) orDefaults() Compaction {
	if c.Every == 0 {
		c.Every = time.Hour
	}
	if c.Age == 0 {
		c.Age = 24 * time.Hour
	}
	if c.Least == 0 {
		c.Least = 64 << 20
	}
	return c
}

// compactor compacts the journal's documents. In a cluster every member may;
// what two do at the same time only costs one of them its work.
type compactor struct {
	j *journal.Journal
	Compaction
	now    func() time.Time // nil: time.Now
	enough uint64           // it is worth looking when the stream is larger than this
}

// tendDocuments compacts now and then, once the index has caught up.
func (n *Node) tendDocuments(ctx context.Context) {
	c := &compactor{j: n.journal, Compaction: n.opt.Compaction.orDefaults()}
	look := time.NewTicker(c.Every)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		if n.CaughtUp(ctx) != nil {
			continue // it has been logged
		}
		done, err := c.run(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			n.log.Warn("the journal's documents could not be compacted; it will be tried again", "error", err)
		case done.upTo > 0:
			n.log.Info("the journal's documents were compacted", "up_to", done.upTo, "bytes_before", done.before, "kept", done.kept)
		}
	}
}

// compacted is what a compaction did; upTo is 0 if there was nothing to do.
type compacted struct {
	upTo   uint64 // the last batch that was dropped
	before uint64 // size of the stream
	kept   int    // pages written again
}

func (c *compactor) run(ctx context.Context) (compacted, error) {
	span, err := c.j.Span(ctx)
	if err != nil || span.Bytes < max(c.Least, c.enough) {
		return compacted{}, err
	}
	release, err := c.j.HoldDocuments(ctx)
	if err != nil {
		return compacted{}, err
	}
	defer release()
	s, err := c.survey(ctx)
	if err != nil {
		return compacted{}, err
	}
	if 2*s.dead < s.bytes { // less than half would be won
		c.enough = span.Bytes + span.Bytes/4
		return compacted{}, nil
	}
	c.enough = 0
	kept, err := c.keep(ctx, s)
	if err == nil {
		err = c.j.DropDocuments(ctx, s.upTo)
	}
	return compacted{s.upTo, span.Bytes, kept}, err
}

// survey is what the stream holds.
type survey struct {
	live  newest
	last  uint64 // the last batch that live knows of
	upTo  uint64 // the last batch that is old enough to be dropped
	bytes int    // of all changes
	dead  int    // of changes up to upTo that later ones replace
}

func (c *compactor) survey(ctx context.Context) (*survey, error) {
	s, young, now := &survey{live: newest{}}, false, time.Now()
	if c.now != nil {
		now = c.now()
	}
	var err error
	if s.last, err = c.j.ReplayDocuments(ctx, 0, func(b journal.Batch) error {
		if young = young || now.Sub(b.At) < c.Age; !young {
			s.upTo = b.Seq
		}
		s.bytes += len(b.Data)
		return s.live.add(b)
	}); err != nil || s.upTo == 0 {
		return s, err
	}
	if s.upTo == s.last { // the mark of the drop comes after it
		s.upTo--
	}
	return s, c.old(ctx, s, func(o oldChange) error {
		if !o.alive(s.live) {
			s.dead += len(o.raw)
		}
		return nil
	})
}

// oldChange is a change in a batch that is to be dropped.
type oldChange struct {
	place
	id  string // of a page; empty for a deletion
	raw json.RawMessage
}

func (o oldChange) alive(live newest) bool { return o.id != "" && live[o.id] == o.place }

var errOld = errors.New("the rest is young")

// old calls fn with every change in the batches that are to be dropped.
func (c *compactor) old(ctx context.Context, s *survey, fn func(oldChange) error) error {
	_, err := c.j.ReplayDocuments(ctx, 0, func(b journal.Batch) error {
		if b.Seq > s.upTo {
			return errOld
		}
		ops, err := decodeBatch(b)
		var raws []json.RawMessage
		if err = errors.Join(err, json.Unmarshal(b.Data, &raws)); err != nil {
			return err
		}
		for i, op := range ops {
			o := oldChange{place: place{b.Seq, i}, raw: raws[i]}
			if op.Upsert != nil {
				o.id = op.Upsert.ID
			}
			if err := fn(o); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errOld) {
		err = nil
	}
	return err
}

// keep writes what is still true of the old batches again, and returns how
// many pages that were.
func (c *compactor) keep(ctx context.Context, s *survey) (kept int, err error) {
	var list []oldChange
	size := 0
	flush := func() error {
		n, err := c.write(ctx, s, list)
		kept, list, size = kept+n, list[:0], 0
		return err
	}
	err = c.old(ctx, s, func(o oldChange) error {
		if !o.alive(s.live) {
			return nil
		}
		if size > 0 && size+len(o.raw) > journal.BatchTarget {
			if err := flush(); err != nil {
				return err
			}
		}
		list, size = append(list, o), size+len(o.raw)+1
		return nil
	})
	if err == nil {
		err = flush()
	}
	return kept, err
}

// maxKeepTries is how often a batch is tried again because somebody else
// wrote.
const maxKeepTries = 100

// write writes a batch of pages again, except those that were changed in the
// meantime: the journal takes it only after what live knows of.
func (c *compactor) write(ctx context.Context, s *survey, list []oldChange) (int, error) {
	for range maxKeepTries {
		list = slices.DeleteFunc(list, func(o oldChange) bool { return !o.alive(s.live) })
		if len(list) == 0 {
			return 0, nil
		}
		raws := make([]json.RawMessage, len(list))
		for i, o := range list {
			raws[i] = o.raw
		}
		data, err := json.Marshal(raws)
		if err != nil {
			return 0, err
		}
		seq, err := c.j.KeepDocuments(ctx, s.last, data)
		if err == nil {
			s.last = seq
			return len(list), nil
		}
		if !errors.Is(err, journal.ErrConflict) {
			return 0, err
		}
		if s.last, err = c.j.ReplayDocuments(ctx, s.last, s.live.add); err != nil {
			return 0, err
		}
	}
	return 0, fmt.Errorf("%w: others write all the time", journal.ErrUnavailable)
}
