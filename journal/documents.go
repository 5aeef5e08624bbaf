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
	return j.publish(ctx, subjectDocs, batch)
}

func (j *Journal) publish(ctx context.Context, subject string, batch []byte, opts ...jetstream.PublishOpt) (uint64, error) {
	if len(batch) > MaxValue {
		return 0, fmt.Errorf("a batch of %d bytes is larger than the journal's limit of %d", len(batch), MaxValue)
	}
	if err := j.room(len(batch)); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	ack, err := j.js.Publish(ctx, subject, pack(batch), opts...)
	if err != nil {
		return 0, fmt.Errorf("writing documents to the journal: %w", mapConflict(err))
	}
	return ack.Sequence, nil
}

// LastDocument returns the sequence of the newest batch, 0 when there is none.
func (j *Journal) LastDocument(ctx context.Context) (uint64, error) {
	s, err := j.Span(ctx)
	return s.Last, err
}

// Span is what the stream of documents holds.
type Span struct {
	First, Last uint64 // sequences; First is Last+1 when there is nothing
	Bytes       uint64 // on the disk
}

// Span tells what the stream of documents holds now.
func (j *Journal) Span(ctx context.Context) (Span, error) {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	docs, err := j.documents()
	if err != nil {
		return Span{}, err
	}
	info, err := docs.Info(ctx)
	if err != nil {
		return Span{}, fmt.Errorf("asking the journal for its newest document: %w", mapErr(err))
	}
	return Span{info.State.FirstSeq, info.State.LastSeq, info.State.Bytes}, nil
}

// Batch is one entry of the stream of documents.
type Batch struct {
	Seq  uint64
	Data []byte
	// Kept marks what a compaction wrote again: it says nothing new to a view
	// that has followed the stream up to it.
	Kept bool
	At   time.Time // when it was written
}

// nothing is the batch without changes that stands for a compaction's mark.
var nothing = []byte("[]")

// FollowDocuments calls fn with every batch after the sequence `after`, in
// order, and goes on with new ones until ctx ends or fn fails. The error is
// nil when ctx ended, ErrUnavailable when the reader was lost with a member of
// the cluster, and ErrCompacted when batches between were compacted
// away: a view must then be built anew, from 0 on.
func (j *Journal) FollowDocuments(ctx context.Context, after uint64, fn func(Batch) error) error {
	return j.readDocuments(ctx, after, false, fn)
}

func (j *Journal) readDocuments(ctx context.Context, after uint64, more bool, fn func(Batch) error) error {
	docs, err := j.documents()
	if err != nil {
		return err
	}
	at := after
	return j.read(ctx, docs, "documents", from(after+1), more, func(m message) error {
		if m.seq != at+1 {
			if err := j.missing(ctx, at, m.seq, at == after && after == 0); err != nil {
				return err
			}
		}
		at = m.seq
		b := Batch{Seq: m.seq, Data: nothing, Kept: m.Subject() == subjectKept, At: m.at}
		if m.Subject() != subjectCompacted {
			if b.Data, err = unpack(m.Data()); err != nil {
				return fmt.Errorf("document batch %d: %w", m.seq, err)
			}
		}
		return fn(b)
	})
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
