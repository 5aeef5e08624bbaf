package vosk

import (
	"context"
	"encoding/json"
	"fmt"

	vosk "github.com/alphacep/vosk-api/go"

	"github.com/tingdong/tingdong/asr"
)

// stepMillis is the longest piece of audio handed to libvosk at once: it
// looks for an endpoint only at the end of a piece, so that a long one would
// run several utterances into one.
const stepMillis = 200

// Recognizer is one stream's decoder; see asr.Recognizer for its use.
type Recognizer struct {
	model   *Model
	native  *vosk.VoskRecognizer
	options asr.Options
	unknown []string
	odd     []byte // the first half of a sample, at most one byte
}

var (
	_ asr.Recognizer = (*Recognizer)(nil)
	_ asr.Restricted = (*Recognizer)(nil)
)

// Unknown are the words of the phrases that the model does not know.
func (r *Recognizer) Unknown() []string { return r.unknown }

// Accept decodes PCM16LE of any length. An odd byte waits for its other half.
func (r *Recognizer) Accept(ctx context.Context, pcm []byte) (asr.Step, error) {
	var step asr.Step
	if r.native == nil {
		return step, fmt.Errorf("accept audio: %w", asr.ErrClosed)
	}
	pcm = r.wholeSamples(pcm)
	size := r.options.SampleRate * stepMillis / 1000 * 2
	for len(pcm) > 0 {
		if err := ctx.Err(); err != nil {
			return step, err
		}
		n := min(size, len(pcm))
		switch r.native.AcceptWaveform(pcm[:n]) {
		case 0:
		case 1:
			u, err := parseResult(r.native.Result())
			if err != nil {
				return step, err
			}
			step.Add(u)
			step.Rest = len(pcm) - n
		default:
			return step, errDecoder
		}
		pcm = pcm[n:]
	}
	var err error
	step.Partial, err = parsePartial(r.native.PartialResult())
	return step, err
}

// wholeSamples puts the odd byte of the piece before in front of pcm, and
// keeps the last byte if it is half a sample.
func (r *Recognizer) wholeSamples(pcm []byte) []byte {
	if len(r.odd) > 0 && len(pcm) > 0 {
		pcm = append(r.odd, pcm...)
		r.odd = nil
	}
	if len(pcm)%2 == 1 {
		r.odd = []byte{pcm[len(pcm)-1]}
		pcm = pcm[:len(pcm)-1]
	}
	return pcm
}

// Finish flushes the decoder. Half a sample that waits is dropped.
func (r *Recognizer) Finish(ctx context.Context) (asr.Utterance, error) {
	if r.native == nil {
		return asr.Utterance{}, fmt.Errorf("finish: %w", asr.ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return asr.Utterance{}, err
	}
	r.odd = nil
	return parseResult(r.native.FinalResult())
}

// Reset forgets the current utterance.
func (r *Recognizer) Reset(ctx context.Context) error {
	if r.native == nil {
		return fmt.Errorf("reset: %w", asr.ErrClosed)
	}
	r.odd = nil
	// libvosk's own Reset keeps the audio that waits for its chunk of frames
	// to fill (up to half a second) and decodes it into the next utterance.
	r.native.FinalResult()
	return ctx.Err()
}

// Close frees the decoder; a second call does nothing.
func (r *Recognizer) Close() error {
	if r.native != nil {
		r.native.Free()
		r.native = nil
	}
	return nil
}

type resultWord struct {
	Word  string  `json:"word"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
	Conf  float64 `json:"conf"`
}

// parseResult reads libvosk's answer, which has one shape with alternatives
// and another without.
func parseResult(raw string) (asr.Utterance, error) {
	var answer struct {
		Text         string       `json:"text"`
		Result       []resultWord `json:"result"`
		Alternatives []struct {
			Text       string       `json:"text"`
			Confidence float64      `json:"confidence"`
			Result     []resultWord `json:"result"`
		} `json:"alternatives"`
	}
	if err := json.Unmarshal([]byte(raw), &answer); err != nil {
		return asr.Utterance{}, fmt.Errorf("libvosk's result is not JSON: %w", err)
	}
	var u asr.Utterance
	for _, a := range answer.Alternatives {
		u.Alternatives = append(u.Alternatives, hypothesis(a.Text, a.Result, a.Confidence))
	}
	if answer.Alternatives == nil && answer.Text != "" {
		h := hypothesis(answer.Text, answer.Result, 0)
		h.Confidence = meanConfidence(answer.Result)
		h.Score = h.Confidence
		u.Alternatives = append(u.Alternatives, h)
		return u, nil
	}
	normalize(u.Alternatives)
	return u, nil
}

func parsePartial(raw string) (string, error) {
	var answer struct {
		Partial string `json:"partial"`
	}
	if err := json.Unmarshal([]byte(raw), &answer); err != nil {
		return "", fmt.Errorf("libvosk's partial result is not JSON: %w", err)
	}
	return answer.Partial, nil
}
