package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/pflag"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/tingdong/tingdong/asr/speechtest"
)

// TestTracesReachTheCollector: what the service sends is OTLP, and has no
// word of the visitor.
func TestTracesReachTheCollector(t *testing.T) {
	var mu sync.Mutex
	names, raw := map[string]bool{}, ""
	c := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var req collector.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &req); err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		mu.Lock()
		defer mu.Unlock()
		raw += string(body)
		for _, rs := range req.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				for _, s := range ss.Spans {
					names[s.Name] = true
				}
			}
		}
	}))
	defer c.Close()
	s := start(t, t.TempDir(), "--no-speech", "--demo=false", "--otlp-endpoint", c.URL+"/v1/traces", "--debug-listen", "127.0.0.1:0", "--access-log=false")
	s.request("POST", "/v1/ask", `{"q":"金丝雀机密"}`)
	if code, _ := s.request("GET", "/debug/pprof/", ""); code != 404 {
		t.Errorf("profiles at the public door: %d", code)
	}
	if err := s.stop(); err != nil { // sends what is left
		t.Errorf("%v\n%s", err, s.errs)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"POST /v1/ask", "turn", "intent", "search"} {
		if !names[want] {
			t.Errorf("no span %q came, but %v\n%s", want, names, s.errs)
		}
	}
	if strings.Contains(raw, "金丝雀") || strings.Contains(s.errs.String(), "金丝雀") {
		t.Error("the collector or the log was told what the visitor said")
	}
}

func TestProfilesStayHere(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":6060", "192.0.2.1:6060", "example.org:80", "localhost", "[::]:0"} {
		if stop, err := openDebug(addr); err == nil {
			stop()
			t.Errorf("profiles are open at %s", addr)
		}
	}
	path := filepath.Join(t.TempDir(), "debug.sock")
	stop, err := openDebug("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	local := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
	defer local.CloseIdleConnections()
	resp, err := local.Get("http://local/debug/pprof/goroutine?debug=1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), "goroutine profile") {
		t.Errorf("%.200s", body)
	}
}

func TestOperationSettings(t *testing.T) {
	oneShot(t)
	for _, args := range [][]string{
		{"--limit-ask", "fast"}, {"--trusted-proxies", "proxy.example"}, {"--proxy-header", "X-Real-IP"}, {"--tls-cert", "x"},
		{"--log-level", "loud"}, {"--log-format", "xml"}, {"--oidc-issuer", "http://127.0.0.1:1"}, {"--oidc-issuer", "x", "--oidc-audience", "y", "--oidc-role-map", "a=king"},
	} {
		_, errs, code := output(t, "", append([]string{"serve", "--listen", "127.0.0.1:0", "--no-speech", "--demo=false", "--data", t.TempDir()}, args...)...)
		if code != 2 || !strings.Contains(errs, args[0]) {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
}

// TestEverySettingIsExplained: docs/operations.md has each flag of serve.
func TestEverySettingIsExplained(t *testing.T) {
	oneShot(t)
	text, err := os.ReadFile(filepath.Join(speechtest.Root(t), "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	serveCmd().Flags().VisitAll(func(f *pflag.Flag) {
		if !strings.Contains(string(text), "`--"+f.Name+"`") {
			t.Errorf("--%s is not in docs/operations.md", f.Name)
		}
	})
}
