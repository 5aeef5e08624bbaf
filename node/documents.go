package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

// Batch collects document changes for the journal and writes them in pieces
// that share one fsync. It is used by one goroutine.
type Batch struct {
	n    *Node
	ops  []json.RawMessage
	size int
	last uint64
}

// NewBatch starts an empty batch.
func (n *Node) NewBatch() *Batch { return &Batch{n: n} }

// ErrTooLarge reports a document that one message of the journal cannot hold.
var ErrTooLarge = errors.New("the document is too large")

// Add takes one change; it is durable after the next Flush.
func (b *Batch) Add(ctx context.Context, op search.Op) error {
	data, err := json.Marshal(op)
	if err != nil {
		return err
	}
	if len(data) > journal.MaxValue-2 {
		return fmt.Errorf("%w: it has %d bytes, the limit is %d MB", ErrTooLarge, len(data), journal.MaxValue>>20)
	}
	if b.size > 0 && b.size+len(data) > journal.BatchTarget {
		if err := b.Flush(ctx); err != nil {
			return err
		}
	}
	b.ops = append(b.ops, data)
	b.size += len(data) + 1
	return nil
}

// Flush writes what was added; when it returns nil, that is durable.
func (b *Batch) Flush(ctx context.Context) error {
	if len(b.ops) == 0 {
		return nil
	}
	data, err := json.Marshal(b.ops)
	if err != nil {
		return err
	}
	seq, err := b.n.journal.AppendDocuments(ctx, data)
	if err != nil {
		return err
	}
	b.ops, b.size, b.last = b.ops[:0], 0, seq
	return nil
}

// Wait flushes, and waits until all of it can be found.
func (b *Batch) Wait(ctx context.Context) error {
	if err := b.Flush(ctx); err != nil {
		return err
	}
	return b.n.Await(ctx, b.last)
}

// followDocuments brings every batch of the journal into the index, and stops
// in between to rebuild it when the dictionary has changed.
func (n *Node) followDocuments(ctx context.Context) {
	failing := complaint{log: n.log}
	for ctx.Err() == nil {
		err := n.followUntilReindex(ctx)
		if err == nil {
			continue
		}
		failing.about("the search index does not follow the journal", err)
		if !errors.Is(err, journal.ErrUnavailable) { // what is indexed serves on without a quorum
			n.fail.Store(&err)
			n.notify()
		}
		sleep(ctx, retryPause)
	}
}

func (n *Node) followUntilReindex(ctx context.Context) error {
	follow, stop := context.WithCancel(ctx)
	defer stop()
	var due atomic.Bool
	var waiting sync.WaitGroup
	waiting.Go(func() {
		select {
		case <-n.reindex:
			due.Store(true)
			stop()
		case <-follow.Done():
		}
	})
	err := n.journal.FollowDocuments(follow, n.Index().Position(), n.apply)
	stop()
	waiting.Wait()
	switch {
	case errors.Is(err, journal.ErrCompacted):
		n.log.Info("the search index is older than what the journal still holds: building it anew", "at", n.Index().Position())
		return n.renew(ctx)
	case err != nil || !due.Load():
		return err
	}
	return n.rebuild(ctx)
}

func (n *Node) apply(b journal.Batch) error {
	if err := applyBatch(n.Index(), b); err != nil {
		return err
	}
	n.fail.Store(nil)
	n.notify()
	return nil
}

// applyBatch brings a batch into an index.
func applyBatch(x *search.Index, b journal.Batch) error {
	ops, err := decodeBatch(b)
	if err == nil && b.Kept {
		ops, err = news(x, ops)
	}
	if err != nil {
		return err
	}
	if err := x.Apply(b.Seq, ops); err != nil {
		return fmt.Errorf("indexing journal batch %d: %w", b.Seq, err)
	}
	return nil
}

// news are those changes that change something: an index that is up to date
// need not analyse again what a compaction has written again.
func news(x *search.Index, ops []search.Op) (out []search.Op, err error) {
	for _, op := range ops {
		if op.Upsert != nil {
			have, ok, err := x.Document(op.Upsert.ID)
			if err != nil {
				return nil, err
			}
			if ok && *have == *op.Upsert {
				continue
			}
		}
		out = append(out, op)
	}
	return out, nil
}

func decodeBatch(b journal.Batch) (ops []search.Op, err error) {
	if err := json.Unmarshal(b.Data, &ops); err != nil {
		return nil, fmt.Errorf("journal batch %d cannot be read: %w", b.Seq, err)
	}
	return ops, nil
}
