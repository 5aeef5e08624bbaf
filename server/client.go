package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/tingdong/tingdong/session"
)

// Stream sends PCM16LE mono audio to the native voice door of the service at
// base (http://host:port) at real-time pace, as a microphone would, and
// returns the reply to the first utterance. events, when not nil, gets every
// message as it came.
func Stream(ctx context.Context, base string, sampleRate int, pcm []byte, a session.Ask, events func(at time.Time, raw []byte)) (*session.Reply, error) {
	v, err := Dial(ctx, base, sampleRate, a)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	conn := v.conn
	sendCtx, cancel := context.WithCancel(ctx)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		sendAudio(sendCtx, conn, sampleRate, pcm)
	}()
	defer func() { cancel(); <-sent }()
	return awaitReply(ctx, conn, events)
}

// Visitor is a client of the native voice door, for one turn after another.
type Visitor struct {
	conn *websocket.Conn
	stop func() bool
}

// Dial connects and sends the start message; the socket lives until Close or
// until ctx ends.
func Dial(ctx context.Context, base string, sampleRate int, a session.Ask) (*Visitor, error) {
	conn, err := connect(ctx, base, "/v1/listen")
	if err != nil {
		return nil, err
	}
	v := &Visitor{conn, context.AfterFunc(ctx, func() { conn.Close() })}
	err = conn.WriteJSON(command{Type: "start", SampleRate: sampleRate, Lang: a.Lang, Role: a.Role, Page: a.Page, Session: a.Session})
	if err != nil {
		v.Close()
		return nil, err
	}
	return v, nil
}

// Ready waits until the service is ready to listen, or refuses to.
func (v *Visitor) Ready(ctx context.Context) error {
	m, err := nextMessage(ctx, v.conn, nil)
	switch {
	case err != nil:
		return err
	case m.Type == "error":
		return &Error{Code: m.Code, Message: m.Message}
	case m.Type != "ready":
		return fmt.Errorf("the service sent %q instead of ready", m.Type)
	}
	return nil
}

// KeepAlive tells the service that the silent visitor is still there.
func (v *Visitor) KeepAlive() error {
	return v.conn.WriteJSON(command{Type: "keepalive"})
}

// Close ends the socket; what is being said is forgotten.
func (v *Visitor) Close() {
	v.stop()
	v.conn.Close()
}

// Turn sends audio as fast as the service takes it, in pieces of 3,200 bytes,
// and returns the reply that it brings. The audio must end in a pause that is
// long enough for one reply, and hold one utterance.
func (v *Visitor) Turn(ctx context.Context, pcm []byte) (*session.Reply, error) {
	sent := make(chan error, 1)
	go func() {
		for piece := range slices.Chunk(pcm, 3200) {
			if err := v.conn.WriteMessage(websocket.BinaryMessage, piece); err != nil {
				sent <- err
				return
			}
		}
		// What comes after the reply belongs to no utterance.
		sent <- v.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"cancel"}`))
	}()
	r, err := awaitReply(ctx, v.conn, nil)
	if err != nil {
		v.conn.Close() // frees the sender
	}
	return r, errors.Join(err, <-sent)
}

func connect(ctx context.Context, base, path string) (*websocket.Conn, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not the address of a service, such as http://127.0.0.1:8080", base)
	}
	u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	conn, resp, err := websocket.DefaultDialer.DialContext(ctx, u.JoinPath(path).String(), nil)
	if err != nil && resp != nil {
		return nil, fmt.Errorf("%s refuses the socket: %s", base, resp.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", base, err)
	}
	return conn, nil
}

// StreamVosk sends audio at real-time pace to the vosk door of the service at
// base, as vosk-server's clients do: an answer is awaited after every frame.
// It returns after the first result that has a text, or at the end.
func StreamVosk(ctx context.Context, base string, sampleRate int, pcm []byte, events func(at time.Time, raw []byte)) error {
	conn, err := connect(ctx, base, "/vosk")
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := conn.WriteJSON(map[string]any{"config": map[string]any{"sample_rate": sampleRate}}); err != nil {
		return err
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for ; len(pcm) > 0; <-tick.C {
		n := min(sampleRate/10*2, len(pcm))
		if err := conn.WriteMessage(websocket.BinaryMessage, pcm[:n]); err != nil {
			return err
		}
		pcm = pcm[n:]
		conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		_, data, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		events(time.Now(), data)
		var m struct{ Text, Error, Code string }
		if json.Unmarshal(data, &m) == nil && m.Error != "" {
			return &Error{Code: m.Code, Message: m.Error}
		}
		if m.Text != "" {
			return nil
		}
	}
	return nil
}

func awaitReply(ctx context.Context, conn *websocket.Conn, events func(time.Time, []byte)) (*session.Reply, error) {
	for {
		m, err := nextMessage(ctx, conn, events)
		switch {
		case err != nil:
			return nil, err
		case m.Type == "reply":
			return m.Reply, nil
		case m.Type == "error":
			return nil, &Error{Code: m.Code, Message: m.Message}
		}
	}
}

func nextMessage(ctx context.Context, conn *websocket.Conn, events func(time.Time, []byte)) (m message, err error) {
	conn.SetReadDeadline(time.Now().Add(90 * time.Second))
	_, data, err := conn.ReadMessage()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return m, fmt.Errorf("the voice socket ended before the reply: %w", err)
	}
	if events != nil {
		events(time.Now(), data)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("the service sent what is no message: %w", err)
	}
	return m, nil
}

// sendAudio keeps the pace of a microphone: a piece every 100 ms. A write
// that fails ends it; the reader finds out why.
func sendAudio(ctx context.Context, conn *websocket.Conn, sampleRate int, pcm []byte) {
	piece := sampleRate / 10 * 2
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for len(pcm) > 0 {
		n := min(piece, len(pcm))
		if conn.WriteMessage(websocket.BinaryMessage, pcm[:n]) != nil {
			return
		}
		pcm = pcm[n:]
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
	finalize, _ := json.Marshal(command{Type: "finalize"})
	conn.WriteMessage(websocket.TextMessage, finalize)
}
