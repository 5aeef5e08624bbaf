package journal

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// message is an entry of a stream.
type message struct {
	jetstream.Msg
	seq uint64
	at  time.Time
}

// follow calls fn with every message of a stream after a sequence, in order,
// until ctx ends – the error is then nil –, fn fails, or the reader is lost with
// the member that had it: the error is then ErrUnavailable, and the caller
// begins again after the last message that fn has seen.
//
// The client's ordered consumer would begin again by itself, but asks for its
// new place for ten seconds at a time, with up to ten seconds between: a
// member that was cut off would come back that much later.
func (j *Journal) follow(ctx context.Context, stream jetstream.Stream, what string, after uint64, fn func(message) error) error {
	ask, cancel := context.WithTimeout(ctx, j.timeout)
	cons, err := stream.CreateConsumer(ask, jetstream.ConsumerConfig{
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       after + 1,
		AckPolicy:         jetstream.AckNonePolicy,
		MemoryStorage:     true,
		Replicas:          1,
		InactiveThreshold: time.Minute, // the server forgets readers that are gone
	})
	cancel()
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("following the journal's %s: %w", what, mapErr(err)))
	}
	// Few messages in flight: each may be megabytes.
	it, err := cons.Messages(jetstream.PullMaxMessages(8), jetstream.PullExpiry(5*time.Second))
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("following the journal's %s: %w", what, mapErr(err)))
	}
	stop := context.AfterFunc(ctx, it.Stop)
	defer stop()
	defer it.Stop()
	for place := uint64(1); ; place++ {
		msg, err := it.Next()
		if err != nil {
			return ignoreEnd(ctx, fmt.Errorf("reading the journal's %s: %w: %w", what, ErrUnavailable, err))
		}
		meta, err := msg.Metadata()
		if err != nil {
			return fmt.Errorf("a journal message without metadata: %w", err)
		}
		if meta.Sequence.Consumer != place {
			return fmt.Errorf("reading the journal's %s: %w: a message was lost on the way", what, ErrUnavailable)
		}
		if err := fn(message{msg, meta.Sequence.Stream, meta.Timestamp}); err != nil {
			return err
		}
	}
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
