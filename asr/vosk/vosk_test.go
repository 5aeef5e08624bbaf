package vosk

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/models"
)

func load(t testing.TB) *Model {
	t.Helper()
	m, err := Load(speechtest.Model(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// listen feeds pcm in pieces of size bytes and joins what was heard.
func listen(t testing.TB, r asr.Recognizer, pcm []byte, size int) []asr.Utterance {
	t.Helper()
	var heard []asr.Utterance
	keep := func(u asr.Utterance) {
		if len(u.Alternatives) > 0 && u.Alternatives[0].Text != "" {
			heard = append(heard, u)
		}
	}
	for piece := range slices.Chunk(pcm, size) {
		step, err := r.Accept(context.Background(), piece)
		if err != nil {
			t.Fatal(err)
		}
		if step.Utterance != nil {
			keep(*step.Utterance)
		}
		for _, u := range step.More {
			keep(u)
		}
	}
	u, err := r.Finish(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	keep(u)
	return heard
}

func text(heard []asr.Utterance) string {
	var all []string
	for _, u := range heard {
		all = append(all, strings.ReplaceAll(u.Alternatives[0].Text, " ", ""))
	}
	return strings.Join(all, "|")
}

func TestRecordedCommands(t *testing.T) {
	m := load(t)
	r, err := m.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate, Phrases: []string{
		"企业 服务", "进入 企业 服务", "政策 文件", "联系 我们", "下一页", "[unk]"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, want := range []string{"企业服务", "进入企业服务", "政策文件", "联系我们"} {
		heard := listen(t, r, speechtest.Spoken(t, want, 0), 3200)
		if got := text(heard); got != want {
			t.Errorf("heard %q, want %q", got, want)
		} else if conf := heard[0].Alternatives[0].Confidence; conf <= 0 || conf > 1 {
			t.Errorf("%v: confidence %v", want, conf)
		}
	}
}

func TestNBest(t *testing.T) {
	m := load(t)
	r, err := m.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate, Alternatives: 5, Words: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	heard := listen(t, r, speechtest.Spoken(t, "文体旅游", 0), 3200)
	if len(heard) != 1 {
		t.Fatalf("heard %q", text(heard))
	}
	list := heard[0].Alternatives
	if len(list) < 2 || len(list) > 5 {
		t.Fatalf("%d alternatives, want 2 to 5", len(list))
	}
	var sum float64
	for i, h := range list {
		sum += h.Confidence
		if i > 0 && (h.Confidence > list[i-1].Confidence || h.Score > list[i-1].Score) {
			t.Errorf("alternative %d is better than the one before it: %+v", i, list)
		}
		if len(h.Words) == 0 || h.Words[0].End <= h.Words[0].Start {
			t.Errorf("alternative %d has no word times: %+v", i, h.Words)
		}
	}
	if sum < 0.999 || sum > 1.001 {
		t.Errorf("confidences sum to %v", sum)
	}
}

// Pieces of any length, odd ones too, are the same stream.
func TestOddPieces(t *testing.T) {
	m := load(t)
	pcm := speechtest.Synthetic(t, "wo3 yao4 tou2 su4", "")
	for _, size := range []int{1, 3, 333, 3200, 4001, len(pcm)} {
		r, err := m.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate})
		if err != nil {
			t.Fatal(err)
		}
		if size == 1 { // a partial result for each byte would take long
			if _, err := r.Accept(t.Context(), pcm[:1]); err != nil {
				t.Fatal(err)
			}
			if got := text(listen(t, r, pcm[1:], 3201)); got != "我要投诉" {
				t.Errorf("first byte alone: heard %q", got)
			}
		} else if got := text(listen(t, r, pcm, size)); got != "我要投诉" {
			t.Errorf("pieces of %d bytes: heard %q", size, got)
		}
		r.Close()
	}
}

// A long piece that holds two utterances gives both.
func TestTwoUtterancesInOnePiece(t *testing.T) {
	m := load(t)
	one := speechtest.Synthetic(t, "wo3 yao4 tou2 su4", "")
	pcm := slices.Concat(one, speechtest.Silence(1500), one, speechtest.Silence(1500))
	r, err := m.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := text(listen(t, r, pcm, len(pcm))); got != "我要投诉|我要投诉" {
		t.Errorf("heard %q", got)
	}
}

func TestResetForgets(t *testing.T) {
	m := load(t)
	pcm := speechtest.Synthetic(t, "wo3 yao4 tou2 su4", "")
	r, err := m.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for range 2 {
		if _, err := r.Accept(t.Context(), pcm[:len(pcm)/2]); err != nil {
			t.Fatal(err)
		}
		if err := r.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if u, err := r.Finish(t.Context()); err != nil || len(u.Alternatives) != 0 {
			t.Errorf("after Reset: %+v, %v", u, err)
		}
	}
	if got := text(listen(t, r, pcm, 3200)); got != "我要投诉" {
		t.Errorf("after Reset: heard %q", got)
	}
}

func TestUnknownPhraseWordsAreReported(t *testing.T) {
	m := load(t)
	r, err := m.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate, Phrases: []string{"打开 Xyzzy", "教育局", "Xyzzy"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := r.(asr.Restricted).Unknown(); !slices.Equal(got, []string{"Xyzzy"}) {
		t.Errorf("unknown words %q", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	m := load(t)
	for name, o := range map[string]asr.Options{
		"no rate":       {},
		"0 Hz grammar":  {Phrases: []string{"教育局"}},
		"negative rate": {SampleRate: -16000},
		"odd rate":      {SampleRate: 11025},
		"huge rate":     {SampleRate: 1 << 30},
		"empty list":    {SampleRate: 16000, Phrases: []string{}},
		"empty phrases": {SampleRate: 16000, Phrases: []string{"", "  "}},
		"unknown words": {SampleRate: 16000, Phrases: []string{"Xyzzy", "\x00", "\xff\xfe"}},
		"N-best < 0":    {SampleRate: 16000, Alternatives: -1},
		"N-best huge":   {SampleRate: 16000, Alternatives: 1 << 20},
	} {
		if r, err := m.Open(t.Context(), o); !errors.Is(err, asr.ErrOptions) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

func TestClosed(t *testing.T) {
	m, err := Load(speechtest.Model(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Open(t.Context(), asr.Options{SampleRate: 16000})
	if err != nil {
		t.Fatal(err)
	}
	m.Close() // the recogniser keeps the model
	m.Close()
	if _, err := m.Open(t.Context(), asr.Options{SampleRate: 16000}); !errors.Is(err, asr.ErrClosed) {
		t.Errorf("open on a closed model: %v", err)
	}
	if _, err := r.Accept(t.Context(), speechtest.Silence(100)); err != nil {
		t.Errorf("a recogniser outlives the model's Close: %v", err)
	}
	r.Close()
	r.Close()
	if _, err := r.Accept(t.Context(), nil); !errors.Is(err, asr.ErrClosed) {
		t.Errorf("accept: %v", err)
	}
	if _, err := r.Finish(t.Context()); !errors.Is(err, asr.ErrClosed) {
		t.Errorf("finish: %v", err)
	}
	if err := r.Reset(t.Context()); !errors.Is(err, asr.ErrClosed) {
		t.Errorf("reset: %v", err)
	}
}

// A model that lacks or has a broken file is an error, never a crash.
func TestLoadRefusesBrokenModels(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("missing directory: %v", err)
	}
	needed := []string{"am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst",
		"graph/disambig_tid.int", "graph/words.txt"}
	for _, name := range needed {
		for what, breakIt := range map[string]func(string) error{
			"missing":  os.Remove,
			"empty":    func(p string) error { return os.Truncate(p, 0) },
			"cut off":  func(p string) error { return os.Truncate(p, 100) },
			"rubbish":  func(p string) error { return os.WriteFile(p, []byte("rubbish\n\x00\xff"), 0o644) },
			"a folder": func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o755)) },
		} {
			if (what == "cut off" || what == "empty") && strings.HasPrefix(name, "conf/") || what == "cut off" && name == "graph/disambig_tid.int" {
				continue // still valid configuration
			}
			dir := copyModel(t)
			if err := breakIt(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			m, err := Load(dir)
			if err == nil {
				m.Close()
				t.Errorf("%s %s: loaded", name, what)
			}
		}
	}
}

func copyModel(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(speechtest.Model(t))); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "manifest.json")); err != nil { // its sizes would tell
		t.Fatal(err)
	}
	return dir
}

func TestEverySampleRate(t *testing.T) {
	m := load(t)
	pcm := speechtest.Synthetic(t, "wo3 yao4 tou2 su4", "")
	for _, rate := range []int{8000, 16000, 44100, 48000} {
		r, err := m.Open(t.Context(), asr.Options{SampleRate: rate})
		if err != nil {
			t.Fatal(err)
		}
		if got := text(listen(t, r, speechtest.Resample(t, pcm, rate), rate/5)); got != "我要投诉" {
			t.Errorf("%d Hz: heard %q", rate, got)
		}
		r.Close()
	}
}

// Silence, noise, a constant: nothing is heard and nothing breaks.
func TestNothingIsHeardInNoise(t *testing.T) {
	m := load(t)
	constant := bytes.Repeat([]byte{0x00, 0x40}, 3*speechtest.Rate)
	for name, pcm := range map[string][]byte{
		"nothing": nil, "one byte": {1}, "zeros": make([]byte, 96000), "room": speechtest.Silence(3000),
		"noise": speechtest.Noise(3000, 3000), "loud noise": speechtest.Noise(3000, 32000), "constant": constant,
	} {
		for _, phrases := range [][]string{nil, {"教育局", "我要 投诉", "下一页", "[unk]"}} {
			r, err := m.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate, Alternatives: 3, Phrases: phrases})
			if err != nil {
				t.Fatal(err)
			}
			if got := text(listen(t, r, pcm, 3200)); got != "" && got != "[unk]" {
				t.Errorf("%s, grammar %v: heard %q", name, phrases != nil, got)
			}
			r.Close()
		}
	}
}
