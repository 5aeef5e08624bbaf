package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/search"
)

// TestKilledDuringImport ends the service with SIGKILL while documents come
// in: whatever it had answered for must be found after the next start.
// TINGDONG_KILLS sets the number of rounds (the promise is tested with 100).
func TestKilledDuringImport(t *testing.T) {
	rounds := 3
	if n, err := strconv.Atoi(os.Getenv("TINGDONG_KILLS")); err == nil {
		rounds = n
	}
	data := t.TempDir()
	out, errs, code := output(t, "", "token", "--data", data, "--role", "editor")
	if code != 0 {
		t.Fatal(errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	auth := "Bearer " + lines[len(lines)-1]
	next, last, acked := 0, 0, 0
	for round := range rounds {
		s := start(t, data, "--no-speech", "--demo=false")
		if round > 0 {
			mustHold(t, s, last, acked)
		}
		timer := time.AfterFunc(time.Duration(50+rand.IntN(400))*time.Millisecond, func() { s.cmd.Process.Kill() })
		for {
			if !post(s, auth, batch(next, 20)) {
				break
			}
			next += 20
			last, acked = next-1, acked+20
		}
		timer.Stop()
		s.cmd.Process.Kill()
		s.cmd.Wait()
		next += 20 // the unanswered batch may be there or not; its ids are not used again
	}
	s := start(t, data, "--no-speech", "--demo=false")
	if acked == 0 {
		t.Fatal("no import was answered before the kills")
	}
	mustHold(t, s, last, acked)
}

// batch is n documents from the number on.
func batch(from, n int) string {
	var b strings.Builder
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, "{\"id\":\"k%d\",\"title\":\"第%d号公报\",\"body\":\"公报正文。\",\"kind\":\"killtest\",\"date\":\"2026-01-01\"}\n", i, 100000+i)
	}
	return b.String()
}

func post(s *service, auth, body string) bool {
	req, err := http.NewRequest("POST", s.url+"/v1/admin/documents", strings.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", auth)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// mustHold checks that the last acknowledged document is found, and that the
// index holds at least as many as were acknowledged.
func mustHold(t *testing.T, s *service, last, acked int) {
	t.Helper()
	if acked == 0 {
		return
	}
	s.t = t
	var res search.Result
	_, body := s.request("GET", "/v1/search?q=&kind=killtest&size=1", "")
	if err := json.Unmarshal([]byte(body), &res); err != nil || res.Total < acked {
		t.Fatalf("%d documents were acknowledged: %s", acked, body)
	}
	_, body = s.request("GET", fmt.Sprintf("/v1/search?q=%%E7%%AC%%AC%d", 100000+last), "")
	if err := json.Unmarshal([]byte(body), &res); err != nil || len(res.Hits) == 0 || res.Hits[0].ID != fmt.Sprint("k", last) {
		t.Fatalf("k%d was acknowledged and is not found: %s", last, body)
	}
}
