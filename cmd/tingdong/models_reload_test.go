package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/models"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

// TestModelsReload: a running service takes an adapted model while a visitor
// speaks, and keeps it when the next one is broken.
func TestModelsReload(t *testing.T) {
	s := start(t, t.TempDir(), "--workers", "1", "--max-load", "1000", "--max-wait", "1h")
	titles := filepath.Join(t.TempDir(), "titles.txt")
	write(t, titles, "招标公告\n红树林湿地保护通知\n")
	if out, errs, code := output(t, "", "models", "adapt", models.Default, titles, "--data", s.data, "--name", "portal"); code != 0 {
		t.Fatalf("adapt: %d %s%s", code, out, errs)
	}
	pcm := append(speechtest.Spoken(t, "招标公告", 30), speechtest.Silence(1500)...)
	turn := func(v *server.Visitor) {
		t.Helper()
		if r, err := v.Turn(t.Context(), pcm); err != nil || r.Column == nil || r.Column.ID != "zbgg" {
			t.Errorf("heard %+v, %v", r, err)
		}
	}
	visit := func() *server.Visitor {
		t.Helper()
		v, err := server.Dial(t.Context(), s.url, speechtest.Rate, session.Ask{Lang: "zh-CN"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(v.Close)
		turn(v)
		return v
	}
	early := visit()
	if out, errs, code := output(t, "", "models", "reload", "portal", "--data", s.data); code != 0 || !strings.Contains(out, "portal (zh-CN)") {
		t.Fatalf("reload: %d %s%s", code, out, errs)
	}
	turn(early) // on the old model
	visit()
	_, body := s.request("GET", "/metrics", "")
	if !strings.Contains(body, `worker_streams{model="portal",worker="0"} 1`) || strings.Contains(body, `{model="starter-zh"`) {
		t.Errorf("the adapted model does not serve: %s", body)
	}
	graph := filepath.Join(s.data, "models", "portal", "graph", "Gr.fst")
	if err := os.Truncate(graph, 1000); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := output(t, "", "models", "reload", "--data", s.data); code == 0 || !strings.Contains(errs, "nothing has changed") || !strings.Contains(errs, "Gr.fst") {
		t.Errorf("reload of a broken model: %d %s%s", code, out, errs)
	}
	if err := syscall.Kill(s.cmd.Process.Pid, syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	turn(early)
	visit()
	if code, body := s.request("POST", "/v1/admin/models/reload", ""); code != 401 {
		t.Errorf("without a token: %d %s", code, body)
	}
	if _, errs, code := output(t, "", "models", "reload", "--data", t.TempDir()); code == 0 || !strings.Contains(errs, "no service runs") {
		t.Errorf("without a service: %d %s", code, errs)
	}
}

// modelCopy is the model that ships under another name and language, in the
// data directory.
func modelCopy(t *testing.T, data, name, language string) {
	t.Helper()
	dir := filepath.Join(data, "models", name)
	if err := os.CopyFS(dir, os.DirFS(speechtest.Model(t))); err != nil {
		t.Fatal(err)
	}
	m, err := models.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	m.Name, m.Language = name, language
	if err := models.WriteManifest(dir, m); err != nil {
		t.Fatal(err)
	}
}

// TestModelsOfTwoLanguages: the page's language chooses the ear, and one
// language's model is replaced while the other's goes on. No English model
// can be had here, so the Chinese one stands for it.
func TestModelsOfTwoLanguages(t *testing.T) {
	if testing.Short() {
		t.Skip("TestModelsReload has the same goroutines")
	}
	data := t.TempDir()
	for _, name := range []string{"english", "english-new"} {
		modelCopy(t, data, name, "en-US")
	}
	s := start(t, data, "--workers", "1", "--max-load", "1000", "--max-wait", "1h", "--model", models.Default, "--model", "english")
	pcm := append(speechtest.Spoken(t, "招标公告", 30), speechtest.Silence(1500)...)
	visitor := func(lang string) *server.Visitor {
		t.Helper()
		v, err := server.Dial(t.Context(), s.url, speechtest.Rate, session.Ask{Lang: lang})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(v.Close)
		return v
	}
	turn := func(v *server.Visitor, lang string) {
		t.Helper()
		r, err := v.Turn(t.Context(), pcm)
		if err != nil || len(r.Heard) == 0 || strings.ReplaceAll(r.Heard[0].Text, " ", "") != "招标公告" {
			t.Errorf("in %s: %+v, %v", lang, r, err)
		}
	}
	serving := func(want ...string) {
		t.Helper()
		_, body := s.request("GET", "/metrics", "")
		for _, w := range want {
			if !strings.Contains(body, `tingdong_speech_worker_streams{model="`+w+`",worker="0"} 1`) {
				t.Errorf("%s does not hold its one visitor: %s", w, body)
			}
		}
	}
	chinese, english := visitor("zh-CN"), visitor("en")
	turn(chinese, "zh-CN")
	turn(english, "en")
	serving(models.Default, "english")
	if out, errs, code := output(t, "", "models", "reload", "english-new", "--data", data); code != 0 || !strings.Contains(out, "english-new (en-US)") {
		t.Fatalf("reload: %d %s%s", code, out, errs)
	}
	turn(english, "en") // on the model that was replaced
	turn(visitor("en-GB"), "en")
	turn(chinese, "zh-CN")
	serving(models.Default, "english-new")
}
