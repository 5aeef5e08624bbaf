package asr

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// stream is the pool's Recognizer. It keeps the audio since the last
// endpoint; when its worker is lost it opens another stream in another worker
// and feeds that audio again, in the same pieces.
type stream struct {
	pool    *Pool
	options Options
	key     string // of the phrases
	unknown []string
	closed  bool

	audio replay
	fed   int // pieces of audio that the present worker has had
	heard int // bytes of audio since the stream began

	process *process // nil: must be attached first
	id, seq uint32
	origin  int // byte of the stream at which the present worker began
}

var (
	_ Recognizer = (*stream)(nil)
	_ Restricted = (*stream)(nil)
)

const (
	// maxPiece is the longest audio frame, two seconds at 16 kHz.
	maxPiece = 64 << 10
	// maxAttempts is how many workers may be lost over one call. A piece of
	// audio that crashes workers must not take all of them down for ever.
	maxAttempts = 5
)

func newStream(p *Pool, o Options) *stream {
	s := &stream{pool: p, options: o, audio: replay{limit: 60 * 2 * o.SampleRate}}
	if o.Phrases != nil {
		hash := sha256.New()
		for _, phrase := range o.Phrases {
			hash.Write([]byte(phrase))
			hash.Write([]byte{0})
		}
		s.key = hex.EncodeToString(hash.Sum(nil))
	}
	return s
}

// Unknown are the words of the phrases that the model does not know.
func (s *stream) Unknown() []string { return s.unknown }

// start opens the stream for the first time, when it may be refused.
func (s *stream) start(ctx context.Context) error {
	err := s.attach(ctx, !s.options.Admitted)
	if errors.Is(err, errLost) {
		s.detach()
		_, _, err = s.perform(ctx, 0)
	}
	return err
}

// Accept decodes audio of any length. When ctx ends first, the audio stays
// part of the stream; when it cannot be decoded, the utterance is dropped.
func (s *stream) Accept(ctx context.Context, pcm []byte) (Step, error) {
	if s.closed {
		return Step{}, fmt.Errorf("accept audio: %w", ErrClosed)
	}
	s.heard += len(pcm)
	for piece := range slices.Chunk(pcm, maxPiece) {
		s.fed -= s.audio.add(piece)
	}
	step, _, err := s.perform(ctx, 0)
	return step, err
}

// Finish flushes the utterance.
func (s *stream) Finish(ctx context.Context) (Utterance, error) {
	if s.closed {
		return Utterance{}, fmt.Errorf("finish: %w", ErrClosed)
	}
	step, a, err := s.perform(ctx, kindFinish)
	if err != nil {
		return Utterance{}, err
	}
	s.forget()
	last := a.step()
	last.shift(s.offset())
	if last.Utterance != nil {
		step.Add(*last.Utterance)
	}
	return join(step), nil
}

// Reset forgets the utterance.
func (s *stream) Reset(ctx context.Context) error {
	if s.closed {
		return fmt.Errorf("reset: %w", ErrClosed)
	}
	s.forget()
	_, _, err := s.perform(ctx, kindReset)
	return err
}

// Close ends the stream; a second call does nothing.
func (s *stream) Close() error {
	if !s.closed {
		s.closed = true
		s.detach()
		s.forget()
		s.pool.leave(false)
	}
	return nil
}

func (s *stream) forget() { s.audio, s.fed = replay{limit: s.audio.limit}, 0 }

// perform feeds what the worker has not had yet and then makes the request of
// kind, if any, on as many workers as it takes.
func (s *stream) perform(ctx context.Context, kind byte) (Step, answer, error) {
	var step Step
	var lost error
	for range maxAttempts {
		a, err := s.once(ctx, kind, &step)
		switch {
		case err == nil:
			return step, a, nil
		case ctx.Err() != nil:
			s.detach() // its answer may still come
			return step, a, err
		case errors.Is(err, errDecoder):
			// The same audio would fail again: the stream goes on after it.
			s.detach()
			s.forget()
			return step, a, err
		case !errors.Is(err, errLost):
			return step, a, err
		}
		lost = err
		s.detach()
	}
	return step, answer{}, fmt.Errorf("%w %d times over one request, last: %w", ErrWorker, maxAttempts, lost)
}

func (s *stream) once(ctx context.Context, kind byte, step *Step) (answer, error) {
	if s.process == nil {
		waiting, cancel := context.WithTimeout(ctx, s.pool.config.StartTimeout)
		defer cancel()
		if err := s.attach(waiting, false); err != nil {
			return answer{}, err
		}
	}
	if err := s.feed(ctx, step); err != nil || kind == 0 {
		return answer{}, err
	}
	return s.do(ctx, kind, nil)
}

// feed sends the pieces that the worker has not had and collects the answers.
func (s *stream) feed(ctx context.Context, step *Step) error {
	for s.fed < len(s.audio.pieces) {
		a, err := s.do(ctx, kindAudio, s.audio.pieces[s.fed])
		if err != nil {
			return err
		}
		s.fed++
		got := a.step()
		got.shift(s.offset())
		step.Partial = got.Partial
		if got.Utterance == nil {
			continue
		}
		step.Add(*got.Utterance)
		step.More = append(step.More, got.More...)
		s.fed = s.audio.endpoint(s.fed, got.Rest)
		step.Rest = got.Rest
	}
	return nil
}

// offset is what a present worker's times lack, in seconds.
func (s *stream) offset() float64 {
	return float64(s.origin) / float64(2*s.options.SampleRate)
}

func (s *stream) do(ctx context.Context, kind byte, payload []byte) (answer, error) {
	s.seq++
	return s.process.do(ctx, frame{kind, s.id, s.seq, payload}, s.pool.config.RequestTimeout)
}

// join makes one utterance of several. There is more than one only when a
// new worker, hearing the audio again, found an endpoint where the lost one
// had found none.
func join(s Step) Utterance {
	var whole Utterance
	all := s.More
	if s.Utterance != nil {
		all = append([]Utterance{*s.Utterance}, all...)
	}
	for _, u := range all {
		switch {
		case len(u.Alternatives) == 0 || u.Alternatives[0].Text == "":
		case len(whole.Alternatives) == 0:
			whole = u
		default:
			first, next := whole.Alternatives[0], u.Alternatives[0]
			first.Text += " " + next.Text
			first.Words = append(first.Words, next.Words...)
			first.Confidence = min(first.Confidence, next.Confidence)
			whole = Utterance{Alternatives: []Hypothesis{first}}
		}
	}
	return whole
}
