package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/valyala/fasthttp"
)

func networks(t testing.TB, list ...string) []netip.Prefix {
	t.Helper()
	out, err := ParseNetworks(list)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestClientBehindProxies(t *testing.T) {
	xff := Proxies{Trusted: networks(t, "10.0.0.0/8", "2001:db8::/32", "192.0.2.7")}
	fwd := xff
	fwd.Header = "Forwarded"
	long := strings.Repeat("10.0.0.1,", 100)
	for _, c := range []struct {
		p                  Proxies
		peer, header, want string
	}{
		{Proxies{}, "198.51.100.1", "1.2.3.4", "198.51.100.1"}, // nobody is trusted
		{xff, "198.51.100.1", "1.2.3.4", "198.51.100.1"},       // not by a proxy of ours
		{xff, "10.1.1.1", "", "10.1.1.1"},
		{xff, "10.1.1.1", "1.2.3.4", "1.2.3.4"},
		{xff, "10.1.1.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"},            // the left one is forged
		{xff, "10.1.1.1", "10.9.9.9, 1.2.3.4", "1.2.3.4"},           // even as one of ours
		{xff, "10.1.1.1", "6.6.6.6, 1.2.3.4, 192.0.2.7", "1.2.3.4"}, // two proxies
		{xff, "10.1.1.1", "6.6.6.6, nonsense", "10.1.1.1"},
		{xff, "10.1.1.1", "1.2.3.4, ", "10.1.1.1"},
		{xff, "10.1.1.1", "1.2.3.4:5678", "1.2.3.4"},
		{xff, "10.1.1.1", "[2a00::1]:5678", "2a00::1"},
		{xff, "2001:db8::5", "2a00::1", "2a00::1"},
		{xff, "::ffff:10.1.1.1", "::ffff:1.2.3.4", "1.2.3.4"},
		{xff, "10.1.1.1", "6.6.6.6," + long + "10.0.0.1", "10.0.0.1"}, // longer than any chain
		{fwd, "10.1.1.1", `for=6.6.6.6, for="[2a00::1]:80";proto=https`, "2a00::1"},
		{fwd, "10.1.1.1", `proto=https;For=1.2.3.4`, "1.2.3.4"},
		{fwd, "10.1.1.1", `for=_hidden`, "10.1.1.1"},
		{fwd, "198.51.100.1", `for=1.2.3.4`, "198.51.100.1"},
	} {
		var h fasthttp.RequestHeader
		name, other := "X-Forwarded-For", "Forwarded"
		if c.p.Header != "" {
			name, other = other, name
		}
		if c.header != "" {
			h.Add(name, c.header)
		}
		h.Add(other, "for=9.9.9.9, 9.9.9.9") // what our proxies do not write is not read
		if got := c.p.client(netip.MustParseAddr(c.peer), &h); got.String() != c.want {
			t.Errorf("%s with %.60q: %s, want %s", c.peer, c.header, got, c.want)
		}
	}
	var h fasthttp.RequestHeader
	h.Add("X-Forwarded-For", "6.6.6.6")
	h.Add("X-Forwarded-For", "1.2.3.4")
	if got := xff.client(netip.MustParseAddr("10.1.1.1"), &h); got.String() != "1.2.3.4" {
		t.Errorf("two headers: %s", got)
	}
	for _, bad := range []string{"10.0.0.0/99", "nonsense", "10.0.0"} {
		if _, err := ParseNetworks([]string{bad}); err == nil {
			t.Errorf("%q passes for a network", bad)
		}
	}
}

func FuzzForwardedHeaders(f *testing.F) {
	f.Add("1.2.3.4, 10.0.0.1", false)
	f.Add(`for="[2a00::1]:80";proto=https, for=_x`, true)
	f.Fuzz(func(t *testing.T, header string, forwarded bool) {
		p := Proxies{Trusted: networks(t, "10.0.0.0/8")}
		var h fasthttp.RequestHeader
		if forwarded {
			p.Header = "Forwarded"
		}
		h.Set("X-Forwarded-For", header)
		h.Set("Forwarded", header)
		if a := p.client(netip.MustParseAddr("10.0.0.1"), &h); !a.IsValid() || a.Is4In6() || a.Zone() != "" {
			t.Errorf("%q makes the client %s", header, a)
		}
	})
}

// TestForgedForwardingHeaders: whatever a client says of itself, its requests
// count together; behind a trusted proxy each client counts alone.
func TestForgedForwardingHeaders(t *testing.T) {
	slow := func(o *Options) { o.Limits = Limits{Ask: Rate{0.001, 3}} }
	ask := func(d *doors, forged string) answer {
		return d.do(t, "GET", "/v1/ask?q=x", "", map[string]string{"X-Forwarded-For": forged, "Forwarded": "for=" + forged, "X-Real-Ip": forged, "Cf-Connecting-Ip": forged})
	}
	d := open(t, slow)
	for i := range 5 {
		a := ask(d, fmt.Sprintf("203.0.113.%d", i))
		if i < 3 && a.status != 200 {
			t.Errorf("request %d: %d %s", i, a.status, a.body)
		}
		if i >= 3 {
			a.isProblem(t, "a forged header", "too_many")
			if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 100 {
				t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
			}
		}
	}
	if l := d.logs.String(); strings.Count(l, "trusted-proxies") != 1 {
		t.Errorf("nobody is told of the proxy, or too often:\n%s", l)
	}
	if a := d.do(t, "GET", "/healthz", "", nil); a.status != 200 {
		t.Errorf("health is limited: %d", a.status)
	}
	d = open(t, func(o *Options) {
		slow(o)
		o.Proxies.Trusted = networks(t, "127.0.0.0/8")
	})
	for i := range 5 {
		if a := ask(d, fmt.Sprintf("203.0.113.%d", i)); a.status != 200 {
			t.Errorf("client %d behind the proxy: %d", i, a.status)
		}
	}
	for i := range 4 {
		if a := ask(d, fmt.Sprintf("6.6.6.%d, 203.0.113.9", i)); (a.status == 429) != (i == 3) {
			t.Errorf("request %d of a client that lies to the proxy: %d", i, a.status)
		}
	}
}

func TestLimitsByClass(t *testing.T) {
	one := Rate{0.001, 1}
	d := open(t, func(o *Options) { o.Limits = Limits{Ask: one, Listen: one, Admin: one, SignIn: one} })
	for _, paths := range [][]string{
		{"/v1/ask?q=x", "/v1/search?q=x", "/v1/%61sk?q=x", "/v1/suggest?q=x", "/v1/ask/?q=x", "/v1/columns", "/cn/search?q=x"},
		{"/v1/listen", "/vosk", "/v1/listen/"},
		{"/v1/admin/grammars", "/v1/admin/grammars/", "/v1/admin/tokens"},
	} {
		for i, path := range paths {
			if a := d.do(t, "GET", path, "", nil); (a.status == 429) != (i > 0) {
				t.Errorf("%s, the class's request %d: %d", path, i+1, a.status)
			}
		}
	}
	for range 50 {
		if a := d.do(t, "GET", "/readyz", "", nil); a.status != 200 {
			t.Fatalf("readiness: %d", a.status)
		}
	}
	if m := d.do(t, "GET", "/metrics", "", nil).body; !strings.Contains(m, `tingdong_limited_total{class="ask"} 6`) {
		t.Error("the refusals are not counted")
	}
}

// TestWrongTokensAreFew: after some wrong tokens a client is not listened to,
// not even where others are exempt.
func TestWrongTokensAreFew(t *testing.T) {
	d := open(t, func(o *Options) {
		o.Limits = Limits{SignIn: Rate{0.001, 3}, Exempt: networks(t, "127.0.0.0/8")}
		o.Proxies.Trusted = networks(t, "127.0.0.0/8")
	})
	good := d.tokens(t)["viewer"]
	try := func(token, client string) answer {
		return d.do(t, "GET", "/v1/admin/grammars", "", map[string]string{"Authorization": "Bearer " + token, "X-Forwarded-For": client})
	}
	for _, client := range []string{"203.0.113.1", "127.0.0.1"} {
		for range 20 {
			if a := try(good, client); a.status != 200 {
				t.Fatalf("the right token: %d", a.status)
			}
		}
		for i := range 5 {
			if a := try("td_WRONG", client); (a.status == 429) != (i >= 3) {
				t.Errorf("wrong token %d of %s: %d", i, client, a.status)
			}
		}
		try(good, client).isProblem(t, "guessing goes on", "too_many")
	}
	if a := try(good, "203.0.113.2"); a.status != 200 {
		t.Errorf("another client: %d", a.status)
	}
}

func TestSocketsOfOneClient(t *testing.T) {
	d := open(t, func(o *Options) { o.Limits = Limits{Sockets: 3, Listen: Rate{PerSecond: -1}} })
	var open []*websocket.Conn
	for range 3 {
		open = append(open, dial(t, d.addr, "/v1/listen"))
	}
	for _, at := range [][2]string{{d.addr, "/v1/listen"}, {d.addr, "/vosk"}, {d.vosk, "/"}} {
		_, resp, err := websocket.DefaultDialer.Dial("ws://"+at[0]+at[1], http.Header{"X-Forwarded-For": {"203.0.113.5"}})
		if err == nil || resp == nil || resp.StatusCode != 429 || resp.Header.Get("Retry-After") == "" {
			t.Errorf("a fourth socket at %v: %v", at, err)
		}
	}
	open[0].WriteMessage(websocket.TextMessage, []byte(`{"type":"stop"}`))
	lastWord(open[0])
	open[0].Close()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if c, _, err := websocket.DefaultDialer.Dial("ws://"+d.addr+"/vosk", nil); err == nil {
			c.Close()
			return
		}
	}
	t.Error("a socket that has ended still counts")
}

