package asr

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// errLost means that the worker process has gone, with the request under way.
var errLost = errors.New("speech worker lost")

// process is one running worker and the pool's end of its pipe.
type process struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stderr *tail
	// gone is closed when the process has ended and cause is set.
	gone   chan struct{}
	exited chan struct{} // closed when the operating system says so
	wait   sync.WaitGroup

	writeMu sync.Mutex

	mu      sync.Mutex
	cause   error
	pending map[request]chan answer // a nil channel: nobody waits any more
	streams map[uint32]*attachment
	lastID  uint32
	load    load
}

// request names one request of one stream.
type request struct{ stream, seq uint32 }

// startProcess starts cmd and waits until it is ready. It must run on the
// operating system's thread that lives as long as the process: Linux sends
// the parent-death signal when that thread ends.
func startProcess(ctx context.Context, cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, stderr: &tail{}, gone: make(chan struct{}), exited: make(chan struct{}),
		pending: map[request]chan answer{}, streams: map[uint32]*attachment{}}
	cmd.Stderr = p.stderr
	cmd.Env = append(cmd.Environ(),
		// One worker uses one core: libvosk's matrix library must not start
		// threads of its own, and one heap arena keeps its memory small.
		"OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "MALLOC_ARENA_MAX=2")
	cmd.WaitDelay = time.Second
	dieWithParent(cmd)
	stdin, toChild, err := pipeTo(cmd)
	if err != nil {
		return nil, err
	}
	stdout, fromChild, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close(), toChild.Close())
	}
	cmd.Stdout, p.stdin = fromChild, stdin
	err = cmd.Start()
	toChild.Close()
	fromChild.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start speech worker: %w", err), stdin.Close(), stdout.Close())
	}
	ready := make(chan readyNote, 1)
	p.wait.Add(2)
	go p.read(stdout, ready)
	go p.reap()
	select {
	case note := <-ready:
		p.mu.Lock()
		p.load.seed(note.RTF)
		p.mu.Unlock()
		return p, nil
	case <-p.gone:
	case <-ctx.Done():
		p.fail(fmt.Errorf("the worker was not ready in time: %w", ctx.Err()))
	}
	p.wait.Wait()
	return nil, p.cause
}

func pipeTo(cmd *exec.Cmd) (ours, childs *os.File, err error) {
	childs, ours, err = os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("start speech worker: %w", err)
	}
	cmd.Stdin = childs
	return ours, childs, nil
}

// read hands answers to those who wait for them, until the worker ends or
// sends garbage.
func (p *process) read(stdout *os.File, ready chan<- readyNote) {
	defer p.wait.Done()
	defer stdout.Close()
	in := bufio.NewReaderSize(stdout, 64<<10)
	for {
		f, err := readFrame(in)
		if err == nil {
			err = p.dispatch(f, ready)
		} else if errors.Is(err, io.EOF) {
			p.awaitExit()
			return
		}
		if err != nil {
			p.fail(fmt.Errorf("the worker's answer makes no sense: %w", err))
			return
		}
	}
}

// awaitExit lets reap say why the process ended. One that only closed its
// output is killed.
func (p *process) awaitExit() {
	timer := time.AfterFunc(time.Second, func() { p.fail(errors.New("it closed its output")) })
	defer timer.Stop()
	<-p.exited
}

func (p *process) dispatch(f frame, ready chan<- readyNote) error {
	if f.kind == kindReady {
		var note readyNote
		if err := json.Unmarshal(f.payload, &note); err != nil {
			return err
		}
		select {
		case ready <- note:
			return nil
		default:
			return errors.New("ready twice")
		}
	}
	var a answer
	if f.kind != kindAnswer {
		return fmt.Errorf("a frame of kind %q", f.kind)
	}
	if err := json.Unmarshal(f.payload, &a); err != nil {
		return err
	}
	if f.stream == 0 {
		return errors.New(a.Message)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting, known := p.pending[request{f.stream, f.seq}]
	if !known {
		return fmt.Errorf("an answer to nothing: stream %d, request %d", f.stream, f.seq)
	}
	delete(p.pending, request{f.stream, f.seq})
	if waiting != nil {
		waiting <- a
	}
	return nil
}

// reap waits for the process to end and tells everyone.
func (p *process) reap() {
	defer p.wait.Done()
	err := p.cmd.Wait()
	close(p.exited)
	if err == nil {
		err = errors.New("it ended")
	}
	if last := p.stderr.lastLine(); last != "" {
		err = fmt.Errorf("%w: %s", err, last)
	}
	p.fail(err)
	p.stdin.Close()
}

// fail kills the process and ends every request under way. The first cause
// counts.
func (p *process) fail(cause error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cause != nil {
		return
	}
	p.cause = fmt.Errorf("%w: %w", errLost, cause)
	close(p.gone)
	// An error means that it has ended already.
	_ = p.cmd.Process.Kill()
}

// ended says whether the process is of no use any more.
func (p *process) ended() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// do sends one request and waits for its answer. A worker that does not
// answer within limit hangs, and is killed. When ctx ends first the answer is
// thrown away; the stream must then be opened anew.
func (p *process) do(ctx context.Context, f frame, limit time.Duration) (answer, error) {
	if len(f.payload) > maxFrame-headerSize {
		return answer{}, fmt.Errorf("%w: %d bytes are too many for one request: %d is the limit", ErrOptions, len(f.payload), maxFrame)
	}
	key := request{f.stream, f.seq}
	waiting := make(chan answer, 1)
	p.mu.Lock()
	if p.cause != nil {
		defer p.mu.Unlock()
		return answer{}, p.cause
	}
	p.pending[key] = waiting
	p.mu.Unlock()
	start := time.Now()
	// The timer also frees a writer whom a full pipe blocks.
	timer := time.AfterFunc(limit, func() { p.fail(fmt.Errorf("no answer for %v: it hangs", limit)) })
	defer timer.Stop()
	if err := p.write(f); err != nil {
		p.fail(err)
	}
	select {
	case a := <-waiting:
		p.measure(f, a, time.Since(start))
		return a, a.err()
	case <-p.gone:
		return answer{}, p.cause
	case <-ctx.Done():
		p.mu.Lock()
		defer p.mu.Unlock()
		if _, open := p.pending[key]; open {
			p.pending[key] = nil
		}
		return answer{}, ctx.Err()
	}
}

func (p *process) write(f frame) error {
	p.writeMu.Lock()
	defer p.writeMu.Unlock()
	return writeFrame(p.stdin, f)
}

// stop ends the process: its input ends, and if that is not enough within
// grace it is killed. It returns when the process and its goroutines are gone.
func (p *process) stop(grace time.Duration) {
	p.writeMu.Lock()
	p.stdin.Close()
	p.writeMu.Unlock()
	timer := time.AfterFunc(grace, func() { p.fail(errors.New("it did not stop")) })
	defer timer.Stop()
	p.wait.Wait()
}
