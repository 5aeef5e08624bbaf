package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// frame is one thing that a client sends.
type frame struct {
	kind int // websocket.TextMessage, BinaryMessage, PingMessage; 0: bytes that are no frame
	data []byte
}

func (f frame) String() string { return fmt.Sprintf("%d:%.80q", f.kind, f.data) }

// scripts are the messages that mutations start from, by door.
var scripts = map[string][]string{
	"/v1/listen": {`{"type":"start","sample_rate":16000,"lang":"zh-CN","role":"resident","page":"/","session":"visitor-1"}`,
		`{"type":"start","sample_rate":8000}`, `{"type":"finalize"}`, `{"type":"cancel"}`, `{"type":"keepalive"}`, `{"type":"stop"}`,
		`{"type":"start","sample_rate":1e9}`, `{"type":"start","sample_rate":-16000}`, `{"type":"金丝雀机密"}`, `{"type":null}`, `[]`, `null`, ``, "\xff\xfe"},
	"/vosk": {`{"config":{"sample_rate":16000,"words":true,"max_alternatives":3}}`, `{"config":{"sample_rate":8000.5,"phrase_list":["教育局","金丝雀机密"]}}`,
		`{"config":{"phrase_list":"[\"打开 教育局\"]"}}`, `{"config":{"phrase_list":[]}}`, `{"config":{"sample_rate":1e300}}`, `{"config":{"sample_rate":-1}}`,
		`{"config":{"max_alternatives":-99999999999}}`, `{"config":{"words":"x","max_alternatives":1000}}`, `{"config":{"model":"/etc"}}`, `{"config":7}`, `{"config":null}`,
		`{"eof" : 1}`, `{"reset" : 1}`, `{"eof":null}`, `{}`, `[]`, `金丝雀机密`, ``, "\xff"},
}

// decode makes frames of arbitrary bytes: a kind, a length, and that much
// data or one of the door's messages.
func decode(door string, in []byte) []frame {
	var out []frame
	for len(in) >= 2 && len(out) < 40 {
		op, n := in[0], int(in[1])
		in = in[2:]
		data := in[:min(n, len(in))]
		list := scripts[door]
		switch op % 8 {
		case 0, 1, 2:
			out = append(out, frame{websocket.TextMessage, []byte(list[n%len(list)])})
			continue
		case 3:
			out = append(out, frame{websocket.TextMessage, data})
		case 4:
			out = append(out, frame{websocket.BinaryMessage, data})
		case 5: // audio that is loud and of an odd length
			out = append(out, frame{websocket.BinaryMessage, bytes.Repeat(append([]byte{op, 0x7f}, data...), 1+n)})
		case 6:
			out = append(out, frame{websocket.PingMessage, data[:min(len(data), 125)]})
		case 7:
			out = append(out, frame{0, data})
		}
		in = in[len(data):]
	}
	return out
}

// visit sends frames to a door, ends its side, and returns the close code and
// what came before it.
func visit(t testing.TB, addr, path string, frames []frame) (code int, said []string) {
	c := dialOnce(t, addr, path)
	defer c.Close()
	c.NetConn().(*net.TCPConn).SetLinger(0) // thousands of closed ones would use up the ports
	go func() {
		for _, f := range frames {
			var err error
			switch f.kind {
			case 0:
				_, err = c.NetConn().Write(f.data)
			case websocket.PingMessage:
				err = c.WriteControl(websocket.PingMessage, f.data, time.Now().Add(10*time.Second))
			default:
				err = c.WriteMessage(f.kind, f.data)
			}
			if err != nil {
				return
			}
		}
		c.NetConn().(*net.TCPConn).CloseWrite()
	}()
	for {
		_, data, err := c.ReadMessage()
		var e *websocket.CloseError
		if errors.As(err, &e) {
			return e.Code, said
		}
		if err != nil {
			t.Fatalf("%s ended without a close (%v) after %q, given %.600s", path, err, said, fmt.Sprint(frames))
		}
		said = append(said, string(data))
	}
}

// checkEnd checks that a socket ended as the protocol says: an error message comes
// before every abnormal close, and its code is the close's. 1002 is the
// answer to what is no websocket frame at all.
func checkEnd(t testing.TB, path string, frames []frame, code int, said []string) {
	t.Helper()
	var last struct{ Type, Error, Code string }
	for i, s := range said {
		var m struct {
			Seq           int
			Session, Type string
		}
		if err := json.Unmarshal([]byte(s), &m); err != nil || path == "/v1/listen" && (m.Seq != i+1 || m.Session == "" || m.Type == "") {
			t.Fatalf("%s said %q as message %d", path, s, i+1)
		}
		conformsMessage(t, path, s)
	}
	if len(said) > 0 {
		json.Unmarshal([]byte(said[len(said)-1]), &last)
	}
	failed := last.Type == "error" || last.Error != ""
	switch {
	case failed && fates[last.Code].close != code, last.Code == "internal",
		!failed && code != websocket.CloseNormalClosure && code != websocket.CloseProtocolError && code != websocket.CloseAbnormalClosure:
		t.Fatalf("%s closed with %d after %q, given %.600s", path, code, said, fmt.Sprint(frames))
	}
}

