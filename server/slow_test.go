package server

import (
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
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

// TestSlowLoris: 500 clients that send a request a byte at a time are all
// turned away when the time for headers is up, however busy they keep.
func TestSlowLoris(t *testing.T) {
	d := open(t, func(o *Options) { o.ReadTimeout = time.Second })
	var lorises sync.WaitGroup
	answers := make(chan string, 500)
	for range cap(answers) {
		c, err := net.Dial("tcp", d.addr)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(30 * time.Second))
		lorises.Go(func() {
			defer c.Close()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				all, _ := io.ReadAll(c)
				answers <- string(all)
			}()
			tick := time.NewTicker(100 * time.Millisecond)
			defer tick.Stop()
			for i := 0; ; i++ {
				select {
				case <-ended:
					return
				case <-tick.C:
					io.WriteString(c, "GET /v1/ask?q=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"[i%70:i%70+1])
				}
			}
		})
	}
	d.alive(t)
	lorises.Wait()
	close(answers)
	for a := range answers {
		if a != "" && !strings.HasPrefix(a, "HTTP/1.1 408") {
			t.Fatalf("a slow client got %.200q", a)
		}
	}
	d.alive(t)
}

// TestSlowReaders: clients that ask and never read are cut off, and what is
// kept for them meanwhile is small.
func TestSlowReaders(t *testing.T) {
	d := open(t, func(o *Options) { o.WriteTimeout, o.IdleTimeout = 100*time.Millisecond, 2*time.Second })
	const clients = 20
	var done sync.WaitGroup
	var all []*websocket.Conn
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range clients {
		c := dial(t, d.addr, []string{"/vosk", "/v1/listen"}[i%2])
		c.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
		all = append(all, c)
		done.Go(func() {
			c.WriteMessage(websocket.TextMessage, []byte([]string{`{"config":{"max_alternatives":3}}`, `{"type":"start","sample_rate":8000}`}[i%2]))
			var err error
			for err == nil { // until the server hangs up
				if i%2 == 0 {
					err = c.WriteMessage(websocket.BinaryMessage, nil)
				} else {
					err = c.WriteMessage(websocket.TextMessage, []byte(`{"type":"finalize"}`))
				}
			}
		})
	}
	d.alive(t)
	for end := time.Now().Add(60 * time.Second); d.srv.sockets.count() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d clients were not cut off", d.srv.sockets.count())
		}
	}
	for _, c := range all { // the kernel may still hold them
		c.Close()
	}
	done.Wait()
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapInuse) - int64(before.HeapInuse); grown > clients*256<<10 {
		t.Errorf("grown by %d KiB for %d clients", grown>>10, clients)
	}
	d.alive(t)
}

func (s *sockets) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}
