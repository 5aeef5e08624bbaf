package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	// gorilla/websocket v1.5.3 (BSD-2-Clause).
	"github.com/gorilla/websocket"
)

// upgrade makes a Fiber handler of a websocket protocol. run returns the
// error that the socket is closed with, io.EOF for a normal close.
//
// The handshake is tried first, while a refusal can still be an HTTP answer;
// it is made when fasthttp has let go of the connection. Earlier would be too
// early: letting go clears the deadlines that were set in the meantime.
func (s *Server) upgrade(run func(context.Context, *socket) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := upgradeRequest(c)
		if !websocket.IsWebSocketUpgrade(r) {
			return fiber.ErrUpgradeRequired
		}
		if s.sockets.draining() {
			return errDraining
		}
		if err := s.tryHandshake(r); err != nil {
			return err
		}
		client, id, route, began := clientOf(c.Context()), requestID(c.Context()), copied(c.Route().Path), time.Now()
		if !s.rates.openSocket(client) {
			return s.tooMany("sockets", 10*time.Second)
		}
		tcp := c.Context().Conn()
		if b, ok := bare(tcp).(interface{ SetWriteBuffer(int) error }); ok {
			b.SetWriteBuffer(maxFrame) // the kernel would keep megabytes for a slow reader
		}
		c.Context().HijackSetNoResponse(true)
		c.Context().Hijack(func(conn net.Conn) {
			defer s.rates.closeSocket(client)
			up := s.upgrader()
			ws, err := up.Upgrade(handshake{&taken{tcp, conn}}, r, nil)
			if err != nil {
				return // the client has gone
			}
			defer ws.Close()
			sock := &socket{Conn: ws, srv: s, tcp: tcp}
			err = s.guarded(func() error { return s.talk(sock, run) })
			s.logSocket(id, route, networkOf(client), codeOf(err), time.Since(began))
			sock.abandon(err)
		})
		return nil
	}
}

// codeOf is what a socket ended with, for the log.
func codeOf(err error) string {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	return "normal"
}

// talk runs a protocol on a socket that the registry knows.
func (s *Server) talk(k *socket, run func(context.Context, *socket) error) error {
	s.sockets.add(k.Conn) // in a service that stops, the first read says so
	defer s.sockets.remove(k.Conn)
	s.metrics.sockets.Inc()
	defer s.metrics.sockets.Dec()
	return run(s.life, k)
}

func (s *Server) upgrader() websocket.Upgrader {
	return websocket.Upgrader{
		ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10, HandshakeTimeout: s.opt.WriteTimeout,
		CheckOrigin: func(r *http.Request) bool { return s.originAllowed(r.Header.Get("Origin"), r.Host) },
	}
}

// tryHandshake goes through the handshake without a connection and returns
// why it cannot be made.
func (s *Server) tryHandshake(r *http.Request) error {
	up := s.upgrader()
	var refusal error
	up.Error = func(_ http.ResponseWriter, _ *http.Request, status int, reason error) {
		switch status {
		case http.StatusForbidden:
			refusal = &Error{Code: "origin", Message: "pages of this site may not use the voice door; its administrator can allow them with --allow-origin"}
		case http.StatusMethodNotAllowed:
			refusal = fiber.ErrMethodNotAllowed
		default:
			refusal = &Error{Code: "bad_request", Message: reason.Error()}
		}
	}
	if _, err := up.Upgrade(handshake{}, r, nil); err.Error() == errTrial.Error() {
		return nil
	}
	return refusal
}

// upgradeRequest is the request as gorilla needs it, in memory of its own.
func upgradeRequest(c *fiber.Ctx) *http.Request {
	r := &http.Request{Method: copied(c.Method()), Host: string(c.Request().Header.Host()), Header: http.Header{}}
	for k, v := range c.Request().Header.All() {
		r.Header.Add(string(k), string(v))
	}
	return r
}

// handshake is what gorilla answers through: it takes the connection, or finds
// out that there is none yet.
type handshake struct{ conn net.Conn }

var errTrial = errors.New("no connection yet")

func (handshake) Header() http.Header         { return http.Header{} }
func (handshake) Write(p []byte) (int, error) { return len(p), nil }
func (handshake) WriteHeader(int)             {}

// Hijack implements http.Hijacker.
func (h handshake) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if h.conn == nil {
		return nil, nil, errTrial
	}
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

// taken is the connection after fasthttp: what that had already read comes
// first, and closing closes (fasthttp's own waits for the handler's end).
type taken struct {
	net.Conn
	rest io.Reader
}

func (t *taken) Read(p []byte) (int, error) { return t.rest.Read(p) }
