package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestRollingRestart runs a cluster of three processes behind a balancer.
// Each in turn is stopped as a service manager does and started again, then
// one is killed, while visitors ask and an editor imports: no visitor's
// request fails, and nothing acknowledged is lost.
func TestRollingRestart(t *testing.T) {
	if os.Getenv("TINGDONG_CLUSTER") == "" {
		t.Skip("three processes on one machine take a minute: make test-cluster")
	}
	f := newFleet(t)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() { f.start(i) })
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	out, errs, code := output(t, "", "token", "--data", f.data[0], "--role", "editor")
	if code != 0 {
		t.Fatal(errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	over := make(chan struct{})
	for w := range 4 {
		wg.Go(func() { f.visit(w, over) })
	}
	wg.Go(func() { f.edit("Bearer "+lines[len(lines)-1], over) })
	for i := range 3 {
		f.restart(i, syscall.SIGTERM)
	}
	f.restart(1, syscall.SIGKILL)
	close(over)
	wg.Wait()
	f.check()
	file := filepath.Join(t.TempDir(), "cluster.backup")
	out, errs, code = output(t, "", "backup", "--data", f.data[1], "--json", file)
	var counts struct{ Documents int64 }
	if err := json.Unmarshal([]byte(out), &counts); err != nil || code != 0 || counts.Documents < f.acked.Load() {
		t.Errorf("a backup at a member: %d %s%s; %d pages were acknowledged", code, out, errs, f.acked.Load())
	}
}

// fleet is three members and their balancer: it sends a request to a member
// that is ready, and to another one when a member does not answer.
type fleet struct {
	t       *testing.T
	data    [3]string
	listen  [3]string
	args    [3][]string
	mu      sync.Mutex // guards members
	members [3]*service
	asked   atomic.Int64
	failed  atomic.Int64
	acked   atomic.Int64 // pages
	refused atomic.Int64 // imports that were answered with 503
}

func newFleet(t *testing.T) *fleet {
	f := &fleet{t: t}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("between us\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var ports []string
	for range 6 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		ports = append(ports, ln.Addr().String())
	}
	for i := range f.data {
		f.data[i], f.listen[i] = t.TempDir(), ports[3+i]
		f.args[i] = []string{"--listen", f.listen[i], "--no-speech", "--demo=false", "--cluster", "test", "--node-name", fmt.Sprint("n", i), "--limit-ask", "off",
			"--limit-admin", "off", "--cluster-listen", ports[i], "--peers", strings.Join(ports[:3], ","), "--cluster-secret-file", secret}
	}
	return f
}

func (f *fleet) start(i int) {
	s := start(f.t, f.data[i], f.args[i]...)
	f.mu.Lock()
	f.members[i] = s
	f.mu.Unlock()
}

func (f *fleet) restart(i int, signal syscall.Signal) {
	f.t.Helper()
	f.mu.Lock()
	s := f.members[i]
	f.mu.Unlock()
	before := f.asked.Load()
	s.cmd.Process.Signal(signal)
	if err := s.cmd.Wait(); err != nil && signal == syscall.SIGTERM {
		f.t.Errorf("member %d ended with %v\n%s", i, err, s.errs)
	}
	f.start(i)
	f.t.Logf("member %d was away by %v while %d requests were answered", i, signal, f.asked.Load()-before)
}

// send tries the members in turn, as a balancer does.
func (f *fleet) send(from int, method, path, auth, body string) (int, string, error) {
	var last error
	status, text := 0, ""
	for try := range 6 {
		req, err := http.NewRequest(method, "http://"+f.listen[(from+try)%3]+path, strings.NewReader(body))
		if err != nil {
			return 0, "", err
		}
		req.Header.Set("Authorization", auth)
		client := http.Client{Timeout: 20 * time.Second}
		resp, err := client.Do(req)
		if err != nil {
			last = err
			continue
		}
		data, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			last = err
			continue
		}
		status, text, last = resp.StatusCode, string(data), nil
		if status != http.StatusServiceUnavailable && status != http.StatusBadGateway {
			return status, text, nil
		}
	}
	return status, text, last
}

func (f *fleet) visit(w int, over <-chan struct{}) {
	for k := 0; ; k++ {
		select {
		case <-over:
			return
		default:
		}
		path, want := "/v1/ask?q=%E6%95%99%E8%82%B2%E5%B1%80", `"jyj"`
		if k%2 == 1 {
			path, want = "/v1/search?q=%E5%85%AC%E6%8A%A5", `"total"`
		}
		f.asked.Add(1)
		if status, body, err := f.send(w+k, "GET", path, "", ""); err != nil || status != http.StatusOK || !strings.Contains(body, want) {
			f.failed.Add(1)
			f.t.Errorf("a visitor's request: %d %.200s %v", status, body, err)
		}
		time.Sleep(5 * time.Millisecond) // a visitor, not a benchmark
	}
}

func (f *fleet) edit(auth string, over <-chan struct{}) {
	for k := 0; ; k++ {
		select {
		case <-over:
			return
		default:
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "{\"id\":\"r%d\",\"title\":\"第%d号公报\",\"body\":\"公报正文。\",\"kind\":\"rolling\"}\n", k, 100000+k)
		status, body, err := f.send(k, "POST", "/v1/admin/documents", auth, b.String())
		switch {
		case err == nil && status == http.StatusOK:
			f.acked.Add(1)
		case err != nil || status == http.StatusServiceUnavailable: // between two leaders
			f.refused.Add(1)
		default:
			f.t.Errorf("an import: %d %s", status, body)
			return
		}
	}
}

// check looks at each member by itself.
func (f *fleet) check() {
	f.t.Helper()
	f.t.Logf("%d requests of visitors, %d failed; %d pages acknowledged, %d imports refused", f.asked.Load(), f.failed.Load(), f.acked.Load(), f.refused.Load())
	if f.acked.Load() == 0 {
		f.t.Error("no page was taken meanwhile")
	}
	for i := range f.listen {
		eventually(f.t, fmt.Sprintf("member %d holds all that was acknowledged", i), func() bool {
			resp, err := http.Get("http://" + f.listen[i] + "/v1/search?q=&kind=rolling&size=1")
			if err != nil {
				return false
			}
			defer resp.Body.Close()
			var r struct{ Total int64 }
			return json.NewDecoder(resp.Body).Decode(&r) == nil && r.Total >= f.acked.Load()
		})
	}
}
