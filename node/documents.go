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
	for ctx.Err() == nil {
		err := n.followUntilReindex(ctx)
		if err == nil {
			continue
		}
		n.log.Error("the search index does not follow the journal", "error", err)
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
	if err != nil || !due.Load() {
		return err
	}
	return n.rebuild(ctx)
}

func (n *Node) apply(seq uint64, batch []byte) error {
	ops, err := decodeBatch(seq, batch)
	if err != nil {
		return err
	}
	if err := n.Index().Apply(seq, ops); err != nil {
		return fmt.Errorf("indexing journal batch %d: %w", seq, err)
	}
	n.fail.Store(nil)
	n.notify()
	return nil
}

func decodeBatch(seq uint64, batch []byte) (ops []search.Op, err error) {
	if err := json.Unmarshal(batch, &ops); err != nil {
		return nil, fmt.Errorf("journal batch %d cannot be read: %w", seq, err)
	}
	return ops, nil
}
