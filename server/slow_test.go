package server

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// lastWord reads to the end: the close code, the message before it.
func lastWord(c *websocket.Conn) (code int, last string) {
	for {
		_, data, err := c.ReadMessage()
		var e *websocket.CloseError
		if errors.As(err, &e) {
			return e.Code, last
		}
		if err != nil {
			return 0, last + err.Error()
		}
		last = string(data)
	}
}

// TestIdleSocketIsClosed: the first read of a socket has a deadline, too. One
// processor is where taking the connection over could lose it.
func TestIdleSocketIsClosed(t *testing.T) {
	for _, procs := range []int{1, runtime.NumCPU()} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		d := open(t, func(o *Options) { o.IdleTimeout = 50 * time.Millisecond })
		for _, at := range [][2]string{{d.addr, "/v1/listen"}, {d.addr, "/vosk"}, {d.vosk, "/"}} {
			for range 20 {
				code, last := lastWord(dial(t, at[0], at[1]))
				if code != websocket.ClosePolicyViolation || !strings.Contains(last, `"timeout"`) {
					t.Fatalf("%s with %d processors: closed with %d after %q", at, procs, code, last)
				}
			}
		}
	}
}
