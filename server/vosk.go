package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/session"
)

// voskSocket speaks vosk-server's protocol as its clients use it: a config
// message has no answer, every binary frame has exactly one, eof brings the
// final result and the close. docs/protocol.md has it in prose.
func (s *Server) voskSocket() fiber.Handler {
	return s.upgrade(func(ctx context.Context, k *socket) error {
		v := &voskClient{socket: k, opt: asr.Options{SampleRate: 16000}}
		defer v.close()
		return v.sendError(v.run(ctx))
	})
}

// voskConfig is what a client may set. Values that vosk-server would take and
// we do not know are ignored, as there.
type voskConfig struct {
	SampleRate   float64         `json:"sample_rate"`
	Words        json.RawMessage `json:"words"`
	Alternatives *int            `json:"max_alternatives"`
	Phrases      json.RawMessage `json:"phrase_list"`
	Model        string          `json:"model"`
}

type voskClient struct {
	*socket
	opt asr.Options
	rec asr.Recognizer
}

func (v *voskClient) run(ctx context.Context) error {
	for {
		kind, data, err := v.receive(v.srv.opt.IdleTimeout)
		if errors.Is(err, errDraining) && v.rec != nil {
			if err := v.finish(ctx); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		if kind == websocket.BinaryMessage {
			err = v.audio(ctx, data)
		} else {
			err = v.text(ctx, data)
		}
		if err != nil {
			return err
		}
	}
}

func (v *voskClient) text(ctx context.Context, data []byte) error {
	var m struct {
		Config *voskConfig     `json:"config"`
		EOF    json.RawMessage `json:"eof"`
		Reset  json.RawMessage `json:"reset"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return &Error{Code: "bad_message", Message: `the message is none of {"config":{…}}, {"eof":1}, {"reset":1}; audio goes in binary frames`}
	}
	switch {
	case m.Config != nil:
		return v.configure(m.Config)
	case m.EOF != nil:
		if err := v.finish(ctx); err != nil {
			return err
		}
		return io.EOF
	case m.Reset != nil:
		return v.finish(ctx)
	}
	return &Error{Code: "bad_message", Message: `the message is none of {"config":{…}}, {"eof":1}, {"reset":1}`}
}

// configure takes effect with the next recogniser, as in vosk-server: before
// the first audio, or after a change of the phrases.
func (v *voskClient) configure(c *voskConfig) error {
	if c.Model != "" {
		return &Error{Code: "forbidden", Message: "the model is the service's choice; leave model out of the config"}
	}
	if c.SampleRate != 0 {
		v.opt.SampleRate = int(c.SampleRate)
	}
	if len(c.Words) > 0 {
		v.opt.Words = string(c.Words) == "true" || string(c.Words) == "1"
	}
	if c.Alternatives != nil {
		v.opt.Alternatives = min(max(*c.Alternatives, 0), 20)
	}
	if len(c.Phrases) > 0 {
		list, err := phraseList(c.Phrases)
		if err != nil {
			return err
		}
		v.opt.Phrases = v.srv.opt.Sessions.SegmentPhrases("", list)
		if len(v.opt.Phrases) == 0 {
			return &Error{Code: "bad_message", Message: "phrase_list has no phrase that the speech model could hear"}
		}
	}
	v.close()
	return nil
}

// phraseList takes a list, or a list written as a string (some clients quote
// it).
func phraseList(raw json.RawMessage) ([]string, error) {
	var list []string
	var quoted string
	if json.Unmarshal(raw, &list) == nil || json.Unmarshal(raw, &quoted) == nil && json.Unmarshal([]byte(quoted), &list) == nil {
		return list, nil
	}
	return nil, &Error{Code: "bad_message", Message: `phrase_list must be a list of texts: ["打开教育局", …]`}
}

func (v *voskClient) audio(ctx context.Context, pcm []byte) error {
	if err := v.ready(ctx); err != nil {
		return err
	}
	st, err := v.rec.Accept(ctx, pcm)
	if err != nil {
		return err
	}
	if st.Utterance != nil {
		return v.result(*st.Utterance)
	}
	return v.answer(struct {
		Partial string `json:"partial"`
	}{asr.Spoken(st.Partial, "")})
}

func (v *voskClient) finish(ctx context.Context) error {
	if err := v.ready(ctx); err != nil {
		return err
	}
	u, err := v.rec.Finish(ctx)
	if err != nil {
		return err
	}
	return v.result(u)
}

func (v *voskClient) ready(ctx context.Context) error {
	if v.rec != nil {
		return nil
	}
	if v.srv.opt.Sessions.Speech == nil {
		return session.ErrNoSpeech
	}
	rec, err := v.srv.opt.Sessions.Speech.Open(ctx, v.opt)
	if err != nil {
		return startError(err)
	}
	v.rec = rec
	return nil
}

// voskResult is one reading in Vosk's own shape.
type voskResult struct {
	Confidence *float64   `json:"confidence,omitempty"`
	Result     []asr.Word `json:"result,omitempty"`
	Text       string     `json:"text"`
}

func (v *voskClient) result(u asr.Utterance) error {
	list := make([]voskResult, 0, len(u.Alternatives))
	for _, h := range u.Alternatives {
		r := voskResult{Text: asr.Spoken(h.Text, "")}
		if v.opt.Alternatives > 0 {
			r.Confidence = &h.Score
		}
		if v.opt.Words {
			r.Result = h.Words
		}
		list = append(list, r)
	}
	if v.opt.Alternatives > 0 {
		if len(list) == 0 {
			zero := 0.0
			list = []voskResult{{Confidence: &zero}}
		}
		return v.answer(map[string]any{"alternatives": list})
	}
	if len(list) == 0 {
		list = []voskResult{{}}
	}
	return v.answer(list[0])
}

// answer writes JSON spaced as Vosk spaces it: some clients look for
// `"text" : ` by its letters.
func (v *voskClient) answer(value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return v.send([]byte(strings.ReplaceAll(string(data), `": `, `" : `)))
}

// sendError tells the client what the socket ends with, unless it is the
// client's own wish, and returns it.
func (v *voskClient) sendError(err error) error {
	if errors.Is(err, io.EOF) {
		return err
	}
	e := v.srv.known(err)
	v.srv.metrics.refusal(e.Code)
	v.answer(map[string]any{"error": e.Message, "code": e.Code, "retryable": fates[e.Code].retryable})
	return e
}

func (v *voskClient) close() {
	if v.rec != nil {
		v.rec.Close()
		v.rec = nil
	}
}
