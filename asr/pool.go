package asr

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config says how a Pool works. The zero value of each field but Models means
// the default that is named.
type Config struct {
	// Models are loaded side by side. The first one is the default.
	Models []Model
	// Workers is the number of processes for each model; one per CPU.
	Workers int
	// Command makes the command that starts a worker for the model in dir:
	// by default this program's own hidden subcommand,
	// "worker --model DIR".
	Command func(dir string) *exec.Cmd
	// MaxStreams is the most streams a worker holds; 128.
	MaxStreams int
	// MaxLoad is the share of a worker's CPU that admitted streams may be
	// expected to take; 0.85.
	MaxLoad float64
	// MaxWait is the longest present wait for the CPU at which a further
	// stream is still admitted; 500 ms.
	MaxWait time.Duration
	// StartTimeout is how long loading a model may take; 2 minutes.
	StartTimeout time.Duration
	// RequestTimeout is how long an answer may take before the worker is
	// taken for hung and replaced; 15 s.
	RequestTimeout time.Duration
	// MaxGrowth is by how many bytes a worker's memory may exceed what it was
	// when the worker was ready, before it is replaced; 1 GiB.
	MaxGrowth int64
	// Logf, when set, is told of lost and replaced workers; never of what a
	// visitor said.
	Logf func(format string, args ...any)
}

// Model is one model for the pool.
type Model struct {
	// Name is what Options.Model says.
	Name string
	// Dir is the model's directory.
	Dir string
	// Language is a BCP 47 tag, for ForLanguage.
	Language string
}

// Pool runs recognizers in supervised worker processes. A worker that dies,
// hangs or grows is replaced, and its streams go on in another one; their
// callers notice nothing but a delay. It is safe for concurrent use.
type Pool struct {
	config Config
	// ctx ends when the pool is closed; it owns everything that runs.
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	groups  map[string]*group
	names   []string // in the order of loading; the first is the default
	retired []*group // replaced, with streams that may still run
	streams int
	closing bool
	drained chan struct{} // closed when closing and no stream is left
	refused uint64
}

var _ Opener = (*Pool)(nil)

