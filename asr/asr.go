// Package asr is the vocabulary of speech recognition and its operation: the
// Recognizer that turns audio into hypotheses, and the pool of supervised
// worker processes that recognizers live in. It is pure Go; the binding to
// libvosk is package asr/vosk.
package asr

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Errors that callers decide by. Others are failures of the recogniser.
var (
	// ErrOptions is wrapped when a stream cannot be opened as asked.
	ErrOptions = errors.New("invalid recogniser options")
	// ErrNoGrammars is wrapped when phrases are asked of a model that cannot
	// be restricted to any.
	ErrNoGrammars = errors.New("the model cannot take phrases")
	// ErrClosed is wrapped when what was closed is used.
	ErrClosed = errors.New("closed")
	// ErrBusy is wrapped when the measured load leaves no room for another
	// stream that speaks in real time. Trying again later may work.
	ErrBusy = errors.New("speech recognition is at its capacity")
	// ErrWorker is wrapped when worker processes failed repeatedly while
	// they handled one stream. The stream is lost; others are not.
	ErrWorker = errors.New("speech workers failed")
)

// Word is one recognised word with its place in the audio, in seconds.
type Word struct {
	Text       string  `json:"word"`
	Start      float64 `json:"start"`
	End        float64 `json:"end"`
	Confidence float64 `json:"conf"`
}

// Hypothesis is one reading of an utterance. Text is as the recogniser gave
// it: words separated by spaces (Spoken joins them for Chinese).
type Hypothesis struct {
	Text string `json:"text"`
	// Confidence is between 0 and 1, comparable within one utterance.
	Confidence float64 `json:"confidence"`
	// Score is the recogniser's own figure (Vosk's unnormalised likelihood
	// of an N-best entry), kept for doors that must pass it on.
	Score float64 `json:"-"`
	Words []Word  `json:"words,omitempty"`
}

// Utterance is what was heard between two endpoints: the N-best list, best
// first. An empty list, or a best reading with an empty text, is silence.
type Utterance struct {
	Alternatives []Hypothesis `json:"alternatives"`
}

// Options say how a Recognizer listens.
type Options struct {
	// Model is a model's name or directory; empty means the pool's default.
	Model string
	// SampleRate in Hz: 8000, 16000, 44100 or 48000.
	SampleRate int
	// Alternatives is the length of the N-best list asked for; 0 means one
	// reading with word confidences.
	Alternatives int
	// Words asks for word timings.
	Words bool
	// Phrases, when not nil, restricts recognition to these phrases. Each is
	// words of the model separated by spaces; an empty list is an error.
	Phrases []string
	// Admitted says that the stream belongs to a turn that has been admitted
	// already, such as its second decoding: load does not refuse it.
	Admitted bool
}

// MaxAlternatives is the longest N-best list that can be asked for.
const MaxAlternatives = 100

// Check reports options that no recogniser can work with.
func (o Options) Check() error {
	switch {
	case !slices.Contains([]int{8000, 16000, 44100, 48000}, o.SampleRate):
		return fmt.Errorf("%w: sample rate %d Hz: use 8000, 16000, 44100 or 48000", ErrOptions, o.SampleRate)
	case o.Alternatives < 0 || o.Alternatives > MaxAlternatives:
		return fmt.Errorf("%w: %d alternatives: use 0 to %d", ErrOptions, o.Alternatives, MaxAlternatives)
	case o.Phrases != nil && len(o.Phrases) == 0:
		return fmt.Errorf("%w: the phrase list is empty: leave it out to listen to everything", ErrOptions)
	}
	return nil
}

// Step is the answer to one piece of audio.
type Step struct {
	// Partial is what is heard so far of the current utterance.
	Partial string
	// Utterance is set when the recogniser found an endpoint in this piece.
	Utterance *Utterance
	// More are further utterances that ended in the same piece, which only a
	// piece of more than a second can hold.
	More []Utterance
	// Rest is how many bytes at the end of the piece belong to the utterance
	// after the last endpoint. It means nothing without an Utterance.
	Rest int
}

// Add appends an utterance that ended in this piece.
func (s *Step) Add(u Utterance) {
	if s.Utterance == nil {
		s.Utterance = &u
		return
	}
	s.More = append(s.More, u)
}

// Recognizer listens to one stream of PCM16LE mono audio. It is used by one
// goroutine at a time. Pieces of any length are accepted, odd ones too.
type Recognizer interface {
	Accept(ctx context.Context, pcm []byte) (Step, error)
	// Finish flushes what is buffered and returns the last utterance. The
	// recogniser may be used again for a new one.
	Finish(ctx context.Context) (Utterance, error)
	// Reset forgets the current utterance.
	Reset(ctx context.Context) error
	Close() error
}

// Restricted is implemented by recognizers that were opened with Phrases.
type Restricted interface {
	// Unknown are the words of the phrases that the model does not know.
	// They were left out.
	Unknown() []string
}

// Opener makes recognizers: the pool, or the binding in process.
type Opener interface {
	Open(ctx context.Context, o Options) (Recognizer, error)
}
