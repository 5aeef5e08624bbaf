package asr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// attachment is what a worker's process knows of a stream: its sample rate,
// and when audio last came.
type attachment struct {
	rate  int
	heard time.Time
}

func (p *process) register(rate int) uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastID++
	p.streams[p.lastID] = &attachment{rate: rate, heard: time.Now()}
	return p.lastID
}

// release ends a stream. A worker that does not even take that hangs.
func (p *process) release(id uint32, limit time.Duration) {
	p.mu.Lock()
	delete(p.streams, id)
	gone := p.cause != nil
	p.mu.Unlock()
	if gone {
		return
	}
	timer := time.AfterFunc(limit, func() { p.fail(fmt.Errorf("takes no input for %v: it hangs", limit)) })
	defer timer.Stop()
	if err := p.write(frame{kind: kindClose, stream: id}); err != nil {
		p.fail(err)
	}
}

// attach opens the stream in a worker; nothing is fed to it yet. A model that
// is replaced at this moment is looked up once more.
func (s *stream) attach(ctx context.Context, admit bool) error {
	g, err := s.pool.group(s.options.Model)
	if err != nil {
		return err
	}
	p, id, err := g.place(ctx, s.options.SampleRate, admit)
	if errors.Is(err, errStopped) {
		if now, _ := s.pool.group(s.options.Model); now != g && now != nil {
			p, id, err = now.place(ctx, s.options.SampleRate, admit)
		}
	}
	if err != nil {
		return err
	}
	s.process, s.id, s.seq, s.fed, s.origin = p, id, 0, 0, s.heard-s.audio.size
	a, err := s.open(ctx, nil)
	if errors.Is(err, errPhrasesForgotten) {
		a, err = s.open(ctx, s.options.Phrases)
	}
	if err != nil {
		s.detach()
		return err
	}
	s.unknown = a.Unknown
	return nil
}

func (s *stream) open(ctx context.Context, phrases []string) (answer, error) {
	raw, err := json.Marshal(openRequest{SampleRate: s.options.SampleRate, Alternatives: s.options.Alternatives,
		Words: s.options.Words, PhrasesKey: s.key, Phrases: phrases})
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return s.do(ctx, kindOpen, raw)
}

func (s *stream) detach() {
	if s.process != nil {
		s.process.release(s.id, s.pool.config.RequestTimeout)
		s.process = nil
	}
}