// NewPool starts workers and returns at once; Wait waits until their models
// are loaded.
func NewPool(config Config) (*Pool, error) {
	if len(config.Models) == 0 {
		return nil, errors.New("speech pool: no model is configured")
	}
	if err := config.setDefaults(); err != nil {
		return nil, err
	}
	p := &Pool{config: config, groups: map[string]*group{}, drained: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	for _, m := range config.Models {
		if p.groups[m.Name] != nil {
			p.cancel()
			return nil, fmt.Errorf("speech pool: two models are named %q", m.Name)
		}
		p.groups[m.Name] = newGroup(&p.config, m)
		p.names = append(p.names, m.Name)
	}
	for _, g := range p.groups {
		g.start(p.ctx)
	}
	return p, nil
}

func (c *Config) setDefaults() error {
	c.Workers = orDefault(c.Workers, runtime.NumCPU())
	c.MaxStreams = orDefault(c.MaxStreams, 128)
	c.MaxLoad = orDefault(c.MaxLoad, 0.85)
	c.MaxWait = orDefault(c.MaxWait, 500*time.Millisecond)
	c.StartTimeout = orDefault(c.StartTimeout, 2*time.Minute)
	c.RequestTimeout = orDefault(c.RequestTimeout, 15*time.Second)
	c.MaxGrowth = orDefault(c.MaxGrowth, 1<<30)
	if c.Logf == nil {
		c.Logf = func(string, ...any) {}
	}
	if c.Command != nil {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("speech pool: cannot find this program to start workers: %w", err)
	}
	c.Command = func(dir string) *exec.Cmd { return exec.Command(self, "worker", "--model", dir) }
	return nil
}

func orDefault[T int | int64 | float64 | time.Duration](value, fallback T) T {
	if value > 0 {
		return value
	}
	return fallback
}

// Open starts a stream on the least loaded worker of o.Model. It fails with
// ErrBusy at once when the load is too high, with ErrOptions when o makes no
// sense, and waits while a model is still loading.
func (p *Pool) Open(ctx context.Context, o Options) (Recognizer, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if _, err := p.group(o.Model); err != nil {
		return nil, err
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	s := newStream(p, o)
	if err := s.start(ctx); err != nil {
		p.leave(errors.Is(err, ErrBusy))
		return nil, fmt.Errorf("open recogniser: %w", err)
	}
	return s, nil
}

func (p *Pool) enter() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing {
		return fmt.Errorf("open recogniser: %w: the service is stopping", ErrClosed)
	}
	p.streams++
	return nil
}

func (p *Pool) leave(refused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams--
	if refused {
		p.refused++
	}
	if p.closing && p.streams == 0 {
		close(p.drained)
	}
}

func (p *Pool) group(name string) (*group, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if name == "" {
		name = p.names[0]
	}
	if g := p.groups[name]; g != nil {
		return g, nil
	}
	return nil, fmt.Errorf("%w: model %q is not loaded; loaded are: %s", ErrOptions, name, strings.Join(p.names, ", "))
}

// ForLanguage is the name of the first model for a language tag: of the same
// tag, else of the same language ("en" and "en-GB" find "en-US").
func (p *Pool) ForLanguage(tag string) (name string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	base := func(tag string) string {
		b, _, _ := strings.Cut(strings.ToLower(tag), "-")
		return b
	}
	for _, fits := range []func(string) bool{
		func(t string) bool { return strings.EqualFold(t, tag) },
		func(t string) bool { return t != "" && base(t) == base(tag) },
	} {
		for _, name := range p.names {
			if fits(p.groups[name].model.Language) {
				return name, true
			}
		}
	}
	return "", false
}

// Load adds a model, or replaces the one of the same name, while the pool
// runs. It returns when the new workers are ready; streams that are open stay
// with the old ones until they close.
func (p *Pool) Load(ctx context.Context, m Model) error {
	g := newGroup(&p.config, m)
	g.start(p.ctx)
	if err := g.waitReady(ctx); err != nil {
		g.stop()
		return fmt.Errorf("load model %s: %w", m.Name, err)
	}
	p.mu.Lock()
	if p.closing {
		p.mu.Unlock()
		g.stop()
		return fmt.Errorf("load model %s: %w", m.Name, ErrClosed)
	}
	old := p.groups[m.Name]
	p.groups[m.Name] = g
	if !slices.Contains(p.names, m.Name) {
		p.names = append(p.names, m.Name)
	}
	if old != nil {
		p.retired = append(p.retired, old)
	}
	p.mu.Unlock()
	if old != nil {
		old.retire()
	}
	return nil
}

// Ready says whether every model has a worker that can take streams.
func (p *Pool) Ready() bool {
	for _, g := range p.all() {
		if !g.ready() {
			return false
		}
	}
	return true
}

// Wait returns when every worker of every model is ready, or with the reason
// why a model cannot be loaded.
func (p *Pool) Wait(ctx context.Context) error {
	for _, g := range p.all() {
		if err := g.waitReady(ctx); err != nil {
			return fmt.Errorf("model %s: %w", g.model.Name, err)
		}
	}
	return nil
}

func (p *Pool) all() []*group {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*group
	for _, name := range p.names {
		all = append(all, p.groups[name])
	}
	return all
}

// Close refuses new streams, waits until the open ones are closed or ctx
// ends, and stops the workers. It returns when every process and goroutine of
// the pool has ended; the error is ctx's if streams were cut off.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	if !p.closing && p.streams == 0 {
		close(p.drained)
	}
	p.closing = true
	groups := slices.Clone(p.retired)
	p.mu.Unlock()
	var err error
	select {
	case <-p.drained:
	case <-ctx.Done():
		err = fmt.Errorf("speech pool: streams were still open: %w", ctx.Err())
	}
	for _, g := range append(groups, p.all()...) {
		g.stop()
	}
	p.cancel()
	return err
}
