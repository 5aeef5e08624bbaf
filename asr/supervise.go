package asr

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// supervise keeps one worker running until ctx ends. It stays on one thread
// of the operating system, because Linux ties the parent-death signal to the
// thread that started the child.
func (s *slot) supervise(ctx context.Context) {
	defer s.group.wait.Done()
	defer s.group.update(func() { s.group.running-- })
	runtime.LockOSThread()
	backoff := minBackoff
	for ctx.Err() == nil {
		worked, err := s.runOne(ctx)
		if ctx.Err() != nil {
			return
		}
		s.group.config.Logf("speech worker of model %s is replaced: %v", s.group.model.Name, err)
		if worked {
			backoff = minBackoff
		}
		select {
		case <-time.After(backoff):
		case <-ctx.Done():
		}
		backoff = min(backoff*2, maxBackoff)
	}
}

// runOne starts a worker, offers it to streams, and returns why it ended and
// whether it ever worked.
func (s *slot) runOne(ctx context.Context) (worked bool, err error) {
	config := s.group.config
	starting, cancel := context.WithTimeout(ctx, config.StartTimeout)
	defer cancel()
	p, err := startProcess(starting, config.Command(s.group.model.Dir))
	if err != nil {
		s.group.update(func() { s.failure, s.unable, s.restarts = err, err, s.restarts+1 })
		return false, err
	}
	base := residentBytes(p.cmd.Process.Pid)
	s.group.update(func() { s.current, s.unable = p, nil })
	err = s.watch(ctx, p, base)
	s.group.update(func() { s.current, s.failure, s.restarts = nil, err, s.restarts+1 })
	if ctx.Err() != nil {
		s.drain(p)
	}
	p.stop(stopGrace)
	return true, err
}

// watch returns when the worker has ended, when it holds too much memory, or
// when ctx ends.
func (s *slot) watch(ctx context.Context, p *process, base int64) error {
	check := time.NewTicker(checkEvery)
	defer check.Stop()
	limit := base + s.group.config.MaxGrowth
	for {
		select {
		case <-p.gone:
			return p.cause
		case <-ctx.Done():
			return ctx.Err()
		case <-check.C:
			if now := residentBytes(p.cmd.Process.Pid); now > limit {
				p.fail(fmt.Errorf("it grew from %d to %d MiB", base>>20, now>>20))
			}
		}
	}
}

// drain lets a retired model's streams end. Those of a pool that is closed
// have had their time.
func (s *slot) drain(p *process) {
	check := time.NewTicker(50 * time.Millisecond)
	defer check.Stop()
	for {
		if s.group.mayEndNow() || p.snapshot().streams == 0 {
			return
		}
		select {
		case <-check.C:
		case <-p.gone:
			return
		}
	}
}
