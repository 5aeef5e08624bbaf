package main

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/asr/wav"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

// TestOverload: with room for four, forty visitors are answered or told to
// come again, at every door, and nobody else notices. "tingdong bench
// overload" measures how quickly; docs/listening.md has its figures.
func TestOverload(t *testing.T) {
	s := start(t, t.TempDir(), "--workers", "1", "--max-streams", "4", "--max-load", "1000", "--max-wait", "1h")
	pcm := speechtest.Spoken(t, "招标公告", 30)
	clips, err := readClips([]string{wavFile(t, pcm)})
	if err != nil {
		t.Fatal(err)
	}
	testRefusals(t, s, pcm)
	o := &overload{url: s.url, clips: clips}
	c := o.visit(t.Context(), 40, 4)
	if len(c.refused) == 0 || len(c.upload) == 0 || c.failed != 0 {
		t.Errorf("%d sockets and %d uploads were refused, %d failed: %v", len(c.refused), len(c.upload), c.failed, c.reason)
	}
	if len(c.answers) == 0 || len(c.asks) == 0 || len(c.searches) == 0 {
		t.Errorf("%d spoken, %d typed questions, %d searches were answered", len(c.answers), len(c.asks), len(c.searches))
	}
	r, err := server.Stream(t.Context(), s.url, speechtest.Rate, pcm, session.Ask{Lang: "zh-CN"}, nil)
	if err != nil || r.Column == nil || r.Column.ID != "zbgg" {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
	testSessions(t, s, clips)
}

// testSessions: silent sockets are counted and kept while somebody speaks.
// "tingdong bench sessions" has the figures, with many more of them.
func testSessions(t *testing.T, s *service, clips []clip) {
	if testing.Short() {
		return
	}
	var out bytes.Buffer
	b := &sessions{url: s.url, clips: clips, out: &out, speaking: 2, idle: 3, length: time.Millisecond}
	err := b.run(t.Context())
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if err != nil || len(lines) != 3 || !strings.HasPrefix(strings.Join(strings.Fields(lines[1]), " "), "speaking 2 0") ||
		!strings.HasPrefix(strings.Join(strings.Fields(lines[2]), " "), "idle 3 0") {
		t.Errorf("%v\n%s", err, &out)
	}
}

// testRefusals: when every place is taken, each door says so in its own words.
func testRefusals(t *testing.T, s *service, pcm []byte) {
	ctx, cancel := context.WithCancel(t.Context())
	var taken []*server.Visitor
	for range 4 {
		v, err := server.Dial(ctx, s.url, speechtest.Rate, session.Ask{Lang: "zh-CN"})
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		if _, err := v.Turn(ctx, append(pcm[:len(pcm):len(pcm)], speechtest.Silence(1500)...)); err != nil {
			t.Fatal(err)
		}
		taken = append(taken, v)
	}
	for path, first := range map[string]string{"/v1/listen": `{"type":"start","sample_rate":16000}`, "/vosk": `{"eof":1}`} {
		c := dial(t, s, path, nil)
		c.WriteMessage(websocket.TextMessage, []byte(first))
		if code, last := lastWord(c); code != websocket.CloseTryAgainLater || !strings.Contains(last, "busy") {
			t.Errorf("%s: closed with %d after %s", path, code, last)
		}
	}
	var body bytes.Buffer
	if err := wav.Encode(&body, speechtest.Rate, pcm); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.url+"/v1/listen", "audio/wav", &body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("upload: %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
	}
	cancel()
	for _, v := range taken {
		v.Close()
	}
	for m, err := scrape(t.Context(), s.url); ; m, err = scrape(t.Context(), s.url) {
		if err != nil || t.Context().Err() != nil {
			t.Fatal(err)
		}
		if m["tingdong_speech_streams"] == 0 {
			if m["tingdong_speech_refused_total"] != 3 {
				t.Errorf("refused: %v, want 3", m["tingdong_speech_refused_total"])
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
