package server

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/session"
)

func (d *doors) tokens(t testing.TB) map[string]string {
	out := map[string]string{"": "", "wrong": "td_WRONG"}
	for _, r := range []Role{Viewer, Editor, Publisher} {
		token, err := d.node.NewToken(t.Context(), r.String(), "test")
		if err != nil {
			t.Fatal(err)
		}
		out[r.String()] = token
	}
	return out
}

func bearer(token string) map[string]string {
	if token == "" {
		return nil
	}
	return map[string]string{"Authorization": "Bearer " + token}
}

// TestRoleMatrix: every operation that the document says is for a role is
// refused to all who have less, and open to that role. TestDescriptionIsComplete
// sees to it that no route is missing in the document.
func TestRoleMatrix(t *testing.T) {
	d := open(t, nil)
	tokens, admin := d.tokens(t), 0
	for _, o := range describedDoors(t).operations {
		least := o.least(t)
		if own := strings.HasPrefix(o.path, adminPath); own != (least != Nobody) {
			t.Errorf("%s %s asks for the role %q", o.method, o.path, least)
		}
		if least == Nobody {
			continue
		}
		admin++
		// Addresses of things that do not exist: what passes changes nothing.
		path := strings.NewReplacer("{key}", "nowhere", "{id}", "nowhere").Replace(o.path)
		for name, token := range tokens {
			d.hasRole(t, o, path, name, token)
		}
	}
	if admin < 19 {
		t.Errorf("only %d operations for administrators are described", admin)
	}
	d.alive(t)
}

func (d *doors) hasRole(t *testing.T, o operation, path, name, token string) {
	what := fmt.Sprintf("%s %s as %q", o.method, path, name)
	role, _ := ParseRole(name)
	h := map[string]string{"If-Match": `"x"`}
	if token != "" {
		h["Authorization"] = "Bearer " + token
	}
	a := d.do(t, o.method, path, "", h)
	switch {
	case role == Nobody:
		a.isProblem(t, what, "unauthorized")
		if a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", what)
		}
	case role < o.least(t):
		a.isProblem(t, what, "forbidden")
	case a.status == 401 || a.status == 403 || a.status >= 500:
		t.Errorf("%s: %d %s", what, a.status, a.body)
	}
}

// TestLargeBodiesAreForAdministrators: a length that is only announced costs
// nothing without a token.
func TestLargeBodiesAreForAdministrators(t *testing.T) {
	d := open(t, nil)
	tokens := d.tokens(t)
	body := strings.Repeat(" ", 1<<20)
	for _, name := range []string{"", "wrong", "viewer"} {
		h := map[string]string{"X-Tingdong-Local": "1", "Authorization": "Bearer " + tokens[name]}
		if a := d.do(t, "POST", "/v1/admin/documents", body, h); a.status != http.StatusUnauthorized && a.status != http.StatusForbidden {
			t.Errorf("as %q: %d %s", name, a.status, a.body)
		}
	}
	if a := d.do(t, "POST", "/v1/admin/documents", body, bearer(tokens["editor"])); a.status != 200 {
		t.Errorf("as editor: %d %s", a.status, a.body)
	}
	d.do(t, "POST", "/v1/ask", body, nil).isProblem(t, "a large question", "too_big")
}

func TestWrongAddressesAndMethods(t *testing.T) {
	d := open(t, nil)
	for _, c := range []struct{ method, path, code string }{
		{"PUT", "/v1/ask", "method"}, {"DELETE", "/v1/search", "method"}, {"OPTIONS", "/v1/ask", "method"}, {"PATCH", "/v1/admin/grammars", "method"},
		{"BREW", "/v1/ask", "method"}, {"BREW", "/nowhere", "method"}, {"TRACE", "/v1/ask", "method"}, {"POST", "/healthz", "method"},
		{"GET", "/v1", "not_found"}, {"GET", "/v1/", "not_found"}, {"GET", "/v1/unheard", "not_found"}, {"POST", "/v1/ask/more", "not_found"},
		{"GET", "/v1//ask", "not_found"}, {"GET", "//v1/ask", "not_found"}, {"GET", "/nowhere", "not_found"}, {"OPTIONS", "/nowhere", "not_found"},
		{"GET", "/V1/ASK", "not_found"}, {"GET", "/v1/ADMIN/grammars", "not_found"}, {"GET", "/v1/%61dmin/grammars", "unauthorized"},
		{"GET", "/v1/ask%00", "not_found"}, {"GET", "/v1/..%2f..%2fetc", "not_found"}, {"GET", "/v1/admin/grammars/%2e%2e%2ftokens", "not_found"},
		{"GET", "/v1/listen", "bad_request"}, {"GET", "/vosk", "bad_request"}, {"POST", "/v1/events", "bad_request"}, {"POST", "/v1/listen", "bad_audio"},
		{"GET", "/v1/ask?q=%ff%fe", "bad_request"}, {"GET", "/v1/search?q=x&page=" + strings.Repeat("9", 30), "bad_request"},
		{"GET", "/v1/search?q=x&size=-1", "bad_request"}, {"GET", "/v1/search?q=x&sort=%00", "bad_request"},
	} {
		d.do(t, c.method, c.path, "", nil).isProblem(t, c.method+" "+c.path, c.code)
	}
	for _, path := range []string{"/v1/unheard", "/v1/listen", "/v1/admin/grammars"} {
		if a := d.do(t, "HEAD", path, "", nil); a.status < 400 || a.header.Get("Content-Type") != "application/problem+json" || a.body != "" {
			t.Errorf("HEAD %s: %+v", path, a)
		}
	}
	if a := d.do(t, "PUT", "/v1/ask", "", nil); a.header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("Allow: %q", a.header.Get("Allow"))
	}
	d.alive(t)
}

