package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/tingdong/tingdong/insights"
	"github.com/tingdong/tingdong/journal"
)

// InsightsOptions say what is kept of what visitors ask.
type InsightsOptions struct {
	// Off keeps nothing new. What is there already still expires, and can be
	// looked at.
	Off bool
	// Look is for a command that only looks: nothing is recorded, and nothing
	// expires, since the retention is the service's.
	Look bool
	// Retention is how long events are kept; 0: DefaultRetention.
	Retention time.Duration
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// DefaultRetention is how long events are kept unless an admin says otherwise.
const DefaultRetention = 90 * 24 * time.Hour

// expireEvery is how often old events are deleted: what is too old may stay
// this much longer.
const expireEvery = time.Hour

// Insights is a node's part in the events: it records those of its visitors
// and keeps a view of those of all nodes.
type Insights struct {
	n        *Node
	opt      InsightsOptions
	events   atomic.Pointer[journal.Events] // nil: there are none, or the cluster has not answered yet
	store    *insights.Store                // nil: nothing is kept
	recorder *insights.Recorder             // nil: nothing is recorded
	hot      insights.Hot
	stale    chan struct{}                 // a channel of one: the hot queries may have changed
	caught   atomic.Pointer[chan struct{}] // closed and replaced after every applied batch
}

// Insights is nil unless Options.Insights asked for it.
func (n *Node) Insights() *Insights { return n.insights }

// openInsights opens stream and view and starts to follow. ctx bounds the
// opening, run the rest.
func (n *Node) openInsights(ctx, run context.Context) error {
	if n.opt.Insights == nil {
		return nil
	}
	i := &Insights{n: n, opt: *n.opt.Insights, stale: make(chan struct{}, 1)}
	i.notify()
	if i.opt.Retention == 0 {
		i.opt.Retention = DefaultRetention
	}
	if i.opt.Now == nil {
		i.opt.Now = time.Now
	}
	n.insights = i
	i.opt.Off = i.opt.Off || i.opt.Look
	if n.local.Load() != nil {
		return i.openLater(ctx, run)
	}
	if err := i.openStream(ctx); err != nil {
		return err
	}
	dir := i.dir()
	if i.events.Load() == nil {
		return os.RemoveAll(dir)
	}
	if err := i.openStore(ctx, run); err != nil {
		return err
	}
	return i.begin(ctx, run)
}

func (i *Insights) dir() string { return filepath.Join(i.n.opt.Data, "insights") }

// openStream opens the stream of events; there may be none.
func (i *Insights) openStream(ctx context.Context) error {
	var limits *journal.EventLimits
	if !i.opt.Off {
		limits = &journal.EventLimits{Age: i.opt.Retention}
	}
	return i.n.patiently(ctx, func(ctx context.Context) error {
		events, err := i.n.journal.OpenEvents(ctx, limits)
		if err == nil {
			i.events.Store(events)
		}
		return err
	})
}

// openStore opens the view, and begins to record.
func (i *Insights) openStore(ctx, run context.Context) (err error) {
	if i.store, err = insights.Open(ctx, i.dir()); err != nil || i.opt.Off {
		return err
	}
	i.recorder = insights.NewRecorder(i.write)
	i.recorder.Failed = func(err error) {
		i.n.log.Warn("events wait for the journal; visitors are not affected", "error", err)
	}
	i.n.done.Go(func() { i.recorder.Run(run) })
	return nil
}

// begin follows the stream.
func (i *Insights) begin(ctx, run context.Context) error {
	if err := i.n.patiently(ctx, i.checkPosition); err != nil {
		return err
	}
	i.n.done.Go(func() { i.follow(run) })
	i.n.done.Go(func() { i.keep(run) })
	return nil
}

// openLater opens the view of a member that has started without its cluster:
// events wait in the recorder until the cluster is there.
func (i *Insights) openLater(ctx, run context.Context) error {
	if err := i.openStore(ctx, run); err != nil {
		return err
	}
	i.n.done.Go(func() {
		select {
		case <-run.Done():
			return
		case <-i.n.following:
		}
		for run.Err() == nil {
			err := i.openStream(run)
			if err == nil && i.events.Load() != nil {
				err = i.begin(run, run)
			}
			if err == nil {
				return
			}
			i.n.log.Error("the insights do not follow the journal", "error", err)
			sleep(run, retryPause)
		}
	})
	return nil
}

// checkPosition empties a view that is ahead of the stream: it belongs to
// another journal, or the stream was lost.
func (i *Insights) checkPosition(ctx context.Context) error {
	at, err := i.store.Position(ctx)
	if err != nil {
		return err
	}
	last, _, err := i.events.Load().Last(ctx)
	if err != nil || at <= last {
		return err
	}
	i.n.log.Warn("rebuilding the insights from the journal", "reason", "the view is ahead of it")
	return i.store.Clear(ctx)
}

func (i *Insights) write(ctx context.Context, id string, batch []byte) error {
	events := i.events.Load()
	if events == nil {
		return journal.ErrUnavailable
	}
	_, err := events.Append(ctx, id, batch)
	return err
}

func (i *Insights) follow(ctx context.Context) {
	failing := complaint{log: i.n.log}
	for ctx.Err() == nil {
		at, err := i.store.Position(ctx)
		if err == nil {
			err = i.events.Load().Follow(ctx, at, func(seq uint64, batch []byte) error { return i.apply(ctx, seq, batch) })
		}
		if err != nil && ctx.Err() == nil {
			failing.about("the insights do not follow the journal", err)
			sleep(ctx, retryPause)
		}
	}
}

func (i *Insights) apply(ctx context.Context, seq uint64, batch []byte) error {
	err := i.store.Apply(ctx, seq, batch)
	if errors.Is(err, insights.ErrUnreadable) {
		i.n.log.Error("insights", "batch", seq, "error", err)
		err = nil
	}
	if err == nil {
		i.notify()
		select {
		case i.stale <- struct{}{}:
		default: // a refresh is due anyway
		}
	}
	return err
}

// keep deletes what is too old and refreshes the hot queries: soon after a
// change, and with every expiry, since queries cool down, too.
func (i *Insights) keep(ctx context.Context) {
	expire := time.NewTicker(expireEvery)
	defer expire.Stop()
	err := i.expire(ctx)
	for {
		err = errors.Join(err, i.hot.Refresh(ctx, i.store, i.opt.Now()))
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			i.n.log.Error("keeping the insights", "error", err)
		}
		err = nil
		select {
		case <-ctx.Done():
			return
		case <-expire.C:
			err = i.expire(ctx)
		case <-i.stale:
			sleep(ctx, hotPause)
		}
	}
}

