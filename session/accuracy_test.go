package session

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/asr/vosk"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/models"
)

// spoken is a recording and the column that it asks for; none: it is no
// command, and any jump is wrong.
type recorded struct {
	name string
	pcm  func() []byte // decoded only when it is its turn
	want string
}

// tally counts how three ways of listening did.
type tally struct{ n, alone, closed, ours, asked, jumps, missed int }

// ears are the service with the real model in this process.
func ears(t testing.TB, cols *grammar.Columns) *Service {
	t.Helper()
	s := testService(t)
	model, err := vosk.Load(speechtest.Model(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { model.Close() })
	voc, err := models.ReadVocabulary(speechtest.Model(t))
	if err != nil {
		t.Fatal(err)
	}
	var files []*grammar.File
	for _, src := range grammar.Shipped() {
		f, _ := grammar.Parse(src.Name, src.Data)
		files = append(files, f)
	}
	m, err := intent.Compile(files, cols)
	if err != nil {
		t.Fatal(err)
	}
	b := &Brain{Matcher: m, Columns: cols, Phrases: map[string][]string{"zh-CN": grammar.Phrases(files, cols, voc.Known, 6000)}}
	s.Brain, s.Speech, s.Dialogues = func() *Brain { return b }, model, nil
	return s
}

func shippedColumns(t testing.TB) *grammar.Columns {
	t.Helper()
	cols, diags := grammar.ParseColumns("columns.yaml", grammar.ShippedColumns().Data)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return cols
}

// splicedCommands are column names that one speaker's words make, alone and
// with a verb before them.
func splicedCommands(t testing.TB, cols *grammar.Columns) []recorded {
	var out []recorded
	for _, c := range cols.Lang("zh-CN") {
		for i, name := range append([]string{c.Name}, c.Aliases...) {
			text := []string{"", "打开 ", "找 一下 ", "我 要 "}[(len(out)+i)%4] + name
			if len([]rune(name)) > 1 && speechtest.Recorded(t, text) {
				out = append(out, recorded{text, func() []byte { return speechtest.Spoken(t, text, 30) }, c.ID})
			}
		}
	}
	return out
}

// labels of the 28 speakers' recordings (see the README of the speech data).
var labels = []string{"数字", "语音", "语言", "识别", "中国", "总工", "北京", "背景", "上海", "商行", "复旦", "饭店",
	"speech", "speaker", "signal", "process", "print", "open", "close", "project"}

// speakers returns the first take of each speaker's words from labels[from:to].
func speakers(t testing.TB, from, to int, want func(label int) string) []recorded {
	dir := speechtest.Shared(t, "speech", "multi")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var out []recorded
	for _, e := range entries {
		parts := strings.Split(strings.TrimSuffix(e.Name(), ".opus"), "-")
		var label int
		if len(parts) != 3 {
			continue
		}
		fmt.Sscan(strings.TrimLeft(parts[1], "0")+" ", &label)
		if key := parts[0] + parts[1]; label < from || label >= to || seen[key] {
			continue
		} else {
			seen[key] = true
		}
		out = append(out, recorded{e.Name() + " " + labels[label], padded(t, dir, e.Name()), want(label)})
	}
	return out
}

// padded is a recording with the silence around it that a microphone has.
func padded(t testing.TB, dir, name string) func() []byte {
	return func() []byte {
		return slices.Concat(speechtest.Silence(400), speechtest.File(t, filepath.Join(dir, name)), speechtest.Silence(600))
	}
}

// strangers are words that name no column and are in no command.
func strangers(t testing.TB, n int) []recorded {
	dir := speechtest.Shared(t, "speech", "cmn", "words")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := testService(t)
	rng := rand.New(rand.NewPCG(7, 7))
	rng.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	var out []recorded
	for _, e := range entries {
		word := strings.TrimSuffix(strings.TrimPrefix(e.Name(), "cmn-"), ".opus")
		r, err := s.Ask(context.Background(), Ask{Text: word, Lang: "zh-CN"})
		if err != nil || r.Action != intent.Search || len(r.Choices) > 0 || len([]rune(word)) < 2 {
			continue // means something, or is a single syllable
		}
		if out = append(out, recorded{word, padded(t, dir, e.Name()), ""}); len(out) == n {
			break
		}
	}
	return out
}

// syntheticCommands are spoken by voices that the model was not trained on.
func syntheticCommands(t testing.TB) []recorded {
	var out []recorded
	for _, voice := range []string{"+m5", "+f4", "+croak"} {
		for pinyin, want := range map[string]string{"jiao4 yu4 ju2": "jyj", "zhao3 yi1 xia4 min2 zheng4 ju2": "mzj", "wo3 yao4 tou2 su4": "tsjb",
			"da3 kai1 zheng4 wu4 gong1 kai1": "zwgk", "ban4 shi4 zhi3 nan2": "bszn", "wo3 xiang3 kan4 zheng4 ce4 jie3 du2": "zcjd"} {
			out = append(out, recorded{voice + " " + pinyin, func() []byte { return speechtest.Synthetic(t, pinyin, voice) }, want})
		}
	}
	return out
}

// noises are what a microphone hears when nobody speaks to it.
func noises() []recorded {
	var out []recorded
	for _, level := range []int{1, 30, 300, 3000, 30000} {
		out = append(out, recorded{fmt.Sprint("noise ", level), func() []byte { return speechtest.Noise(3000, level) }, ""})
	}
	for _, hz := range []float64{110, 440, 2000} {
		out = append(out, recorded{fmt.Sprint("tone ", hz), func() []byte { return beep(hz) }, ""})
	}
	return out
}

// beep is a tone that comes and goes like a ringing telephone.
func beep(hz float64) []byte {
	out := speechtest.Silence(3000)
	for i := range len(out) / 2 {
		if i/4000%2 == 0 {
			v := 8000 * math.Sin(2*math.Pi*hz*float64(i)/speechtest.Rate)
			binary.LittleEndian.PutUint16(out[2*i:], uint16(int16(v)))
		}
	}
	return out
}

func measure(t testing.TB, s *Service, set []recorded) tally {
	var out tally
	for _, r := range set {
		out.n++
		pcm := r.pcm()
		reply, err := s.Hear(t.Context(), Recording{SampleRate: speechtest.Rate, PCM: pcm, Ask: Ask{Lang: "zh-CN"}})
		if err != nil {
			t.Fatal(err)
		}
		acts := reply.Action == intent.Navigate || reply.Action == intent.Control
		got := ""
		if reply.Column != nil {
			got = reply.Column.ID
		}
		switch {
		case acts && got != r.want || acts && r.want == "":
			out.jumps++
			t.Logf("wrong jump: %s → %s %v (heard %v)", r.name, got, reply.Control, reply.Heard)
		case acts:
			out.ours++
		case offers(reply, r.want):
			out.asked++
		case r.want != "":
			out.missed++
			t.Logf("missed: %s → %s %v (heard %v)", r.name, reply.Action, reply.Choices, reply.Heard)
		}
		if alone(t, s, pcm, nil) == r.want {
			out.alone++
		}
		if alone(t, s, pcm, s.Brain().Phrases["zh-CN"]) == r.want {
			out.closed++
		}
	}
	return out
}

// offers reports whether a question has the right column among its choices.
func offers(r *Reply, want string) bool {
	return slices.ContainsFunc(r.Choices, func(c Choice) bool { return want != "" && c.Column != nil && c.Column.ID == want })
}

// alone is what the recogniser's best text means by itself.
func alone(t testing.TB, s *Service, pcm []byte, phrases []string) string {
	rec, err := s.Speech.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate, Phrases: phrases})
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	var parts []asr.Utterance
	st, err := rec.Accept(t.Context(), pcm)
	if err != nil {
		t.Fatal(err)
	}
	parts = collect(parts, st)
	u, err := rec.Finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list := join(append(parts, u))
	if len(list) == 0 {
		return ""
	}
	d := s.Brain().Matcher.Decide(intent.Query{Heard: []asr.Hypothesis{{Text: asr.Spoken(list[0].Text, "zh-CN"), Confidence: 1}}, Lang: "zh-CN"})
	if (d.Action == intent.Navigate || d.Action == intent.Control) && d.Candidates[0].Exact {
		if c := d.Candidates[0].Column; c != nil {
			return c.ID
		}
		return "control"
	}
	return ""
}

