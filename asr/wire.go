package asr

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The protocol between the pool and a worker process.
//
// The pool writes frames to the worker's standard input and reads frames from
// its standard output. A frame is
//
//	uint32  length of what follows, 9 to maxFrame
//	byte    kind
//	uint32  stream, chosen by the pool, not 0; 0 concerns the worker itself
//	uint32  number of the request; an answer repeats its request's
//	…       payload
//
// with all numbers little endian. Kinds from the pool:
//
//	'O'  open a stream; payload: JSON of openRequest
//	'A'  audio; payload: PCM16LE
//	'F'  finish the utterance; no payload
//	'R'  reset; no payload
//	'C'  close the stream; no payload and no answer
//
// Kinds from the worker:
//
//	'r'  ready; payload: JSON of readyNote. The first frame, once the model
//	     is loaded and warm
//	'a'  answer; payload: JSON of answer. Exactly one for each O, A, F and R.
//	     With stream 0: the worker cannot go on, and says why
//
// A stream has one request at a time under way, so queues are as long as
// there are streams. The phrases of a grammar are sent with the first stream
// that needs them; later ones name their key alone, and are answered
// codePhrases when the worker has forgotten them. At the end of its input the
// worker exits. Each side takes anything else for garbage: the worker answers
// on stream 0 and exits, the pool replaces the worker.
const (
	kindOpen   byte = 'O'
	kindAudio  byte = 'A'
	kindFinish byte = 'F'
	kindReset  byte = 'R'
	kindClose  byte = 'C'
	kindReady  byte = 'r'
	kindAnswer byte = 'a'

	headerSize = 9
	// maxFrame holds a grammar of 100,000 phrases.
	maxFrame = 8 << 20
)

// Codes of answers that are errors.
const (
	codeOptions  = "options"
	codeGrammars = "no_grammars"
	codePhrases  = "phrases"
	codeDecoder  = "decoder"
	codeProtocol = "protocol"
	codeLoad     = "load"
)

type frame struct {
	kind    byte
	stream  uint32
	seq     uint32
	payload []byte
}

type openRequest struct {
	SampleRate   int      `json:"sample_rate"`
	Alternatives int      `json:"alternatives,omitempty"`
	Words        bool     `json:"words,omitempty"`
	PhrasesKey   string   `json:"phrases_key,omitempty"`
	Phrases      []string `json:"phrases,omitempty"`
}

type readyNote struct {
	// RTF is the real-time factor measured while warming up.
	RTF float64 `json:"rtf"`
}

type answer struct {
	// BusyMicros is the time the request held a CPU.
	BusyMicros int64           `json:"busy_us,omitempty"`
	Partial    string          `json:"partial,omitempty"`
	Ended      []wireUtterance `json:"ended,omitempty"`
	Rest       int             `json:"rest,omitempty"`
	Unknown    []string        `json:"unknown,omitempty"`
	Code       string          `json:"code,omitempty"`
	Message    string          `json:"message,omitempty"`
}

type wireUtterance []wireHypothesis

type wireHypothesis struct {
	Hypothesis
	Score float64 `json:"score"`
}

func toWire(u Utterance) wireUtterance {
	w := make(wireUtterance, len(u.Alternatives))
	for i, h := range u.Alternatives {
		w[i] = wireHypothesis{h, h.Score}
	}
	return w
}

func (w wireUtterance) utterance() Utterance {
	var u Utterance
	for _, h := range w {
		h.Hypothesis.Score = h.Score
		u.Alternatives = append(u.Alternatives, h.Hypothesis)
	}
	return u
}

// step is the answer to audio; Rest and utterances as the worker gave them.
func (a answer) step() Step {
	s := Step{Partial: a.Partial, Rest: a.Rest}
	for _, w := range a.Ended {
		s.Add(w.utterance())
	}
	return s
}

// err is the error that an answer carries, if any.
func (a answer) err() error {
	kinds := map[string]error{codeOptions: ErrOptions, codeGrammars: ErrNoGrammars, codeDecoder: errDecoder,
		codePhrases: errPhrasesForgotten}
	switch kind, known := kinds[a.Code]; {
	case a.Code == "":
		return nil
	case known:
		return remoteError{kind, a.Message}
	default:
		return fmt.Errorf("speech worker: %s", a.Message)
	}
}

var errDecoder = errors.New("the audio could not be decoded")

// remoteError is an error of a worker: its text, and the sentinel it wraps.
type remoteError struct {
	kind error
	text string
}

func (e remoteError) Error() string { return e.text }
func (e remoteError) Unwrap() error { return e.kind }

func writeFrame(w io.Writer, f frame) error {
	if len(f.payload) > maxFrame-headerSize {
		return fmt.Errorf("a message of %d bytes is too long for a speech worker: %d is the limit", len(f.payload), maxFrame)
	}
	raw := make([]byte, 4+headerSize, 4+headerSize+len(f.payload))
	binary.LittleEndian.PutUint32(raw, uint32(headerSize+len(f.payload)))
	raw[4] = f.kind
	binary.LittleEndian.PutUint32(raw[5:], f.stream)
	binary.LittleEndian.PutUint32(raw[9:], f.seq)
	_, err := w.Write(append(raw, f.payload...))
	return err
}

func writeJSON(w io.Writer, kind byte, stream, seq uint32, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	return writeFrame(w, frame{kind, stream, seq, raw})
}

// readFrame reads one frame. io.EOF means the other side has ended between
// two frames. The memory it takes grows with what arrives, not with what a
// damaged length promises.
func readFrame(r *bufio.Reader) (frame, error) {
	var head [4 + headerSize]byte
	if _, err := io.ReadFull(r, head[:4]); err != nil {
		return frame{}, err
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size < headerSize || size > maxFrame {
		return frame{}, fmt.Errorf("a frame of %d bytes: %d to %d are valid", size, headerSize, maxFrame)
	}
	if _, err := io.ReadFull(r, head[4:]); err != nil {
		return frame{}, fmt.Errorf("a frame is cut off: %w", io.ErrUnexpectedEOF)
	}
	f := frame{kind: head[4], stream: binary.LittleEndian.Uint32(head[5:]), seq: binary.LittleEndian.Uint32(head[9:])}
	want := int64(size) - headerSize
	var err error
	if want <= 64<<10 {
		f.payload = make([]byte, want)
		_, err = io.ReadFull(r, f.payload)
	} else {
		f.payload, err = io.ReadAll(io.LimitReader(r, want))
	}
	if err != nil || int64(len(f.payload)) < want {
		return frame{}, fmt.Errorf("a frame is cut off: %w", io.ErrUnexpectedEOF)
	}
	return f, nil
}