func fuzzDoor(f *testing.F, path string) {
	d := open(f, nil)
	f.Add([]byte{0, 0, 5, 200, 1, 2, 0, 2})
	f.Add([]byte{4, 3, 1, 2, 3, 0, 0})
	f.Add([]byte{0, 1, 6, 4, 'p', 'i', 'n', 'g', 7, 4, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{3, 2, '{', '}', 0, 11})
	f.Add([]byte{0, 1, 5, 30, 0, 12, 5, 31, 0, 11})
	f.Fuzz(func(t *testing.T, in []byte) {
		frames := decode(path, in)
		code, said := visit(t, d.addr, path, frames)
		checkEnd(t, path, frames, code, said)
		if l := d.logs.String(); l != "" {
			t.Fatalf("logged %s given %.600s", l, fmt.Sprint(frames))
		}
	})
}

func FuzzVoiceMessages(f *testing.F) { fuzzDoor(f, "/v1/listen") }
func FuzzVoskMessages(f *testing.F)  { fuzzDoor(f, "/vosk") }

// TestMalformedFrames sends 2,000 frames to each door, in sockets that each
// live until their first mistake. TINGDONG_FRAMES sets their number (the
// promise is tested with 100,000); memory must not grow with it.
func TestMalformedFrames(t *testing.T) {
	count := 2000
	if n, err := strconv.Atoi(os.Getenv("TINGDONG_FRAMES")); err == nil {
		count = n
	}
	d := open(t, nil)
	before := heap()
	for path := range scripts {
		rng := rand.New(rand.NewPCG(3, 14))
		codes := map[int]int{}
		for n := 0; n < count; {
			in := make([]byte, 20+rng.IntN(200))
			for i := range in {
				in[i] = byte(rng.Uint32())
			}
			if rng.IntN(2) == 0 { // half of them begin well
				in = append([]byte{0, 0}, in...)
			}
			frames := decode(path, in)
			n += max(len(frames), 1)
			code, said := visit(t, d.addr, path, frames)
			checkEnd(t, path, frames, code, said)
			codes[code]++
		}
		t.Logf("%s: closed with %v", path, codes)
		if codes[websocket.ClosePolicyViolation] == 0 || codes[websocket.CloseProtocolError] == 0 {
			t.Errorf("%s: closed with %v; the frames were not wrong enough", path, codes)
		}
	}
	if l := d.logs.String(); l != "" {
		t.Errorf("logged: %s", l)
	}
	d.alive(t)
	d.access.forget() // the test's own
	// 64 MB is what the first sockets may take once; a leak of a socket's
	// buffer alone would be ten times that in 100,000 frames.
	if grown := heap() - before; grown > 64<<20 {
		t.Errorf("the heap has grown by %d MB", grown>>20)
	} else {
		t.Logf("%d frames to each door; the heap has grown by %d KB", count, grown>>10)
	}
}

// heap is what is in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestLastWordsArrive: a client that sends on while it is refused still reads
// why.
func TestLastWordsArrive(t *testing.T) {
	d := open(t, nil)
	for path, first := range map[string]string{"/v1/listen": `{"type":"sing"}`, "/vosk": `{"config":{"model":"x"}}`} {
		for range 20 {
			frames := []frame{{websocket.TextMessage, []byte(first)}}
			for range 30 {
				frames = append(frames, frame{websocket.BinaryMessage, make([]byte, 60<<10)})
			}
			code, said := visit(t, d.addr, path, frames)
			if code != websocket.ClosePolicyViolation || len(said) != 1 || !strings.Contains(said[0], `"code"`) {
				t.Fatalf("%s: %d after %q", path, code, said)
			}
		}
	}
}

// TestEagerClient: frames may come in one packet with the handshake.
func TestEagerClient(t *testing.T) {
	d := open(t, nil)
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	stop := `{"type":"stop"}`
	masked := append([]byte{0x81, 0x80 | byte(len(stop)), 0, 0, 0, 0}, stop...) // a mask of zeros changes nothing
	fmt.Fprintf(c, "GET /v1/listen HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n%s", d.addr, masked)
	all, err := io.ReadAll(c)
	if err != nil || !bytes.HasPrefix(all, []byte("HTTP/1.1 101")) || !bytes.HasSuffix(all, []byte{0x88, 2, 0x03, 0xe8}) {
		t.Fatalf("%v, %q; want 101 and a normal close", err, all)
	}
}
