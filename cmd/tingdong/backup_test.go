package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/search"
)

// TestBackupOfARunningServiceRestoresElsewhere goes the way of an
// administrator: token, import, backup while the service runs, restore into a
// new directory, the same answers there with the same token.
func TestBackupOfARunningServiceRestoresElsewhere(t *testing.T) {
	s := start(t, t.TempDir(), "--no-speech", "--demo=false")
	out, errs, code := output(t, "", "token", "--data", s.data, "--role", "publisher")
	if code != 0 {
		t.Fatal(errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	auth := "Bearer " + lines[len(lines)-1]
	if !post(s, auth, batch(0, 30)) {
		t.Fatal("the import failed")
	}
	if code, body := s.request("PUT", "/v1/admin/pins?message=hello", "pinned: {公报: [k7]}\n", "Authorization", auth); code != 200 {
		t.Fatalf("saving pins: %d %s", code, body)
	}
	file := filepath.Join(t.TempDir(), "portal.backup")
	if out, errs, code = output(t, "", "backup", "--data", s.data, file); code != 0 || !strings.Contains(out, "30 pages") {
		t.Fatalf("backup: %d %s%s", code, out, errs)
	}
	elsewhere := t.TempDir()
	if out, errs, code = output(t, "", "restore", "--data", s.data, file); code != 1 || !strings.Contains(errs, "stop the service") {
		t.Errorf("restore under a running service: %d %s%s", code, out, errs)
	}
	refuseDamaged(t, file, elsewhere)
	if out, errs, code = output(t, "", "restore", "--data", elsewhere, file); code != 0 {
		t.Fatalf("restore: %d %s%s", code, out, errs)
	}
	r := start(t, elsewhere, "--no-speech", "--demo=false")
	for _, path := range []string{"/v1/search?size=50&q=%E5%85%AC%E6%8A%A5", "/v1/search?size=50&q=%E7%AC%AC100012", "/v1/ask?q=%E6%88%91%E8%A6%81%E6%8A%95%E8%AF%89"} {
		_, want := s.request("GET", path, "")
		_, got := r.request("GET", path, "")
		if plain(want) != plain(got) || !strings.Contains(want, `"`) {
			t.Errorf("%s:\n%s\n%s", path, want, got)
		}
	}
	code, body := r.request("GET", "/v1/admin/pins/history", "", "Authorization", auth)
	if code != 200 || !strings.Contains(body, "hello") {
		t.Errorf("history with the old token: %d %s", code, body)
	}
}

// plain is an answer without the times it took; of hits the first and which
// the others are, because equal scores have no order.
func plain(body string) string {
	var r search.Result
	if json.Unmarshal([]byte(body), &r) == nil && len(r.Hits) > 0 {
		var ids []string
		for _, h := range r.Hits {
			ids = append(ids, h.ID+h.Snippet)
		}
		first := ids[0]
		slices.Sort(ids)
		return first + strings.Join(ids, " ")
	}
	before, _, _ := strings.Cut(body, `"took_`)
	return before
}

func refuseDamaged(t *testing.T, file, dir string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(t.TempDir(), "torn")
	if err := os.WriteFile(torn, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := output(t, "", "restore", "--data", dir, torn); code != 1 || !strings.Contains(errs, "damaged or incomplete") {
		t.Errorf("restore of half a file: %d %s%s", code, out, errs)
	}
}
