package server

import (
	"errors"
	"io"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// maxFrame is the largest message taken, in bytes: two seconds of 16 kHz
	// audio, a fifth of that is usual.
	maxFrame = 64 << 10
	// lingerTimeout is how long a client that goes on sending is listened to
	// after the close, so that it can read why.
	lingerTimeout = time.Second
)

// socket is one open websocket. One goroutine reads, works and writes, so
// that nothing is buffered for a slow client: it is waited for a moment, then
// closed.
type socket struct {
	*websocket.Conn
	srv *Server
	tcp net.Conn
	buf []byte
	// gone: an answer was left unread for too long.
	gone bool
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

// send writes one text message. io.EOF means that nobody reads any more.
func (k *socket) send(data []byte) error {
	k.SetWriteDeadline(time.Now().Add(k.srv.opt.WriteTimeout))
	if k.WriteMessage(websocket.TextMessage, data) != nil {
		k.gone = true
		return io.EOF
	}
	return nil
}

// abandon ends the socket with the close code that belongs to err.
func (k *socket) abandon(err error) {
	if t, ok := bare(k.tcp).(interface{ SetLinger(int) error }); ok && k.gone {
		t.SetLinger(0) // or the kernel would keep what it cannot deliver
		return
	}
	code, reason := websocket.CloseNormalClosure, ""
	if e := (*Error)(nil); errors.As(err, &e) {
		code, reason = fates[e.Code].close, e.Code
	}
	k.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
	k.linger()
}

// linger reads on until the client closes, too. Closing a connection with
// unread data resets it, and the client may never see the last words.
func (k *socket) linger() {
	half, ok := k.tcp.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	k.tcp.SetReadDeadline(time.Now().Add(lingerTimeout))
	io.Copy(io.Discard, k.tcp)
}

// bare is the connection below TLS, if there is any.
func bare(c net.Conn) net.Conn {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		return t.NetConn()
	}
	return c
}
