package server

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/asr/wav"
)

// TestStopping: what is idle is sent away at once, what is under way is
// answered, and readiness is denied before the last request is done.
func TestStopping(t *testing.T) {
	d := open(t, nil)
	idle := map[string]*websocket.Conn{}
	for _, path := range []string{"/v1/listen", "/vosk"} {
		idle[path+" silent"] = dial(t, d.addr, path)
	}
	started := dial(t, d.addr, "/v1/listen")
	started.WriteMessage(websocket.TextMessage, []byte(`{"type":"start","sample_rate":16000}`))
	if _, ready, err := started.ReadMessage(); err != nil || !strings.Contains(string(ready), `"ready"`) {
		t.Fatalf("%s, %v", ready, err)
	}
	idle["/v1/listen started"] = started

	// Two requests whose second half comes when the service is stopping.
	var body bytes.Buffer
	if err := wav.Encode(&body, speechtest.Rate, speechtest.Silence(1000)); err != nil {
		t.Fatal(err)
	}
	upload := fmt.Sprintf("POST /v1/listen HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", body.Len(), body.Bytes())
	ready := "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
	halves := map[string]net.Conn{}
	for _, r := range []string{upload, ready} {
		c, err := net.Dial("tcp", d.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(30 * time.Second))
		if _, err := io.WriteString(c, r[:len(r)/2]); err != nil {
			t.Fatal(err)
		}
		halves[r] = c
	}
	d.alive(t) // by then the halves are read

	stopped := make(chan error, 1)
	go func() { stopped <- d.srv.Shutdown(context.Background()) }()
	for what, c := range idle {
		if code, last := lastWord(c); code != websocket.CloseGoingAway || !strings.Contains(last, `"going_away"`) {
			t.Errorf("%s: closed with %d after %q", what, code, last)
		}
	}
	for r, want := range map[string]int{upload: 200, ready: 503} {
		io.WriteString(halves[r], r[len(r)/2:])
		resp, err := http.ReadResponse(bufio.NewReader(halves[r]), nil)
		if err != nil {
			t.Fatalf("%.20q was cut: %v", r, err)
		}
		if resp.StatusCode != want {
			t.Errorf("%.20q: %d, want %d", r, resp.StatusCode, want)
		}
		resp.Body.Close()
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", d.addr); err == nil {
		c.Close()
		t.Error("the port is still open")
	}
}

// TestStoppingIsBounded: a client that does not do its part is cut when the
// time is up, and does not keep the other doors open.
func TestStoppingIsBounded(t *testing.T) {
	d := open(t, func(o *Options) { o.DrainTimeout = 300 * time.Millisecond })
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET /healthz HT")
	d.alive(t)
	if err := d.srv.Shutdown(context.Background()); err == nil {
		t.Error("a request that never came was waited for, and nobody was told")
	}
	if err := d.srv.serve(fresh(t), d.srv.newApp()); err != nil {
		t.Errorf("a door of a stopped service: %v", err)
	}
}

// fresh is a listener that has just been opened.
func fresh(t testing.TB) net.Listener {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}