// TestCommandAccuracy compares three ways of listening on recorded speech:
// the recogniser's best text by itself, the grammar recogniser by itself, and
// the two judged together. TINGDONG_ACCURACY=all uses every recording; without
// it a part, to keep the run short.
func TestCommandAccuracy(t *testing.T) {
	if testing.Short() {
		t.Skip("measures, and takes a minute")
	}
	cols := shippedColumns(t)
	s := ears(t, cols)
	words := make([]*grammar.Column, 12)
	for i := range words {
		words[i] = &grammar.Column{ID: fmt.Sprint("w", i), Name: labels[i], Lang: "zh-CN", URL: "/" + labels[i] + "/"}
	}
	twelve := ears(t, grammar.NewColumns(words))
	part := func(set []recorded, n int) []recorded {
		if os.Getenv("TINGDONG_ACCURACY") == "all" || len(set) <= n {
			return set
		}
		rng := rand.New(rand.NewPCG(1, 1))
		rng.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
		return set[:n]
	}
	none := func(int) string { return "" }
	for _, c := range []struct {
		name    string
		s       *Service
		set     []recorded
		least   float64 // share of commands that must be right or asked about
		mayJump float64 // share of recordings that may jump wrongly
	}{
		{"spliced commands", s, part(splicedCommands(t, cols), 30), 0.9, 0.02},
		{"28 speakers, 12 columns", twelve, part(speakers(t, 0, 12, func(l int) string { return fmt.Sprint("w", l) }), 30), 0.85, 0.05},
		{"synthetic voices", s, syntheticCommands(t), 0.9, 0.02},
		{"28 speakers, no command", s, part(speakers(t, 0, 12, none), 30), 0, 0.02},
		{"English words, no command", s, part(speakers(t, 12, 20, none), 30), 0, 0.02},
		{"other words, no command", s, part(strangers(t, 200), 40), 0, 0.02},
		{"noise and silence", s, noises(), 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := measure(t, c.s, c.set)
			share := func(k int) float64 { return float64(k) / float64(max(n.n, 1)) }
			t.Logf("%-26s %4d: recogniser alone %5.1f %%, grammar alone %5.1f %%, ours %5.1f %% and asked back %4.1f %%, wrong jumps %.1f %%", c.name, n.n,
				100*share(n.alone), 100*share(n.closed), 100*share(n.n-n.jumps-n.missed-n.asked), 100*share(n.asked), 100*share(n.jumps))
			if right := share(n.ours + n.asked); right < c.least {
				t.Errorf("%s: %.3f right, want %.3f", c.name, right, c.least)
			}
			if share(n.jumps) > c.mayJump {
				t.Errorf("%s: %.3f wrong jumps, at most %.3f are tolerated", c.name, share(n.jumps), c.mayJump)
			}
		})
	}
}
