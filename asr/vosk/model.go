// Package vosk is the checked binding to libvosk, and the only home of cgo.
//
// The Go binding below it reports almost nothing: a model or recogniser that
// could not be made is a null pointer behind a nil error, and the next call
// follows it. This package looks before it calls. What it cannot prevent are
// Kaldi's assertions, which abort the process: production code reaches it
// through asr.Pool, inside worker processes.
package vosk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	vosk "github.com/alphacep/vosk-api/go"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/models"
)

// silent is the one log level at which libvosk writes nothing, not even the
// grammar words it does not know: what visitors could say stays out of logs.
const silent = -3

// Model is a loaded speech model. It is safe for concurrent use; its
// recognizers are not.
type Model struct {
	name     string
	grammars bool
	native   *vosk.VoskModel
	// mu keeps Close from freeing the model while one is made from it.
	// Recognizers hold references of their own, counted atomically.
	mu     sync.RWMutex
	closed bool
}

var _ asr.Opener = (*Model)(nil)

// Load checks the model in dir and loads it. The error names each file that
// is missing or damaged.
func Load(dir string) (*Model, error) {
	if err := models.Check(dir); err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	about, err := models.Describe(dir)
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	vosk.SetLogLevel(silent)
	native, err := vosk.NewModel(dir)
	if err != nil || isNull(native) {
		return nil, fmt.Errorf("load model %s: libvosk refuses it: run \"tingdong models verify\" on it", dir)
	}
	return &Model{name: about.Name, grammars: about.Grammars, native: native}, nil
}

// Close frees the model once its recognizers are closed, too.
func (m *Model) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.closed = true
		m.native.Free()
	}
}

// Open makes a recogniser. o.Model is the caller's affair: this is the model.
// A sample rate that libvosk cannot use, an empty phrase list and phrases
// without a single word of the model are errors. Single words that the model
// does not know are left out of their phrases; Recognizer.Unknown names them.
func (m *Model) Open(ctx context.Context, o asr.Options) (asr.Recognizer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, fmt.Errorf("open recogniser: %w", asr.ErrClosed)
	}
	r := &Recognizer{model: m, options: o}
	if o.Phrases != nil {
		grammar, err := r.grammar(o.Phrases)
		if err != nil {
			return nil, err
		}
		r.native, _ = vosk.NewRecognizerGrm(m.native, float64(o.SampleRate), grammar)
	} else {
		r.native, _ = vosk.NewRecognizer(m.native, float64(o.SampleRate))
	}
	if isNull(r.native) {
		return nil, fmt.Errorf("open recogniser: libvosk made none from model %s", m.name)
	}
	if o.Alternatives > 0 {
		r.native.SetMaxAlternatives(o.Alternatives)
	}
	if o.Words || o.Alternatives == 0 {
		r.native.SetWords(1) // word confidences are the reading's confidence
	}
	return r, nil
}

// grammar is the JSON list that libvosk takes.
func (r *Recognizer) grammar(phrases []string) (string, error) {
	if !r.model.grammars {
		return "", fmt.Errorf("open recogniser: %w: %s has a static graph", asr.ErrNoGrammars, r.model.name)
	}
	known := make([]string, 0, len(phrases))
	for _, phrase := range phrases {
		var words []string
		for _, w := range strings.Fields(phrase) {
			if r.model.native.FindWord(w) >= 0 {
				words = append(words, w)
			} else if !slices.Contains(r.unknown, w) {
				r.unknown = append(r.unknown, w)
			}
		}
		if len(words) > 0 {
			known = append(known, strings.Join(words, " "))
		}
	}
	if len(known) == 0 {
		return "", fmt.Errorf("open recogniser: %w: model %s knows no word of the %d phrases: split them into its words",
			asr.ErrOptions, r.model.name, len(phrases))
	}
	raw, err := json.Marshal(known)
	return string(raw), err
}

// isNull says whether a handle of the binding holds a null pointer. Its only
// field is not exported, and the binding does not check it.
func isNull(handle any) bool {
	v := reflect.ValueOf(handle)
	return v.IsNil() || v.Elem().Field(0).IsNil()
}

// errDecoder is libvosk's −1.
var errDecoder = errors.New("libvosk could not decode this piece of audio")
