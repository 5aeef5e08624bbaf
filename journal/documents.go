package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// AppendDocuments writes one batch of document changes and returns its
// sequence once it is durable. What a batch holds is the caller's business.
func (j *Journal) AppendDocuments(ctx context.Context, batch []byte) (uint64, error) {
	if len(batch) > MaxValue {
		return 0, fmt.Errorf("a batch of %d bytes is larger than the journal's limit of %d", len(batch), MaxValue)
	}
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	ack, err := j.js.PublishMsg(ctx, &nats.Msg{Subject: subjectDocs, Data: batch})
	if err != nil {
		return 0, fmt.Errorf("writing documents to the journal: %w", mapErr(err))
	}
	return ack.Sequence, nil
}

// LastDocument returns the sequence of the newest batch, 0 when there is none.
func (j *Journal) LastDocument(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	docs, err := j.documents()
	if err != nil {
		return 0, err
	}
	info, err := docs.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("asking the journal for its newest document: %w", mapErr(err))
	}
	return info.State.LastSeq, nil
}

// FollowDocuments calls fn with every batch after the sequence `after`, in
// order, and goes on with new ones until ctx ends or fn fails. The error is
// nil when ctx ended.
func (j *Journal) FollowDocuments(ctx context.Context, after uint64, fn func(seq uint64, batch []byte) error) error {
	docs, err := j.documents()
	if err != nil {
		return err
	}
	return follow(ctx, docs, "documents", after, fn)
}

func follow(ctx context.Context, stream jetstream.Stream, what string, after uint64, fn func(seq uint64, batch []byte) error) error {
	cons, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:   after + 1,
	})
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("following the journal's %s: %w", what, err))
	}
	// Few batches in flight: each may be megabytes.
	it, err := cons.Messages(jetstream.PullMaxMessages(8), jetstream.PullExpiry(5*time.Second))
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("following the journal's %s: %w", what, err))
	}
	stop := context.AfterFunc(ctx, it.Stop)
	defer stop()
	defer it.Stop()
	for {
		msg, err := it.Next()
		if err != nil {
			return ignoreEnd(ctx, fmt.Errorf("reading the journal's %s: %w", what, err))
		}
		meta, err := msg.Metadata()
		if err != nil {
			return fmt.Errorf("a journal message without metadata: %w", err)
		}
		if err := fn(meta.Sequence.Stream, msg.Data()); err != nil {
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

// ErrUnavailable reports that the journal cannot take writes now (a cluster
// without quorum, a full disk). Visitors are not touched by it.
var ErrUnavailable = errors.New("the journal takes no writes at the moment")

func mapErr(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrNoResponders) ||
		errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrDisconnected) || refusedForNow(err) {
		return fmt.Errorf("%w: %v", ErrUnavailable, err)
	}
	return err
}

// refusedForNow reports JetStream's own 503: no leader, no room to store.
func refusedForNow(err error) bool {
	var api *jetstream.APIError
	var watch *nats.APIError // of key-value watchers
	return errors.As(err, &api) && api.Code == 503 || errors.As(err, &watch) && watch.Code == 503
}
