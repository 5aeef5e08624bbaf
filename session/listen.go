package session

import (
	"context"
	"errors"
	"time"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/intent"
)

// Listening holds the times of the listening pipeline. Zero values mean the
// defaults.
type Listening struct {
	// Pause is the silence that ends an utterance.
	Pause time.Duration // 600 ms
	// ShortPause ends it when what was heard so far is already a complete,
	// unambiguous command.
	ShortPause time.Duration // 260 ms
	// StartTimeout ends a turn in which nobody speaks.
	StartTimeout time.Duration // 10 s
	// MaxUtterance ends one that does not stop.
	MaxUtterance time.Duration // 20 s
	// Alternatives is the length of the N-best list.
	Alternatives int // 5
	// Model names the speech model for a language; nil: the pool's default.
	Model func(lang string) string
}

func (l Listening) withDefaults() Listening {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&l.Pause, 600*time.Millisecond)
	set(&l.ShortPause, 260*time.Millisecond)
	set(&l.StartTimeout, 10*time.Second)
	set(&l.MaxUtterance, 20*time.Second)
	if l.Alternatives == 0 {
		l.Alternatives = 5
	}
	if l.Model == nil {
		l.Model = func(string) string { return "" }
	}
	return l
}

// EventKind names what happened while listening.
type EventKind string

// The events of a turn, in the order in which they come.
const (
	SpeechStart EventKind = "speech_start"
	Partial     EventKind = "partial"
	SpeechEnd   EventKind = "speech_end"
	Final       EventKind = "final"
	Replied     EventKind = "reply"
)

// Event is one thing that happened while listening.
type Event struct {
	Kind         EventKind
	At           time.Duration // in the audio: SpeechStart, SpeechEnd
	Text         string        // Partial
	Target       *ColumnRef    // Partial: where it would go if it ended here
	Alternatives []Heard       // Final
	Reply        *Reply        // Replied
	// Since is how long ago, at this moment, speech began (Partial) or ended
	// (Replied) for a visitor whose audio comes in real time: the audio since
	// then, and the time it took to work on its last piece. 0: no speech.
	Since time.Duration
}

// ListenOptions open a Listener.
type ListenOptions struct {
	SampleRate int
	// Ask carries language, role, page and session; its texts are not used.
	Ask Ask
	// Whole takes all audio up to Finalize as one utterance: for recordings.
	Whole bool
}

// ErrNoSpeech reports a service that was started without a speech model.
var ErrNoSpeech = errors.New("this service has no speech model; see `tingdong doctor`")

// Listener hears one visitor, turn after turn. It is used by one goroutine.
type Listener struct {
	svc    *Service
	cfg    Listening
	opt    ListenOptions
	rec    asr.Recognizer
	emit   func(Event)
	vad    *vad
	audio  []byte // the current utterance, for the second hearing
	begun  time.Duration
	told   bool // SpeechStart was emitted
	text   string
	stable time.Duration // audio time since which text has not changed
	done   bool          // text is a complete, unambiguous command
	parts  []asr.Utterance
	odd    []byte    // the first half of a sample, at most one byte
	came   time.Time // when the present piece of audio came
}

// Listen opens a recogniser and returns the Listener that feeds it. emit is
// called from within Write and Finalize. The error is ErrNoSpeech, or what
// opening the recogniser failed with (asr.ErrBusy among it).
func (s *Service) Listen(ctx context.Context, o ListenOptions, emit func(Event)) (*Listener, error) {
	if s.Speech == nil {
		return nil, ErrNoSpeech
	}
	if o.Ask.Session != "" && !ValidSession(o.Ask.Session) {
		return nil, &InputError{"session must be 8 to 64 characters of A-Z a-z 0-9 - _"}
	}
	cfg := s.Listening.withDefaults()
	rec, err := s.Speech.Open(ctx, asr.Options{
		Model: cfg.Model(o.Ask.Lang), SampleRate: o.SampleRate, Alternatives: cfg.Alternatives,
	})
	if err != nil {
		return nil, err
	}
	return &Listener{svc: s, cfg: cfg, opt: o, rec: rec, emit: emit, vad: newVAD(o.SampleRate)}, nil
}

// Close frees the recogniser; an utterance in progress is forgotten.
func (l *Listener) Close() error { return l.rec.Close() }

// Write hears a piece of PCM16LE mono audio of any length. Half a sample waits
// for its other half here: a turn that ends in between must not make the next
// one begin in the middle of a sample. After an error all that is left to do
// is Close.
func (l *Listener) Write(ctx context.Context, pcm []byte) error {
	if len(l.odd) > 0 {
		pcm, l.odd = append(l.odd, pcm...), nil
	}
	if len(pcm)%2 == 1 {
		l.odd = []byte{pcm[len(pcm)-1]}
		pcm = pcm[:len(pcm)-1]
	}
	l.came = time.Now()
	for len(pcm) > 0 { // long pieces in steps, so that an endpoint inside is seen
		n := min(len(pcm), l.bytes(200*time.Millisecond))
		if err := l.step(ctx, pcm[:n]); err != nil {
			return err
		}
		pcm = pcm[n:]
	}
	return nil
}

