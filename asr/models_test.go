package asr_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
)

func TestBrokenModelIsReported(t *testing.T) {
	dir := t.TempDir()
	pool := startPool(t, asr.Config{Workers: 1, Models: []asr.Model{{Name: "broken", Dir: dir}}})
	err := pool.Wait(t.Context())
	if err == nil || !strings.Contains(err.Error(), "final.mdl") || pool.Ready() {
		t.Errorf("ready %v, %v", pool.Ready(), err)
	}
}

func TestModelsSideBySide(t *testing.T) {
	dir := speechtest.Model(t)
	pool := ready(t, startPool(t, asr.Config{Workers: 1, Models: []asr.Model{
		{Name: "zh", Dir: dir, Language: "zh-CN"}, {Name: "en", Dir: dir, Language: "en-US"}}}))
	for tag, want := range map[string]string{"zh-CN": "zh", "zh": "zh", "EN-us": "en", "en-GB": "en", "fr": ""} {
		if got, ok := pool.ForLanguage(tag); got != want || ok != (want != "") {
			t.Errorf("language %s: %q", tag, got)
		}
	}
	for _, name := range []string{"zh", "en"} {
		r := open(t, pool, asr.Options{Model: name})
		defer r.Close()
	}
	for _, w := range pool.Stats().Workers {
		if w.Streams != 1 {
			t.Errorf("%+v", w)
		}
	}
}

// A model is replaced while a stream runs; the stream ends where it began.
func TestLoadReplacesAModel(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{Workers: 1}))
	pcm := speechtest.Synthetic(t, "wo3 yao4 tou2 su4", "")
	before := pool.Stats().Workers[0].PID
	r := open(t, pool, asr.Options{})
	got, err := listen(r, pcm, 3200, func(piece int) {
		if piece == 5 {
			if err := pool.Load(t.Context(), asr.Model{Name: "starter-zh", Dir: speechtest.Model(t)}); err != nil {
				t.Error(err)
			}
		}
	})
	if got != "我要投诉" {
		t.Errorf("heard %q, %v", got, err)
	}
	if after := pool.Stats().Workers[0].PID; after == before {
		t.Error("the worker is still the old one")
	}
	if err := syscall.Kill(before, 0); err != nil {
		t.Errorf("the old worker has gone before its stream: %v", err)
	}
	r.Close()
	serving := pool.Stats().Workers[0].PID
	for _, broken := range []asr.Model{{Name: "broken", Dir: t.TempDir(), Language: "zh-CN"}, {Name: "starter-zh", Dir: t.TempDir()}} {
		if err := pool.Load(t.Context(), broken); err == nil || pool.Stats().Workers[0].PID != serving {
			t.Errorf("a broken model: %v, and the worker is %d, was %d", err, pool.Stats().Workers[0].PID, serving)
		}
	}
}

// A model of another name takes the place of the one of its language; what was
// opened under the old name goes on, even when its worker is lost.
func TestLoadReplacesALanguage(t *testing.T) {
	dir := speechtest.Model(t)
	pool := ready(t, startPool(t, asr.Config{Workers: 1, Models: []asr.Model{
		{Name: "zh", Dir: dir, Language: "zh-CN"}, {Name: "en", Dir: dir, Language: "en-US"}}}))
	pcm := speechtest.Synthetic(t, "wo3 yao4 tou2 su4", "")
	r := open(t, pool, asr.Options{Model: "zh"})
	old := pool.Stats().Workers[0].PID
	got, err := listen(r, pcm, 3200, func(piece int) {
		if piece != 5 {
			return
		}
		if err := pool.Load(t.Context(), asr.Model{Name: "zh-adapted", Dir: dir, Language: "zh-CN"}); err != nil {
			t.Error(err)
		}
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	})
	if err != nil || got != "我要投诉" {
		t.Errorf("heard %q, %v", got, err)
	}
	r.Close()
	if name, _ := pool.ForLanguage("zh-CN"); name != "zh-adapted" {
		t.Errorf("Chinese is heard by %s", name)
	}
	if name, _ := pool.ForLanguage("en"); name != "en" {
		t.Errorf("English is heard by %s", name)
	}
	if w := pool.Stats().Workers; len(w) != 2 || w[0].Model != "zh-adapted" || w[1].Model != "en" {
		t.Errorf("%+v", w)
	}
}