// TestAdminKeys: keys that the journal cannot have are no server errors.
func TestAdminKeys(t *testing.T) {
	d := open(t, nil)
	h := bearer(d.tokens(t)["publisher"])
	for _, key := range []string{"%2e%2e%2ftokens", "a%20b", "%00", "*", "%3e", "%ff", "." + strings.Repeat("x", 3000), "tokens"} {
		for _, tail := range []string{"", "/history"} {
			if a := d.do(t, "GET", "/v1/admin/grammars/"+key+tail, "", h); a.status >= 500 || a.status == 200 && !strings.Contains(a.body, `"history":[]`) {
				t.Errorf("%s%s: %d %s", key, tail, a.status, a.body)
			}
		}
		if a := d.do(t, "PUT", "/v1/admin/grammars/"+key, "x", h); a.status < 400 || a.status >= 500 {
			t.Errorf("PUT %s: %d %s", key, a.status, a.body)
		}
	}
	if l := d.logs.String(); l != "" {
		t.Errorf("logged: %s", l)
	}
}

// raw sends bytes that no client library sends and reads one answer.
func (d *doors) raw(t testing.TB, request string) answer {
	t.Helper()
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	go io.WriteString(c, request)
	in := bufio.NewReader(c)
	resp, err := http.ReadResponse(in, nil)
	for err == nil && resp.StatusCode == http.StatusContinue {
		resp, err = http.ReadResponse(in, nil)
	}
	if err != nil {
		t.Fatalf("%.60q: %v", request, err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}
}

func TestBrokenRequests(t *testing.T) {
	d := open(t, nil)
	for request, code := range map[string]string{
		"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n":                                                       "bad_request",
		"GET /v1/a\x00k HTTP/1.1\r\nHost: x\r\n\r\n":                                                  "bad_request",
		"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n":                                                        "bad_request",
		"GET /v1/%zz HTTP/1.1\r\nHost: x\r\n\r\n":                                                     "bad_request",
		"GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n":                                                     "bad_request",
		"GET /v1/ask HTTP/1.1\r\nHo\x00st: x\r\n\r\n":                                                 "bad_request",
		"\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n":                                                    "bad_request",
		"GET /v1/unheard HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 40000) + "\r\n\r\n":        "too_big",
		"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n":                     "too_big",
		"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n":                              "bad_request",
		"POST /v1/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n":                "bad_request",
		"POST /v1/ask HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n": "too_big",
	} {
		d.raw(t, request).isProblem(t, fmt.Sprintf("%.60q", request), code)
	}
	d.alive(t)
}

// TestOddQuestions: what JSON allows and no visitor would send.
func TestOddQuestions(t *testing.T) {
	d := open(t, nil)
	many := make([]string, 3000)
	for i := range many {
		many[i] = `{"text":"教育"}`
	}
	for name, body := range map[string]string{
		"huge confidence":     `{"alternatives":[{"text":"教育局","confidence":1e308},{"text":"教育局招生","confidence":1e308}]}`,
		"negative confidence": `{"alternatives":[{"text":"教育局","confidence":-1e308},{"text":"民政局","confidence":-5}]}`,
		"many readings":       `{"q":"` + canary + `","alternatives":[` + strings.Join(many, ",") + `]}`,
		"null":                `null`, "empty": `{}`, "spaces": `{"q":"  \u0000 \u200b "}`,
	} {
		a := d.do(t, "POST", "/v1/ask", body, nil)
		var r session.Reply
		if err := json.Unmarshal([]byte(a.body), &r); a.status != 200 || err != nil || r.Confidence < 0 || r.Confidence > 1 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for _, body := range []string{`[]`, `"x"`, `{"q":1}`, `{"alternatives":[{"confidence":"x"}]}`, `{"alternatives":[{"confidence":1e999}]}`, ``} {
		d.do(t, "POST", "/v1/ask", body, nil).isProblem(t, body, "bad_request")
	}
	d.alive(t)
}

func TestCrossOrigin(t *testing.T) {
	d := open(t, nil)
	preflight := func(path, origin string) answer {
		return d.do(t, "OPTIONS", path, "", map[string]string{"Origin": origin,
			"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"})
	}
	a := preflight("/v1/ask", "https://portal.example")
	if a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != "https://portal.example" || !strings.Contains(a.header.Get("Access-Control-Allow-Methods"), "POST") ||
		!strings.EqualFold(a.header.Get("Access-Control-Allow-Headers"), "content-type") || !strings.Contains(a.header.Get("Vary"), "Origin") {
		t.Errorf("preflight: %+v", a)
	}
	a = d.do(t, "POST", "/v1/ask", `{"q":"教育局"}`, map[string]string{"Origin": "https://portal.example", "Content-Type": "application/json"})
	if a.status != 200 || a.header.Get("Access-Control-Allow-Origin") != "https://portal.example" {
		t.Errorf("question: %+v", a)
	}
	a = d.do(t, "POST", "/v1/ask", `{`, map[string]string{"Origin": "https://portal.example"})
	if a.isProblem(t, "bad question", "bad_request"); a.header.Get("Access-Control-Allow-Origin") == "" {
		t.Error("the page cannot read what was wrong")
	}
	for _, c := range [][2]string{
		{"/v1/ask", "https://evil.example"}, {"/v1/ask", "null"}, {"/v1/ask", "https://portal.example.evil"}, {"/v1/ask", "http://portal.example"},
		{"/v1/admin/grammars", "https://portal.example"}, {"/v1/admin/documents", "https://portal.example"}, {"/v1/%61dmin/grammars", "https://portal.example"},
		{"/v1/ADMIN/grammars", "https://portal.example"}, {"/v1/admin", "https://portal.example"}, {"/V1/admin/grammars", "https://portal.example"}, {"/v1/admin%2fgrammars", "https://portal.example"},
	} {
		for what, a := range map[string]answer{"preflight": preflight(c[0], c[1]), "request": d.do(t, "GET", c[0], "", map[string]string{"Origin": c[1]})} {
			for k := range a.header {
				if strings.HasPrefix(k, "Access-Control-") {
					t.Errorf("%s of %v: got %s: %s", what, c, k, a.header.Get(k))
				}
			}
			if a.status == 204 {
				t.Errorf("%s of %v was granted", what, c)
			}
		}
	}
}

func TestOriginOfSockets(t *testing.T) {
	d := open(t, nil)
	shake := func(addr, path string, h map[string]string) answer {
		old := d.addr
		defer func() { d.addr = old }()
		d.addr = addr
		all := map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
		req := "GET " + path + " HTTP/1.1\r\n"
		for k, v := range h {
			all[k] = v
		}
		if all["Host"] == "" {
			all["Host"] = addr
		}
		for k, v := range all {
			req += k + ": " + v + "\r\n"
		}
		return d.raw(t, req+"\r\n")
	}
	for _, at := range [][2]string{{d.addr, "/v1/listen"}, {d.addr, "/vosk"}, {d.vosk, "/any"}} {
		for origin, code := range map[string]string{"https://evil.example": "origin", "null": "origin", "https://" + at[0] + ".evil": "origin", "%zz": "origin"} {
			shake(at[0], at[1], map[string]string{"Origin": origin}).isProblem(t, at[1]+" from "+origin, code)
		}
		// Hosts that a page cannot forge, but a proxy's header must not help it.
		shake(at[0], at[1], map[string]string{"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}).
			isProblem(t, at[1]+" with a forged proxy header", "origin")
		if a := shake(at[0], at[1], map[string]string{"Origin": "http://" + at[0]}); a.status != 101 {
			t.Errorf("%s from its own page: %d %s", at[1], a.status, a.body)
		}
		shake(at[0], at[1], map[string]string{"Sec-WebSocket-Version": "8"}).isProblem(t, at[1]+" of an old version", "bad_request")
		shake(at[0], at[1], map[string]string{"Sec-WebSocket-Key": "x"}).isProblem(t, at[1]+" with a bad key", "bad_request")
	}
}
