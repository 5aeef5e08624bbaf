package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"

	"github.com/tingdong/tingdong/asr/recording"
	"github.com/tingdong/tingdong/asr/wav"
	"github.com/tingdong/tingdong/session"
)

// listenSocket is the native voice protocol; docs/protocol.md has it in prose.
func (s *Server) listenSocket() fiber.Handler {
	return s.upgrade(func(ctx context.Context, k *socket) error {
		v := &voice{socket: k, idle: s.opt.IdleTimeout}
		defer v.close()
		return v.sendError(v.run(ctx))
	})
}

// command is a text message of the client.
type command struct {
	Type       string `json:"type"`
	SampleRate int    `json:"sample_rate"`
	Lang       string `json:"lang"`
	Role       string `json:"role"`
	Page       string `json:"page"`
	Session    string `json:"session"`
}

// message is what the server says; fields that do not apply are absent.
type message struct {
	Type         string             `json:"type"`
	Session      string             `json:"session"`
	Seq          int                `json:"seq"`
	SampleRate   int                `json:"sample_rate,omitempty"`
	MaxSeconds   int                `json:"max_seconds,omitempty"`
	AtMS         *int64             `json:"at_ms,omitempty"`
	Text         string             `json:"text,omitempty"`
	Target       *session.ColumnRef `json:"target,omitempty"`
	Alternatives []session.Heard    `json:"alternatives,omitempty"`
	Reply        *session.Reply     `json:"reply,omitempty"`
	Code         string             `json:"code,omitempty"`
	Message      string             `json:"message,omitempty"`
	Retryable    *bool              `json:"retryable,omitempty"`
}

// voice is one client of the native protocol.
type voice struct {
	*socket
	idle     time.Duration
	id       string
	seq      int
	listener *session.Listener
	ask      session.Ask // who speaks: language, role, session
	heard    bool        // audio since the last reply
	partial  bool        // a partial text since the last reply
	failed   error       // a write that failed inside an event
}

func (v *voice) run(ctx context.Context) error {
	v.id = rand.Text()
	for {
		kind, data, err := v.receive(v.idle)
		if errors.Is(err, errDraining) && v.listener != nil && v.heard {
			if err := v.listener.Finalize(ctx); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		if kind == websocket.BinaryMessage {
			err = v.audio(ctx, data)
		} else {
			err = v.command(ctx, data)
		}
		if err != nil {
			return err
		}
		if v.failed != nil {
			return io.EOF // nobody reads any more
		}
	}
}

func (v *voice) audio(ctx context.Context, pcm []byte) error {
	if v.listener == nil {
		return &Error{Code: "bad_message", Message: `audio came before {"type":"start",…}`}
	}
	v.heard = true
	return v.listener.Write(ctx, pcm)
}

func (v *voice) command(ctx context.Context, data []byte) error {
	var c command
	if !utf8.Valid(data) {
		return &Error{Code: "bad_message", Message: "the message is not valid UTF-8; audio goes in binary frames"}
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return &Error{Code: "bad_message", Message: `the message is not the JSON of a command such as {"type":"finalize"}`}
	}
	if c.Type == "start" {
		return v.start(ctx, c)
	}
	if c.Type == "keepalive" {
		return nil
	}
	if v.listener == nil && c.Type != "stop" {
		return &Error{Code: "bad_message", Message: `the first message must be {"type":"start","sample_rate":16000,…}`}
	}
	switch c.Type {
	case "finalize":
		v.heard = false
		return v.listener.Finalize(ctx)
	case "cancel":
		v.heard = false
		return v.listener.Cancel(ctx)
	case "stop":
		if v.listener != nil && v.heard {
			if err := v.listener.Finalize(ctx); err != nil {
				return err
			}
		}
		return io.EOF
	}
	return &Error{Code: "bad_message", Message: fmt.Sprintf("unknown command %q; there are start, finalize, cancel, keepalive, stop", clip(c.Type, 40))}
}

func (v *voice) start(ctx context.Context, c command) error {
	if v.listener != nil {
		return &Error{Code: "bad_message", Message: "this socket has started already"}
	}
	v.ask = session.Ask{Lang: c.Lang, Role: c.Role, Page: c.Page, Session: c.Session}.Clean()
	l, err := v.srv.opt.Sessions.Listen(ctx, session.ListenOptions{SampleRate: c.SampleRate, Ask: v.ask}, v.event)
	if err != nil {
		return startError(err)
	}
	v.listener = l
	if c.Session != "" {
		v.id = c.Session
	}
	return v.say(message{Type: "ready", SampleRate: c.SampleRate, MaxSeconds: 60})
}

func (v *voice) event(e session.Event) {
	m := message{Type: string(e.Kind), Text: e.Text, Target: e.Target, Alternatives: e.Alternatives, Reply: e.Reply}
	switch e.Kind {
	case session.SpeechStart, session.SpeechEnd:
		at := e.At.Milliseconds()
		m.AtMS = &at
	case session.Replied:
		v.heard = false
		v.srv.answered(e.Reply, v.ask, "voice", v.id)
		v.srv.traceReply(context.Background(), e.Reply, "voice")
	}
	v.srv.metrics.voice.observe(e, !v.partial)
	v.partial = e.Kind == session.Partial || v.partial && e.Kind != session.Replied
	if err := v.say(m); err != nil && v.failed == nil {
		v.failed = err
	}
}

func (v *voice) say(m message) error {
	v.seq++
	m.Session, m.Seq = v.id, v.seq
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return v.send(data)
}

// sendError tells the client what the socket ends with, unless it is the
// client's own wish, and returns it.
func (v *voice) sendError(err error) error {
	if errors.Is(err, io.EOF) {
		return err
	}
	e := v.srv.known(err)
	retry := fates[e.Code].retryable
	v.srv.metrics.refusal(e.Code)
	v.say(message{Type: "error", Code: e.Code, Message: e.Message, Retryable: &retry})
	return e
}

func (v *voice) close() {
	if v.listener != nil {
		v.listener.Close()
	}
}

// listenFile answers POST /v1/listen: a recording in the body (WAV, or Opus in
// Ogg or WebM), one Reply out.
func (s *Server) listenFile(c *fiber.Ctx) error {
	clip, err := recording.Decode(bytes.NewReader(c.Body()), wav.Options{})
	if err != nil {
		return err
	}
	ask := session.Ask{Lang: c.Query("lang"), Role: c.Query("role"), Page: c.Query("page"), Session: c.Query("session")}.Clean()
	r, err := s.opt.Sessions.Hear(c.UserContext(), session.Recording{SampleRate: clip.SampleRate, PCM: clip.PCM, Ask: ask})
	if err != nil {
		return startError(err)
	}
	s.answered(r, ask, "file", visitor(c, ask.Session))
	s.traceReply(c.UserContext(), r, "file")
	return c.JSON(r)
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