func (l *Listener) step(ctx context.Context, pcm []byte) error {
	l.vad.write(pcm)
	l.keep(pcm)
	st, err := l.rec.Accept(ctx, pcm)
	if err != nil {
		return err
	}
	l.hear(st.Partial)
	l.parts = collect(l.parts, st)
	if l.opt.Whole {
		return nil
	}
	switch {
	case st.Utterance != nil && best(l.parts) != "":
		return l.end(ctx, false)
	case l.text != "" && l.done && l.quiet() >= l.cfg.ShortPause,
		l.text != "" && l.quiet() >= l.cfg.Pause,
		l.told && l.vad.at-l.vad.started >= l.cfg.MaxUtterance,
		!l.told && l.vad.at-l.begun >= l.cfg.StartTimeout:
		return l.end(ctx, true)
	case l.told && l.text == "" && l.vad.silence() >= 2*l.cfg.Pause:
		return l.end(ctx, true) // a noise, or speech that was not understood
	}
	return nil
}

// quiet is how long both the room and the recogniser have had nothing new.
func (l *Listener) quiet() time.Duration {
	return min(l.vad.silence(), l.vad.at-l.stable)
}

// since is how long ago a place in the audio was, for Event.Since.
func (l *Listener) since(at time.Duration) time.Duration {
	if !l.told {
		return 0
	}
	return l.vad.at - at + time.Since(l.came)
}

// keep buffers the utterance for a second hearing. Before anybody speaks only
// the last moment is kept, so that the onset is not cut off.
func (l *Listener) keep(pcm []byte) {
	l.audio = append(l.audio, pcm...)
	limit := l.bytes(l.cfg.MaxUtterance + 2*time.Second)
	if !l.vad.speech && !l.opt.Whole {
		limit = l.bytes(600 * time.Millisecond)
	}
	if l.opt.Whole {
		limit = l.bytes(maxBuffered)
	}
	if over := len(l.audio) - limit; over > 0 {
		l.audio = append(l.audio[:0], l.audio[over:]...)
	}
}

// maxBuffered is how much audio is kept in memory at most.
const maxBuffered = 60 * time.Second

func (l *Listener) bytes(d time.Duration) int {
	return int(d.Seconds()*float64(l.opt.SampleRate)) * 2
}

// hear takes the recogniser's partial text: tells it, and judges whether the
// visitor has already said all there is to say.
func (l *Listener) hear(partial string) {
	if l.vad.speech && !l.told {
		l.told = true
		l.emit(Event{Kind: SpeechStart, At: l.vad.started})
	}
	text := asr.Spoken(partial, l.opt.Ask.Lang)
	if text == l.text || text == "" {
		return
	}
	l.text, l.stable, l.done = text, l.vad.at, false
	ev := Event{Kind: Partial, Text: text, Since: l.since(l.vad.started)}
	b := l.svc.Brain()
	d := b.Matcher.Decide(intent.Query{Heard: []asr.Hypothesis{{Text: text, Confidence: 1}},
		Lang: l.opt.Ask.Lang, Role: l.opt.Ask.Role, Page: l.opt.Ask.Page})
	if len(d.Candidates) > 0 && d.Candidates[0].Exact && (d.Action == intent.Navigate || d.Action == intent.Control) {
		ev.Target = columnRef(b.Columns, d.Candidates[0].Column)
		l.done = !b.continues(d.Candidates[0])
	}
	l.emit(ev)
}

// Finalize ends the utterance at once and answers it. Half a sample that
// waits is dropped.
func (l *Listener) Finalize(ctx context.Context) error {
	l.odd, l.came = nil, time.Now()
	return l.end(ctx, true)
}

// Cancel forgets the utterance.
func (l *Listener) Cancel(ctx context.Context) error {
	l.odd = nil
	l.rearm()
	return l.rec.Reset(ctx)
}

func (l *Listener) end(ctx context.Context, flush bool) error {
	start := time.Now()
	if l.told {
		l.emit(Event{Kind: SpeechEnd, At: l.vad.ended})
	}
	if flush {
		u, err := l.rec.Finish(ctx)
		if err != nil {
			return err
		}
		l.parts = append(l.parts, u)
	}
	open := append([]asr.Hypothesis{}, join(l.parts)...) // never nil: nothing heard is evidence, too
	if l.vad.tone() {
		open = open[:0]
	}
	list, err := l.second(ctx, open)
	if err != nil {
		return err
	}
	took := ms(time.Since(start))
	said := heard(list, l.opt.Ask.Lang)
	l.emit(Event{Kind: Final, Alternatives: said})
	r, err := l.svc.reply(ctx, l.opt.Ask, list, open)
	if err != nil {
		return err
	}
	r.Took.ASR = took
	r.Heard = said
	done := Event{Kind: Replied, Reply: r, Since: l.since(l.vad.ended)}
	l.rearm()
	l.emit(done)
	return nil
}

func (l *Listener) rearm() {
	l.vad.rearm()
	l.audio, l.parts = l.audio[:0], nil
	l.text, l.done, l.told = "", false, false
	l.begun, l.stable = l.vad.at, l.vad.at
}
