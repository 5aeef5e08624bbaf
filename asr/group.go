package asr

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// group is the workers of one model.
type group struct {
	config *Config
	model  Model
	slots  []*slot
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when a worker comes or fails
	retired bool          // another group has the model's name now
	running int           // slots that are supervised
	stopped bool
}

// slot is the place of one worker: whoever dies there is replaced.
type slot struct {
	group *group

	// The group's mu guards what follows.
	current *process // nil while there is none

	restarts uint64
	failure  error // why the last one was lost
	unable   error // why the last one could not even start
}

// errStopped means that the group's workers were stopped on purpose.
var errStopped = fmt.Errorf("%w: the workers are stopped", ErrClosed)

func newGroup(config *Config, m Model) *group {
	g := &group{config: config, model: m, changed: make(chan struct{})}
	for range config.Workers {
		g.slots = append(g.slots, &slot{group: g})
	}
	return g
}

func (g *group) start(ctx context.Context) {
	ctx, g.cancel = context.WithCancel(ctx)
	g.running = len(g.slots)
	for _, s := range g.slots {
		g.wait.Add(1)
		go s.supervise(ctx)
	}
}

// stop ends the workers and waits for them.
func (g *group) stop() {
	g.update(func() { g.stopped = true })
	g.cancel()
	g.wait.Wait()
}

// retire stops each worker as soon as it has no stream.
func (g *group) retire() {
	g.update(func() { g.retired = true })
	g.cancel()
}

// over says whether every worker of a retired group has gone.
func (g *group) over() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.retired && g.running == 0
}

// update changes a slot and wakes those who wait for a worker.
func (g *group) update(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
	close(g.changed)
	g.changed = make(chan struct{})
}

// place puts a stream on the worker with the most room. With admit, a load
// that leaves no room for another stream in real time is ErrBusy. Without a
// worker it waits for one until ctx ends.
func (g *group) place(ctx context.Context, rate int, admit bool) (*process, uint32, error) {
	for {
		g.mu.Lock()
		best, load := g.leastLoaded()
		changed, over := g.changed, g.retired || g.stopped
		var err error
		var id uint32
		if best != nil && admit {
			err = g.admits(load)
		}
		if best != nil && err == nil {
			id = best.register(rate)
		}
		g.mu.Unlock()
		switch {
		case best != nil:
			return best, id, err
		case over:
			return nil, 0, errStopped
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, 0, fmt.Errorf("no speech worker of model %s is ready: %w", g.model.Name, ctx.Err())
		}
	}
}

func (g *group) leastLoaded() (*process, snapshot) {
	var best *process
	var least snapshot
	for _, s := range g.slots {
		if s.current == nil || s.current.ended() {
			continue
		}
		if load := s.current.snapshot(); best == nil || load.less(least) {
			best, least = s.current, load
		}
	}
	return best, least
}

// admits refuses by what was measured: the CPU that is used now, or that the
// streams which speak now would take if that is more, with one more stream on
// top, and how long requests wait for it already.
func (g *group) admits(s snapshot) error {
	switch expected := max(float64(s.speaking)*s.rtf, s.use) + s.rtf; {
	case s.streams >= g.config.MaxStreams:
		return fmt.Errorf("%w: %d streams on every worker", ErrBusy, s.streams)
	case expected > g.config.MaxLoad && s.speaking > 0:
		return fmt.Errorf("%w: one more stream would need %.0f %% of a worker's CPU", ErrBusy, expected*100)
	case s.wait > g.config.MaxWait.Seconds():
		return fmt.Errorf("%w: requests wait %.0f ms", ErrBusy, s.wait*1000)
	}
	return nil
}

// mayEndNow says whether the workers need not wait for their streams.
func (g *group) mayEndNow() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stopped || !g.retired
}

func (g *group) ready() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.slots {
		if s.current != nil && !s.current.ended() {
			return true
		}
	}
	return false
}

// waitReady waits for all workers of the group. A worker that could not start
// is an error.
func (g *group) waitReady(ctx context.Context) error {
	for {
		g.mu.Lock()
		changed, missing := g.changed, 0
		var failure error
		for _, s := range g.slots {
			if s.current == nil {
				missing++
				failure = errors.Join(failure, s.unable)
			}
		}
		g.mu.Unlock()
		if missing == 0 {
			return nil
		}
		if failure != nil {
			return failure
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d workers are still loading: %w", missing, len(g.slots), ctx.Err())
		}
	}
}

const (
	// A worker that died is replaced after minBackoff; one that cannot even
	// start is tried again after twice as long each time.
	minBackoff = 20 * time.Millisecond
	maxBackoff = 5 * time.Second
	// checkEvery is how often a worker's memory is looked at.
	checkEvery = 2 * time.Second
	// stopGrace is how long a worker may take to end when its input has.
	stopGrace = 3 * time.Second
)
