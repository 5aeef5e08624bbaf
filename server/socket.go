package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	// gorilla/websocket v1.5.3 (BSD-2-Clause). It upgrades inside Fiber
	// because fasthttp ≥ 1.77 lets an adapted handler take over the connection.
	"github.com/gorilla/websocket"
)

const (
	// maxFrame is the largest message taken, in bytes: two seconds of 16 kHz
	// audio, a fifth of that is usual.
	maxFrame = 64 << 10
	// writeTimeout is how long a client may leave an answer unread.
	writeTimeout = 5 * time.Second
)

// socket is one open websocket. One goroutine reads, works and writes, so
// that nothing is buffered for a slow client: it is waited for a moment, then
// closed.
type socket struct {
	*websocket.Conn
	srv *Server
	buf []byte
}

// upgrade makes a Fiber handler of a websocket protocol. run returns the
// error that the socket is closed with, nil for a normal close.
func (s *Server) upgrade(run func(context.Context, *socket) error) fiber.Handler {
	up := websocket.Upgrader{
		ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10, HandshakeTimeout: writeTimeout,
		CheckOrigin: func(r *http.Request) bool { return s.originAllowed(r.Header.Get("Origin"), r.Host) },
		Error:       s.upgradeError,
	}
	handler := adaptor.HTTPHandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			return // answered by upgradeError
		}
		defer conn.Close()
		sock := &socket{Conn: conn, srv: s}
		if !s.sockets.add(conn) {
			sock.abandon(&Error{Code: "going_away", Message: "the service is stopping; please connect again"})
			return
		}
		defer s.sockets.remove(conn)
		s.metrics.sockets.Inc()
		defer s.metrics.sockets.Dec()
		// The request's context ends with the handler, not with a take-over.
		sock.abandon(run(context.Background(), sock))
	})
	return func(c *fiber.Ctx) error {
		if !websocket.IsWebSocketUpgrade(upgradeRequest(c)) {
			return fiber.ErrUpgradeRequired
		}
		return handler(c)
	}
}

// upgradeRequest is as much of the request as tells whether it wants a
// websocket.
func upgradeRequest(c *fiber.Ctx) *http.Request {
	return &http.Request{Header: http.Header{
		"Connection": {copied(c.Get(fiber.HeaderConnection))},
		"Upgrade":    {copied(c.Get(fiber.HeaderUpgrade))},
	}}
}

func (s *Server) upgradeError(w http.ResponseWriter, _ *http.Request, status int, reason error) {
	e := &Error{Code: "bad_request", Message: reason.Error()}
	if status == http.StatusForbidden {
		e = &Error{Code: "origin", Message: "pages of this site may not use the voice door; its administrator can allow them with --allow-origin"}
	}
	_, data := newProblem(e)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	w.Write(data)
}

// receive reads one message of at most maxFrame bytes. The slice is valid
// until the next call. io.EOF means that the client has closed.
func (k *socket) receive(idle time.Duration) (kind int, data []byte, err error) {
	k.srv.sockets.deadline(k.Conn, idle)
	kind, r, err := k.NextReader()
	if err == nil {
		k.buf, err = appendAll(k.buf[:0], io.LimitReader(r, maxFrame+1))
	}
	var timeout net.Error
	switch {
	case err == nil && len(k.buf) > maxFrame:
		return 0, nil, &Error{Code: "too_big", Message: "a message may have at most 64 KiB; send audio in pieces of about 100 ms"}
	case err == nil:
		return kind, k.buf, nil
	case k.srv.sockets.draining():
		return 0, nil, errDraining
	case errors.As(err, &timeout) && timeout.Timeout():
		return 0, nil, &Error{Code: "timeout", Message: "nothing was received for a while; send {\"type\":\"keepalive\"} to stay connected"}
	}
	return 0, nil, io.EOF
}

var errDraining = &Error{Code: "going_away", Message: "the service is stopping; please connect again"}

func appendAll(dst []byte, r io.Reader) ([]byte, error) {
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return dst, err
		}
	}
}

// send writes one text message.
func (k *socket) send(data []byte) error {
	k.SetWriteDeadline(time.Now().Add(writeTimeout))
	return k.WriteMessage(websocket.TextMessage, data)
}

// abandon ends the socket with the close code that belongs to err.
func (k *socket) abandon(err error) {
	code, reason := websocket.CloseNormalClosure, ""
	if err != nil && !errors.Is(err, io.EOF) {
		e := k.srv.known(err)
		code, reason = fates[e.Code].close, e.Code
	}
	k.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
}