// TestClientTableIsBounded: a million addresses do not grow the table.
func TestClientTableIsBounded(t *testing.T) {
	r := newRates(Limits{Ask: Rate{1, 2}})
	for i := range 200_000 {
		r.take(netip.AddrFrom4([4]byte{9, byte(i >> 16), byte(i >> 8), byte(i)}), asking)
	}
	if n := r.table.Len(); n > maxClients {
		t.Errorf("%d clients are kept", n)
	}
	// One IPv6 network is one client.
	for i := range 3 {
		a := netip.MustParseAddr(fmt.Sprintf("2a00:1:2:3::%d", i))
		if wait := r.take(a, asking); (wait > 0) != (i == 2) {
			t.Errorf("address %d of one network waits %v", i, wait)
		}
	}
	if (r.take(netip.Addr{}, asking) != 0) || peerOf(&net.UnixAddr{}).IsValid() {
		t.Error("the local administrator is limited")
	}
}

func TestRatesAreRead(t *testing.T) {
	for text, want := range map[string]Rate{"50:200": {50, 200}, "0.5:1": {0.5, 1}, "off": {PerSecond: -1}} {
		if r, err := ParseRate(text); err != nil || r != want {
			t.Errorf("%q: %v, %v", text, r, err)
		}
	}
	for _, bad := range []string{"", "50", "0:5", "-1:5", "5:0", "NaN:1", "x:y", "1:2:3"} {
		if r, err := ParseRate(bad); err == nil {
			t.Errorf("%q passes as %v", bad, r)
		}
	}
}

