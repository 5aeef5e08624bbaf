package asr

import (
	"bufio"
	"bytes"
	"context"
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
		"nearly full":                {snapshot{streams: 28, speaking: 28, rtf: 0.02}, ""},
		"full":                       {snapshot{streams: 30, speaking: 30, rtf: 0.02}, "62 %"},
		"idle streams cost no CPU":   {snapshot{streams: 100, speaking: 2, rtf: 0.02}, ""},
		"but memory":                 {snapshot{streams: 128, rtf: 0.02}, "128 streams"},
		"a slow model takes one":     {snapshot{rtf: 1.5}, ""},
		"but not two":                {snapshot{streams: 1, speaking: 1, rtf: 0.6}, "120 %"},
		"requests already wait long": {snapshot{streams: 3, speaking: 3, rtf: 0.02, wait: 0.13}, "wait 130 ms"},
		"second decodings cost, too": {snapshot{streams: 20, speaking: 20, rtf: 0.02, use: 0.59}, "61 %"},
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
	if got := l.use(); math.Abs(got-0.5) > 0.05 { // 500 times 2 ms in no time: a second of the two
		t.Errorf("use %v, want 0.5", got)
	}
	l.recentAt = l.recentAt.Add(-10 * window)
	if got := l.use(); got > 0.001 {
		t.Errorf("old work still counts: %v", got)
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

// countingOpener makes recognizers that hear nothing and counts them.
type countingOpener struct{ made, open int }

type deaf struct{ opener *countingOpener }

func (o *countingOpener) Open(context.Context, Options) (Recognizer, error) {
	o.made++
	o.open++
	return deaf{o}, nil
}

func (deaf) Accept(context.Context, []byte) (Step, error) {
	u := Utterance{Alternatives: []Hypothesis{{Text: "一", Words: []Word{{Text: "一", Start: 3, End: 4}}}}}
	return Step{Utterance: &u}, nil
}
func (deaf) Finish(context.Context) (Utterance, error) { return Utterance{}, nil }
func (deaf) Reset(context.Context) error               { return nil }
func (d deaf) Close() error                            { d.opener.open--; return nil }

func TestCacheReusesRecognizers(t *testing.T) {
	opener := &countingOpener{}
	c := newRecognizerCache(opener)
	get := func(q openRequest) *cachedRecognizer {
		t.Helper()
		rec, err := c.get(q)
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	grammar := openRequest{SampleRate: 16000, PhrasesKey: "k"}
	if _, err := c.get(grammar); !errors.Is(err, errPhrasesForgotten) {
		t.Errorf("phrases that were never sent: %v", err)
	}
	grammar.Phrases = []string{"一"}
	first := get(grammar)
	if _, err := first.Accept(t.Context(), make([]byte, 32000)); err != nil {
		t.Fatal(err)
	}
	c.put(first, true)
	grammar.Phrases = nil
	second := get(grammar)
	if second != first || opener.made != 1 {
		t.Errorf("made %d recognizers", opener.made)
	}
	step, err := second.Accept(t.Context(), nil)
	if w := step.Utterance.Alternatives[0].Words[0]; err != nil || w.Start != 2 || w.End != 3 {
		t.Errorf("word times %+v: the second before belongs to the stream before; %v", w, err)
	}
	if other := get(openRequest{SampleRate: 8000, PhrasesKey: "k"}); other == first || opener.made != 2 {
		t.Error("a recogniser for another rate was reused")
	}
	c.put(second, false)
	if opener.open != 1 {
		t.Error("a recogniser that failed was kept")
	}
	for range maxIdle + 3 {
		c.put(&cachedRecognizer{Recognizer: deaf{opener}}, true)
		opener.open++
	}
	if c.close(); opener.open != 1 {
		t.Errorf("%d recognizers are open", opener.open)
	}
	for i := range maxLists + 1 {
		get(openRequest{PhrasesKey: string(rune('a' + i)), Phrases: []string{"一"}})
	}
	if _, err := c.get(openRequest{PhrasesKey: "a"}); !errors.Is(err, errPhrasesForgotten) {
		t.Errorf("the oldest phrases are still here: %v", err)
	}
}

func TestJoin(t *testing.T) {
	u := func(text string) Utterance {
		return Utterance{Alternatives: []Hypothesis{{Text: text, Confidence: 0.5}}}
	}
	for _, c := range []struct {
		parts []Utterance
		want  string
	}{
		{nil, ""},
		{[]Utterance{{}}, ""},
		{[]Utterance{u("一"), {}}, "一"},
		{[]Utterance{{}, u("一")}, "一"},
		{[]Utterance{u("一"), u(""), u("二")}, "一 二"},
	} {
		var s Step
		for _, part := range c.parts {
			s.Add(part)
		}
		got := ""
		if j := join(s); len(j.Alternatives) > 0 {
			got = j.Alternatives[0].Text
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.parts, got, c.want)
		}
	}
}
