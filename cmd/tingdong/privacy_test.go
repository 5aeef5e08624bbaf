package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/insights"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

// canaries are what must be found nowhere, in the spelling of each door.
var canaries = []string{"44030119900315123X", "13912345678", "canary.bird@example.org", "6222021234567890128", "幺三九幺二三四五六七八"}

// canaryWord is no number: masked events keep it, --no-events does not.
const canaryWord = "鸓鸔雀"

const canarySession = "canary-session-4711"

// TestPrivacyCanary sends numbers of a person through every door of the real
// service and then looks for them in every file it could have written, in its
// log and in its metrics; for the audio, too.
func TestPrivacyCanary(t *testing.T) {
	for _, mode := range []string{"--events-retention=90d", "--no-events"} {
		t.Run(mode, func(t *testing.T) {
			data, tmp := t.TempDir(), t.TempDir()
			t.Setenv("TMPDIR", tmp)
			s := start(t, data, mode, "--log-level", "debug")
			pcm := sing(t, s)
			if mode != "--no-events" {
				eventually(t, "the events are in the report", func() bool {
					_, body := s.local("GET", "/v1/admin/insights")
					var r insights.Report
					return json.Unmarshal([]byte(body), &r) == nil && r.Totals.Turns >= 2*len(canaries)+2 && r.Totals.Clicks == len(canaries)
				})
			}
			_, metrics := s.request("GET", "/metrics", "")
			if err := s.stop(); err != nil {
				t.Fatalf("%v\n%s", err, s.errs)
			}
			places := files(t, data, tmp)
			places["log"], places["metrics"] = s.errs.Bytes(), []byte(metrics)
			for _, c := range append(canaries, canarySession) {
				if at := holders(places, []byte(c)); len(at) > 0 {
					t.Errorf("%q is in %v", c, at)
				}
			}
			word := holders(places, []byte(canaryWord))
			if kept := slices.ContainsFunc(word, func(p string) bool { return strings.Contains(p, "insights.db") }); kept != (mode != "--no-events") {
				t.Errorf("%s: the word is in %v", mode, word)
			}
			if slices.Contains(word, "log") || slices.Contains(word, "metrics") || mode == "--no-events" && len(word) > 0 {
				t.Errorf("%s: the word is in %v", mode, word)
			}
			for _, piece := range loudest(pcm) {
				if at := holders(places, piece); len(at) > 0 {
					t.Errorf("audio is in %v", at)
				}
			}
			if left := files(t, tmp); len(left) > 0 {
				t.Errorf("%d temporary files are left", len(left))
			}
		})
	}
}

// sing sends the canaries by text, search, click and malformed requests, and
// speech by both voice doors; it returns the audio.
func sing(t *testing.T, s *service) []byte {
	t.Helper()
	s.t = t
	for _, c := range canaries {
		text := canaryWord + c + canaryWord
		body, _ := json.Marshal(session.Ask{Text: text, Session: canarySession, Lang: "zh-CN"})
		click, _ := json.Marshal(map[string]any{"type": "click", "query": text, "id": c, "column": c, "session": canarySession})
		for _, r := range []struct {
			method, path, body string
			code               int
		}{
			{"POST", "/v1/ask", string(body), 200},
			{"GET", "/v1/search?q=" + url.QueryEscape(text) + "&session=" + canarySession, "", 200},
			{"GET", "/v1/suggest?q=" + url.QueryEscape(c), "", 200},
			{"POST", "/v1/events", string(click), 204},
			{"POST", "/v1/ask", `{"q":"` + c, 400},
			{"GET", "/v1/" + url.PathEscape(c), "", 404},
		} {
			if code, answer := s.request(r.method, r.path, r.body); code != r.code {
				t.Fatalf("%s %s: %d %s", r.method, r.path, code, answer)
			}
		}
	}
	pcm := speechtest.Spoken(t, "招标公告", 30)
	if r, err := server.Stream(t.Context(), s.url, speechtest.Rate, pcm, session.Ask{Lang: "zh-CN", Session: canarySession}, nil); err != nil || r.Column == nil {
		t.Fatalf("heard %+v, %v", r, err)
	}
	wav, err := os.ReadFile(wavFile(t, pcm))
	if err != nil {
		t.Fatal(err)
	}
	if code, body := s.request("POST", "/v1/listen", string(wav)); code != 200 {
		t.Fatalf("%d %s", code, body)
	}
	return pcm
}

// local asks by the administrator's own door.
func (s *service) local(method, path string) (int, string) {
	c, err := dialLocal(s.t.Context(), s.data)
	if err != nil {
		s.t.Fatal(err)
	}
	var out json.RawMessage
	if err := c.call(s.t.Context(), method, path, nil, &out); err != nil {
		s.t.Fatal(err)
	}
	return 200, string(out)
}

// files reads everything below the directories.
func files(t *testing.T, dirs ...string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			out[path], err = os.ReadFile(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func holders(places map[string][]byte, what []byte) (found []string) {
	for name, data := range places {
		if bytes.Contains(data, what) {
			found = append(found, name)
		}
	}
	return found
}

// loudest are pieces of the audio, long enough to be no accident, from where
// somebody speaks: silence could be in any file.
func loudest(pcm []byte) (pieces [][]byte) {
	for p := range slices.Chunk(pcm, 32) {
		high := 0
		for i := 1; i < len(p); i += 2 {
			if b := int8(p[i]); b > 4 || b < -4 {
				high++
			}
		}
		if high > 12 {
			pieces = append(pieces, p)
		}
	}
	return pieces
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not in time: ", what)
		}
	}
}

// TestInsightsCommand: the same report and export from the service and from
// the data directory.
func TestInsightsCommand(t *testing.T) {
	data := t.TempDir()
	s := start(t, data, "--no-speech", "--demo=false")
	s.request("POST", "/v1/ask", `{"q":"打开教育局","lang":"zh-CN"}`)
	s.request("POST", "/v1/ask", `{"q":"量子纠缠"}`)
	eventually(t, "two turns are known", func() bool {
		_, body := s.local("GET", "/v1/admin/insights")
		return strings.Contains(body, `"turns":2`)
	})
	look := func() string {
		table, errs, code := output(t, "", "insights", "--data", data)
		asJSON, errs2, code2 := output(t, "", "insights", "--data", data, "--json", "--limit", "1")
		csv, errs3, code3 := output(t, "", "insights", "--data", data, "--export", "csv")
		var r insights.Report
		if code != 0 || code2 != 0 || code3 != 0 || json.Unmarshal([]byte(asJSON), &r) != nil {
			t.Fatalf("%d %d %d %s", code, code2, code3, errs+errs2+errs3)
		}
		if !strings.Contains(table, "量子纠缠") || !strings.Contains(csv, "打开教育局") || len(r.Queries) != 1 || r.Totals.Turns != 2 {
			t.Errorf("%s\n%s\n%s", table, asJSON, csv)
		}
		return fmt.Sprint(table, r.Totals.Turns, *r.Totals.SuccessRate, csv)
	}
	running := look()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if stopped := look(); stopped != running {
		t.Errorf("the service told\n%s\nthe data directory\n%s", running, stopped)
	}
	for _, args := range [][]string{{"--from", "soon"}, {"--limit", "0"}, {"--export", "xlsx"}} {
		if _, _, code := output(t, "", append([]string{"insights", "--data", data}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
}
