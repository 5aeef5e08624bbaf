package insights

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"sync/atomic"
	"time"
)

// Sink writes a batch of events durably: (*journal.Events).Append. The id
// stays the same when a batch is tried again.
type Sink func(ctx context.Context, id string, batch []byte) error

// Bounds of the way from a reply to the journal.
const (
	bufferSize = 4096                   // events waiting; more are dropped
	batchSize  = 256                    // events in one write
	batchPause = 500 * time.Millisecond // how long the first event of a batch waits for others
	retryPause = time.Second
)

// Recorder takes events from the doors and writes them in batches. Record
// never waits: when the journal is slow or away, events are dropped and
// counted. A nil *Recorder keeps nothing.
type Recorder struct {
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Failed is told why a batch could not be written, at the first of
	// several tries; nil: nobody.
	Failed func(error)

	sink    Sink
	events  chan Event
	askers  askers
	dropped atomic.Uint64
	kept    atomic.Uint64
}

// NewRecorder makes a recorder; Run does its work.
func NewRecorder(sink Sink) *Recorder {
	return &Recorder{sink: sink, events: make(chan Event, bufferSize)}
}

// Record takes an event, or drops it when too many wait.
func (r *Recorder) Record(e Event) {
	if r == nil {
		return
	}
	if e.At.IsZero() {
		e.At = r.now()
	}
	select {
	case r.events <- e:
	default:
		r.dropped.Add(1)
	}
}

// Counts are how many events were written and how many dropped since the
// start.
func (r *Recorder) Counts() (kept, dropped uint64) {
	if r == nil {
		return 0, 0
	}
	return r.kept.Load(), r.dropped.Load()
}

// Run writes events until ctx ends, and then once more what still waits.
func (r *Recorder) Run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case e := <-r.events:
			list := r.collect(ctx, e)
			still, end := lingering(ctx)
			r.write(still, list)
			end()
		}
	}
	for len(r.events) > 0 {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		ended, now := context.WithCancel(last)
		now() // what is here goes in one batch, nothing is waited for
		r.write(last, r.collect(ended, <-r.events))
		cancel()
	}
}

// lingering is a context that ends a moment after ctx: what has been collected
// when the service stops is written.
func lingering(ctx context.Context) (context.Context, context.CancelFunc) {
	still, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(2*time.Second, cancel) })
	return still, func() { stop(); cancel() }
}

// collect makes a batch of the first event and of those that come soon after.
func (r *Recorder) collect(ctx context.Context, first Event) []Event {
	list := []Event{r.prepare(first)}
	timer := time.NewTimer(batchPause)
	defer timer.Stop()
	for len(list) < batchSize {
		select {
		case e := <-r.events:
			list = append(list, r.prepare(e))
			continue
		default:
		}
		select {
		case e := <-r.events:
			list = append(list, r.prepare(e))
		case <-timer.C:
			return list
		case <-ctx.Done():
			return list
		}
	}
	return list
}

func (r *Recorder) prepare(e Event) Event {
	fresh := e.Kind == Turn && r.askers.first(e.Visitor, e.Text, r.now())
	e = e.clean()
	e.NewVisitor = fresh && e.Text != ""
	return e
}

// write tries until the batch is written or ctx ends. Meanwhile the buffer
// fills, and what it cannot hold is dropped.
func (r *Recorder) write(ctx context.Context, list []Event) {
	data, err := json.Marshal(batch{Schema: schemaVersion, Events: list})
	id := rand.Text()
	for try := 0; err == nil; try++ {
		if err = r.sink(ctx, id, data); err == nil {
			r.kept.Add(uint64(len(list)))
			return
		}
		if try == 0 && r.Failed != nil {
			r.Failed(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryPause):
			err = nil
		}
	}
	r.dropped.Add(uint64(len(list)))
}

func (r *Recorder) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}