// hotPause bounds how often the hot queries are read anew.
const hotPause = time.Second

// expire deletes what is older than the retention, from view and stream.
func (i *Insights) expire(ctx context.Context) error {
	if i.opt.Look {
		return nil
	}
	before := i.opt.Now().Add(-i.opt.Retention)
	_, err := i.store.Expire(ctx, before)
	_, err2 := i.events.Load().Erase(ctx, before)
	return errors.Join(err, err2)
}

// Record takes an event without ever waiting.
func (i *Insights) Record(e insights.Event) {
	if e.At.IsZero() {
		e.At = i.opt.Now()
	}
	i.recorder.Record(e)
}

// Counts are how many events were kept and dropped since the start.
func (i *Insights) Counts() (kept, dropped uint64) { return i.recorder.Counts() }

// Hot returns up to n queries that many visitors ask.
func (i *Insights) Hot(lang string, n int) []string { return i.hot.Top(lang, n) }

// Report answers from the view.
func (i *Insights) Report(ctx context.Context, f insights.Filter) (*insights.Report, error) {
	r, err := insights.NewReport(f), error(nil)
	if i.store != nil {
		r, err = i.store.Report(ctx, f)
	}
	if err != nil {
		return nil, err
	}
	r.Recording, r.RetentionDays = !i.opt.Off, int(i.opt.Retention/(24*time.Hour))
	_, r.Dropped = i.Counts()
	return r, nil
}

// Rows calls fn with every event, oldest first.
func (i *Insights) Rows(ctx context.Context, f insights.Filter, fn func(insights.Row) error) error {
	if i.store == nil {
		return nil
	}
	return i.store.Rows(ctx, f, fn)
}

// Forget deletes all events on all nodes: a mark in the stream makes every
// view drop what came before it, and that is erased from the stream.
func (i *Insights) Forget(ctx context.Context) error {
	events := i.events.Load()
	if events == nil {
		return i.missing()
	}
	seq, err := events.Append(ctx, fmt.Sprint("forget ", time.Now().UnixNano()), insights.Forget())
	if err != nil {
		return err
	}
	if _, err := events.EraseUpTo(ctx, seq); err != nil {
		return err
	}
	return i.await(ctx, seq)
}

// missing says whether there should be a stream.
func (i *Insights) missing() error {
	if i.n.local.Load() != nil {
		return journal.ErrUnavailable
	}
	return nil
}

// CaughtUp waits until the view holds what the stream holds now.
func (i *Insights) CaughtUp(ctx context.Context) error {
	events := i.events.Load()
	if events == nil {
		return i.missing()
	}
	last, kept, err := events.Last(ctx)
	if err != nil || kept == 0 { // all has expired: the last batch does not come
		return err
	}
	return i.await(ctx, last)
}

func (i *Insights) await(ctx context.Context, seq uint64) error {
	for {
		change := *i.caught.Load()
		at, err := i.store.Position(ctx)
		if err != nil || at >= seq {
			return err
		}
		select {
		case <-change:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the insights: %w", ctx.Err())
		}
	}
}

func (i *Insights) notify() {
	fresh := make(chan struct{})
	if old := i.caught.Swap(&fresh); old != nil {
		close(*old)
	}
}

func (i *Insights) close() error {
	if i == nil || i.store == nil {
		return nil
	}
	return i.store.Close()
}
