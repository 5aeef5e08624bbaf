package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/tingdong/tingdong/journal/journaltest"
)

// TestFleet runs a cluster of three processes behind a balancer. Each in turn
// – so the leaders, too – is stopped as a service manager does and started
// again, is killed, and is cut off from the others, while visitors ask and an
// editor imports: no visitor's request fails, and nothing acknowledged is lost.
func TestFleet(t *testing.T) {
	if os.Getenv("TINGDONG_FLEET") == "" {
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
	f.auth = "Bearer " + lines[len(lines)-1]
	over := make(chan struct{})
	end := sync.OnceFunc(func() { close(over); wg.Wait() })
	defer end()
	for w := range 4 {
		wg.Go(func() { f.visit(w, over) })
	}
	wg.Go(func() { f.edit(over) })
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		for i := range 3 {
			f.restart(i, signal)
		}
	}
	for i := range 3 {
		f.cutOff(i)
	}
	end()
	f.check()
	file := filepath.Join(t.TempDir(), "cluster.backup")
	if out, errs, code = output(t, "", "backup", "--data", f.data[1], "--json", file); code != 0 {
		t.Fatalf("a backup at a member: %d %s%s", code, out, errs)
	}
	restored := t.TempDir()
	if _, errs, code = output(t, "", "restore", "--data", restored, file); code != 0 {
		t.Fatal(errs)
	}
	s := start(t, restored, "--no-speech", "--demo=false")
	f.listen[0] = strings.TrimPrefix(s.url, "http://")
	f.holds(0)
}

// fleet is three members and their balancer: it sends a request to a member
// that is ready, and to another one when a member does not answer.
type fleet struct {
	t       *testing.T
	net     *journaltest.Network
	data    [3]string
	listen  [3]string
	args    [3][]string
	mu      sync.Mutex // guards members and taken
	members [3]*service
	taken   []string // ids of the pages that were acknowledged
	auth    string   // an editor's
	asked   atomic.Int64
	failed  atomic.Int64
	acked   atomic.Int64 // pages
	refused atomic.Int64 // imports that were answered with 503
}

func newFleet(t *testing.T) *fleet {
	f := &fleet{t: t, net: journaltest.NewNetwork(t)}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("between us\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range f.data {
		f.data[i], f.listen[i] = t.TempDir(), "127.0.0.1:"+journaltest.FreePort(t)
		f.args[i] = []string{"--listen", f.listen[i], "--no-speech", "--demo=false", "--limit-ask", "off", "--limit-admin", "off",
			"--cluster", "test", "--node-name", fmt.Sprint("n", i), "--cluster-listen", f.net.Addrs[i],
			"--peers", strings.Join(f.net.Peers(i), ","), "--cluster-secret-file", secret}
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
	f.holds(i) // with two members away nobody could take pages
	f.t.Logf("member %d was away by %v while %d requests were answered", i, signal, f.asked.Load()-before)
}

// cutOff cuts a member's network until it refuses changes, and waits until it
// holds what was acknowledged meanwhile.
func (f *fleet) cutOff(i int) {
	f.t.Helper()
	before, taken := f.asked.Load(), f.acked.Load()
	f.net.Cut(i, true)
	eventually(f.t, fmt.Sprintf("member %d refuses changes", i), func() bool {
		status, _, err := f.ask(i, "POST", "/v1/admin/documents", f.auth, imported(0))
		return err == nil && status == http.StatusServiceUnavailable
	})
	// One import in three asks the lonely member first, which needs seconds to refuse.
	for end := time.Now().Add(time.Minute); f.acked.Load() < taken+5; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			f.t.Fatalf("the others took %d pages without member %d", f.acked.Load()-taken, i)
		}
	}
	f.net.Cut(i, false)
	f.holds(i)
	f.t.Logf("member %d was cut off while %d requests were answered and %d pages taken", i, f.asked.Load()-before, f.acked.Load()-taken)
}

// send tries the members in turn, as a balancer does.
func (f *fleet) send(from int, method, path, auth, body string) (status int, text string, err error) {
	var last error
	for try := range 6 {
		code, answer, err := f.ask((from+try)%3, method, path, auth, body)
		if last = err; err != nil {
			continue
		}
		status, text = code, answer
		if status != http.StatusServiceUnavailable && status != http.StatusBadGateway {
			break
		}
	}
	return status, text, last
}

// ask asks one member.
func (f *fleet) ask(i int, method, path, auth, body string) (int, string, error) {
	req, err := http.NewRequest(method, "http://"+f.listen[i]+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Authorization", auth)
	client := http.Client{Timeout: 20 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(data), err
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

// imported is the k-th page.
func imported(k int) string {
	return fmt.Sprintf("{\"id\":\"r%d\",\"title\":\"第%d号公报\",\"body\":\"公报正文。\",\"kind\":\"rolling\"}\n", k, 100000+k)
}

func (f *fleet) edit(over <-chan struct{}) {
	for k := 0; ; k++ {
		select {
		case <-over:
			return
		default:
		}
		status, body, err := f.send(k, "POST", "/v1/admin/documents", f.auth, imported(k))
		switch {
		case err == nil && status == http.StatusOK:
			f.mu.Lock()
			f.taken = append(f.taken, fmt.Sprint("r", k))
			f.mu.Unlock()
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
		f.holds(i)
	}
}

// holds waits until a member holds every page that was acknowledged until now.
func (f *fleet) holds(i int) {
	f.t.Helper()
	f.mu.Lock()
	taken := slices.Clone(f.taken)
	f.mu.Unlock()
	eventually(f.t, fmt.Sprintf("member %d holds all that was acknowledged", i), func() bool {
		found := f.found(i)
		return !slices.ContainsFunc(taken, func(id string) bool { return !found[id] })
	})
}

// found are the ids of the imported pages that a member finds.
func (f *fleet) found(i int) map[string]bool {
	ids := map[string]bool{}
	for page := 1; ; page++ {
		_, text, err := f.ask(i, "GET", fmt.Sprintf("/v1/search?q=&kind=rolling&size=50&page=%d", page), "", "")
		var r struct{ Hits []struct{ ID string } }
		if err != nil || json.Unmarshal([]byte(text), &r) != nil || len(r.Hits) == 0 {
			return ids
		}
		for _, h := range r.Hits {
			ids[h.ID] = true
		}
	}
}