func TestRequestNames(t *testing.T) {
	d := open(t, nil)
	own := d.do(t, "GET", "/v1/unheard", "", map[string]string{"X-Request-Id": "from-proxy.17"})
	if own.header.Get("X-Request-Id") != "from-proxy.17" || !strings.Contains(own.body, `"request_id":"from-proxy.17"`) {
		t.Errorf("the proxy's name is not kept: %v %s", own.header, own.body)
	}
	seen := map[string]bool{}
	for _, bad := range []string{"", "short", strings.Repeat("x", 65), "with space.", "金丝雀机密金丝雀机密", `quote"quote`} {
		a := d.do(t, "GET", "/v1/ask?q="+canary, "", map[string]string{"X-Request-Id": bad})
		id := a.header.Get("X-Request-Id")
		if id == bad || len(id) < 20 || seen[id] {
			t.Errorf("%q is answered with %q", bad, id)
		}
		seen[id] = true
		if !strings.Contains(d.access.String(), "request_id="+id+" method=GET route=/v1/ask status=200") {
			t.Errorf("no line for %s:\n%s", id, d.access)
		}
	}
	if a := d.raw(t, "GET /v1/ask HTTP/1.1\r\nHo\x00st: x\r\n\r\n"); a.header.Get("X-Request-Id") == "" {
		t.Errorf("a broken request has no name: %v", a.header)
	}
	d.do(t, "GET", "/v1/ask/"+canary+"?q="+canary, "", nil)
	d.do(t, "GET", "/"+canary, "", nil)
	d.do(t, "GET", "/v1/admin/grammars", "", bearer(d.tokens(t)["viewer"]))
	if l := d.access.String(); strings.Contains(l, canary) || strings.Contains(l, "%E9") || !strings.Contains(l, "client=127.0.0.0/24") || !strings.Contains(l, "who=test role=viewer client=127.0.0.1") {
		t.Errorf("the access log:\n%s", l)
	}
}
