package asr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

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

// Load adds a model while the pool runs, or replaces the one of the same name
// or else of the same language. It returns when the new workers are ready;
// streams that are open stay with the old ones until they close. When it fails
// nothing has changed.
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
	old := p.replace(g)
	p.mu.Unlock()
	if old != nil {
		old.retire()
	}
	return nil
}

// replace puts a group in its place and returns the one that had it. The name
// of a model of the same language that is replaced means the new one from now
// on: open streams may still ask for it when they lose their worker.
func (p *Pool) replace(g *group) (old *group) {
	name := g.model.Name
	at := slices.Index(p.names, name)
	if at < 0 && g.model.Language != "" {
		at = slices.IndexFunc(p.names, func(n string) bool {
			return strings.EqualFold(p.groups[n].model.Language, g.model.Language)
		})
	}
	if at < 0 {
		p.names = append(p.names, name)
	} else {
		old = p.groups[p.names[at]]
		p.names[at] = name
		p.retired = append(slices.DeleteFunc(p.retired, (*group).over), old)
		for n, was := range p.groups {
			if was == old {
				p.groups[n] = g
			}
		}
	}
	p.groups[name] = g
	return old
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
