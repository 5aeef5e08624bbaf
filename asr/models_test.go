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
	if err := pool.Load(t.Context(), asr.Model{Name: "broken", Dir: t.TempDir()}); err == nil {
		t.Error("a broken model was loaded")
	}
}
