package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	streamEvents  = "EVENTS"
	subjectEvents = "events.batch"
	maxEvents     = 1 << 20 // bytes of one batch
)

// EventLimits bound what the stream of events keeps; the oldest go first.
type EventLimits struct {
	Age   time.Duration // 0: no limit
	Bytes int64         // 0: 1 GiB
}

// Events is the stream of what visitors asked, in batches. What a batch holds
// is the caller's business; it is worth less than what admins made, but
// written just as safely: one batch a second shares one fsync. The stream has
// as many replicas as the documents.
type Events struct {
	j      *Journal
	stream jetstream.Stream
}

// OpenEvents opens the stream of events, creating it when there is none.
// Without limits an existing one is opened as it is, and none is created: the
// result is then nil.
func (j *Journal) OpenEvents(ctx context.Context, limits *EventLimits) (*Events, error) {
	if j.open.Load() == nil {
		return nil, errWaiting
	}
	ctx, cancel := context.WithTimeout(ctx, j.timeout) // a cluster that has just formed may lose the question
	defer cancel()
	var stream jetstream.Stream
	var err error
	if limits == nil {
		stream, err = j.js.Stream(ctx, streamEvents)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			return nil, nil
		}
	} else {
		stream, err = j.stream(ctx, j.eventStream(*limits))
	}
	if err != nil {
		return nil, fmt.Errorf("opening the event stream: %w", mapErr(err))
	}
	return &Events{j: j, stream: stream}, nil
}

func (j *Journal) eventStream(l EventLimits) jetstream.StreamConfig {
	if l.Bytes == 0 {
		l.Bytes = 1 << 30
	}
	return jetstream.StreamConfig{
		Name:        streamEvents,
		Subjects:    []string{subjectEvents},
		Description: "what visitors asked, masked, for a limited time",
		Storage:     jetstream.FileStorage,
		Discard:     jetstream.DiscardOld,
		Replicas:    j.replicas,
		MaxAge:      l.Age,
		MaxBytes:    l.Bytes,
		MaxMsgSize:  maxEvents + 32<<10,
	}
}

// Append writes one batch and returns its sequence. id names the batch: one
// that is sent again because its answer was lost is not kept twice.
func (e *Events) Append(ctx context.Context, id string, batch []byte) (uint64, error) {
	if len(batch) > maxEvents {
		return 0, fmt.Errorf("a batch of events of %d bytes is larger than the journal's limit of %d", len(batch), maxEvents)
	}
	if err := e.j.room(len(batch)); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.j.timeout)
	defer cancel()
	ack, err := e.j.js.Publish(ctx, subjectEvents, batch, jetstream.WithMsgID(id))
	if err != nil {
		return 0, fmt.Errorf("writing events to the journal: %w", mapErr(err))
	}
	return ack.Sequence, nil
}

// Last returns the sequence of the newest batch there ever was, 0 when there
// was none, and how many batches are kept.
func (e *Events) Last(ctx context.Context) (seq, kept uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, e.j.timeout)
	defer cancel()
	info, err := e.stream.Info(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("asking the journal for its newest event: %w", mapErr(err))
	}
	return info.State.LastSeq, info.State.Msgs, nil
}

// Follow calls fn with every batch after the sequence `after`, in order, and
// goes on with new ones until ctx ends or fn fails. The error is nil when ctx
// ended, and ErrUnavailable when the reader was lost with a member.
func (e *Events) Follow(ctx context.Context, after uint64, fn func(seq uint64, batch []byte) error) error {
	return e.j.follow(ctx, e.stream, "events", after, func(m message) error { return fn(m.seq, m.Data()) })
}

// Erase overwrites the batches that came before a time, and returns how many
// they were. The stream's own age limit would only drop them: their bytes stay
// in a file until all of it is too old.
func (e *Events) Erase(ctx context.Context, before time.Time) (int, error) {
	return e.erase(ctx, func(m *jetstream.RawStreamMsg) bool { return m.Time.Before(before) })
}

// EraseUpTo overwrites the batches before the sequence seq.
func (e *Events) EraseUpTo(ctx context.Context, seq uint64) (int, error) {
	return e.erase(ctx, func(m *jetstream.RawStreamMsg) bool { return m.Sequence < seq })
}

func (e *Events) erase(ctx context.Context, old func(*jetstream.RawStreamMsg) bool) (n int, err error) {
	info, err := e.stream.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("erasing events: %w", mapErr(err))
	}
	for seq := max(info.State.FirstSeq, 1); seq <= info.State.LastSeq; seq++ { // an empty stream begins at 0
		m, err := e.stream.GetMsg(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue // another node was faster
		}
		if err == nil && !old(m) {
			return n, nil
		}
		if err == nil {
			err = e.stream.SecureDeleteMsg(ctx, seq)
		}
		if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return n, fmt.Errorf("erasing event batch %d: %w", seq, mapErr(err))
		}
		n++
	}
	return n, nil
}
