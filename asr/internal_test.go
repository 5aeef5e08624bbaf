package asr

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReplayKeepsTheAudioSinceTheEndpoint(t *testing.T) {
	r := replay{limit: 10}
	add := func(s string, wantDropped int) {
		t.Helper()
		if got := r.add([]byte(s)); got != wantDropped {
			t.Errorf("add %q dropped %d pieces, want %d", s, got, wantDropped)
		}
	}
	want := func(pieces string, size int) {
		t.Helper()
		if got := string(bytes.Join(r.pieces, []byte("|"))); got != pieces || r.size != size {
			t.Errorf("holds %q, %d bytes, want %q, %d", got, r.size, pieces, size)
		}
	}
	add("aaaa", 0)
	add("bbbb", 0)
	want("aaaa|bbbb", 8)
	add("cccc", 1)
	want("bbbb|cccc", 8)
	if kept := r.endpoint(2, 3); kept != 1 {
		t.Errorf("kept %d pieces", kept)
	}
	want("ccc", 3)
	add("dd", 0)
	if kept := r.endpoint(1, 0); kept != 0 {
		t.Errorf("kept %d pieces", kept)
	}
	want("dd", 2)
	add(strings.Repeat("e", 20), 1)
	want(strings.Repeat("e", 20), 20) // one piece stays, however long
}

func TestAdmission(t *testing.T) {
	var c Config
	c.Command = nil
	if err := c.setDefaults(); err != nil {
		t.Fatal(err)
	}
	g := newGroup(&c, Model{})
	for name, x := range map[string]struct {
		load snapshot
		busy string // part of the reason; empty: admitted
	}{
		"idle":                       {snapshot{rtf: 0.02}, ""},
		"nearly full":                {snapshot{streams: 41, speaking: 41, rtf: 0.02}, ""},
		"full":                       {snapshot{streams: 42, speaking: 42, rtf: 0.02}, "86 %"},
		"idle streams cost no CPU":   {snapshot{streams: 100, speaking: 2, rtf: 0.02}, ""},
		"but memory":                 {snapshot{streams: 128, rtf: 0.02}, "128 streams"},
		"a slow model takes one":     {snapshot{rtf: 1.5}, ""},
		"but not two":                {snapshot{streams: 1, speaking: 1, rtf: 0.6}, "120 %"},
		"requests already wait long": {snapshot{streams: 3, speaking: 3, rtf: 0.02, wait: 0.7}, "wait 0.7 s"},
	} {
		err := g.admits(x.load)
		if (err == nil) != (x.busy == "") || err != nil && (!errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), x.busy)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoadIsMeasured(t *testing.T) {
	var l load
	l.seed(0.5)
	if got := l.rtf(); got != 0.5 {
		t.Errorf("after the warm-up: %v", got)
	}
	for range 500 {
		l.add(0.002, 0.1, 0.010)
	}
	if got := l.rtf(); math.Abs(got-0.02) > 0.002 {
		t.Errorf("real-time factor %v, want 0.02", got)
	}
	if got := l.waiting(); math.Abs(got-0.010) > 0.001 {
		t.Errorf("wait %v, want 10 ms", got)
	}
	l.waitedAt = time.Now().Add(-2 * waitValid)
	if got := l.waiting(); got != 0 {
		t.Errorf("an old wait still counts: %v", got)
	}
}

func TestWireKeepsUtterances(t *testing.T) {
	u := Utterance{Alternatives: []Hypothesis{{Text: "打开 教育局", Confidence: 0.75, Score: 123.5,
		Words: []Word{{Text: "打开", Start: 0.1, End: 0.5, Confidence: 0.9}}}, {Text: "", Score: -1}}}
	var pipe bytes.Buffer
	sent := answer{Partial: "打", Rest: 7, Ended: []wireUtterance{toWire(u), toWire(Utterance{})}}
	if err := writeJSON(&pipe, kindAnswer, 3, 9, sent); err != nil {
		t.Fatal(err)
	}
	f, err := readFrame(bufio.NewReader(&pipe))
	if err != nil || f.kind != kindAnswer || f.stream != 3 || f.seq != 9 {
		t.Fatalf("%+v, %v", f, err)
	}
	p := process{pending: map[request]chan answer{{3, 9}: make(chan answer, 1)}}
	waiting := p.pending[request{3, 9}]
	if err := p.dispatch(f, nil); err != nil {
		t.Fatal(err)
	}
	step := (<-waiting).step()
	got := step.Utterance.Alternatives
	if step.Partial != "打" || step.Rest != 7 || len(step.More) != 1 || len(got) != 2 || got[0].Score != 123.5 ||
		got[0].Text != "打开 教育局" || !slices.Equal(got[0].Words, u.Alternatives[0].Words) {
		t.Errorf("%+v", step)
	}
}

// The pool's side of the pipe: no frame makes it panic or take memory that
// was only promised.
func FuzzReadFrame(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x09\x00\x00\x00a\x01\x00\x00\x00\x01\x00\x00\x00"))
	f.Add([]byte("\x0b\x00\x00\x00a\x01\x00\x00\x00\x01\x00\x00\x00{}"))
	f.Add([]byte("\x0b\x00\x00\x00r\x00\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Add([]byte("\x00\x00\x80\x00a\x01\x00\x00\x00\x01\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bufio.NewReader(bytes.NewReader(in))
		p := process{pending: map[request]chan answer{{1, 1}: make(chan answer, 1)}}
		ready := make(chan readyNote, 1)
		for {
			f, err := readFrame(r)
			if err != nil {
				if err != io.EOF && err.Error() == "" {
					t.Error("an error without words")
				}
				return
			}
			if len(f.payload) > len(in) {
				t.Fatalf("a payload of %d bytes from %d", len(f.payload), len(in))
			}
			if err := p.dispatch(f, ready); err != nil {
				return
			}
		}
	})
}
