package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// message is an entry of a stream.
type message struct {
	jetstream.Msg
	seq  uint64
	at   time.Time
	left uint64 // messages that the reader's copy of the stream has after it
}

// readPause is how long a reader may be silent before it is asked about.
const readPause = 5 * time.Second

// follow calls fn with every message of a stream after a sequence, in order,
// until ctx ends – the error is then nil –, fn fails, or the reader is lost with
// the member that had it: the error is then ErrUnavailable, and the caller
// begins again after the last message that fn has seen.
func (j *Journal) follow(ctx context.Context, stream jetstream.Stream, what string, after uint64, fn func(message) error) error {
	return j.read(ctx, stream, what, from(after+1), false, fn)
}

// from reads every message from a sequence on.
func from(seq uint64) jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: seq}
}

// read is follow with a choice of messages. more says that there is one more to
// come until fn fails, so that silence is a lost reader, too; it returns nil
// when the only copy has none.
//
// The client's ordered consumer would begin again by itself, but asks for its
// new place for ten seconds at a time, with up to ten seconds between: a
// member that was cut off would come back that much later.
func (j *Journal) read(ctx context.Context, stream jetstream.Stream, what string, c jetstream.ConsumerConfig, more bool, fn func(message) error) error {
	c.AckPolicy = jetstream.AckNonePolicy
	c.MemoryStorage, c.Replicas = true, 1
	c.InactiveThreshold = 30 * time.Second // the server forgets readers that are gone
	ask, cancel := context.WithTimeout(ctx, j.timeout)
	cons, err := stream.CreateConsumer(ask, c)
	cancel()
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("following the journal's %s: %w", what, mapErr(err)))
	}
	if more && j.alone && cons.CachedInfo().NumPending == 0 { // damage, which is told elsewhere
		return nil
	}
	// Few messages in flight: each may be megabytes.
	it, err := cons.Messages(jetstream.PullMaxMessages(8), jetstream.PullExpiry(readPause))
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("following the journal's %s: %w", what, mapErr(err)))
	}
	stop := context.AfterFunc(ctx, it.Stop)
	defer stop()
	defer it.Stop()
	lost := func(why error) error {
		return ignoreEnd(ctx, fmt.Errorf("reading the journal's %s: %w: %w", what, ErrUnavailable, why))
	}
	for place := uint64(1); ; {
		msg, err := it.Next(jetstream.NextMaxWait(readPause))
		if errors.Is(err, nats.ErrTimeout) && !more {
			err = j.stillAt(ctx, cons, place)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return lost(err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			return fmt.Errorf("a journal message without metadata: %w", err)
		}
		if meta.Sequence.Consumer != place {
			return lost(errSkipped)
		}
		place++
		if err := fn(message{msg, meta.Sequence.Stream, meta.Timestamp, meta.NumPending}); err != nil {
			return err
		}
	}
}

var errSkipped = errors.New("a message was lost on the way")

// stillAt asks a silent reader whether it has sent more than has come: a
// message that is lost on the way is sent once only.
func (j *Journal) stillAt(ctx context.Context, cons jetstream.Consumer, place uint64) error {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	info, err := cons.Info(ctx)
	if err == nil && info.Delivered.Consumer >= place {
		err = errSkipped
	}
	return err
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
