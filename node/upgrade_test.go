package node

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/journal"
)

// testdata/journal-1.tar.gz is a journal without a format's number, written by
// the last version that knew none: three pages, one of them changed and one
// deleted, a grammar saved twice, a token, events (too old by now). testdata/backup-1.backup
// is the backup that the same version made of it.
const oldToken = "td_3WXEFSFSBZTCS6ZUGMSMSLNF25"

// unpack puts an archive of regular files into a folder.
func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil && h.Typeflag == tar.TypeReg {
			name := filepath.Join(dir, h.Name)
			var data []byte
			data, err = io.ReadAll(r)
			err = errors.Join(err, os.MkdirAll(filepath.Dir(name), 0o750), os.WriteFile(name, data, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// holdsTheOld checks a node that was made of the old journal.
func holdsTheOld(t *testing.T, n *Node) {
	t.Helper()
	mustFind(t, n, "海星养护", "/v1/a")
	if d, ok, err := n.Document("/v1/a"); err != nil || !ok || d.Body != "海星养护的第二版说明。" {
		t.Errorf("the changed page: %+v, %v", d, err)
	}
	if _, ok, _ := n.Document("/v1/c"); ok {
		t.Error("the deleted page is back")
	}
	if count, err := n.Index().Count(); err != nil || count != 2 {
		t.Errorf("%d pages, %v; want 2", count, err)
	}
	h, err := n.Journal().History(t.Context(), journal.Grammars, "zh-CN")
	if err != nil || len(h) != 2 || h[0].Author != shippedBy || h[1].Author != "fixture" {
		t.Errorf("history: %d revisions, %v", len(h), err)
	}
	if decide(n, "带我去月球").Action != intent.Navigate {
		t.Error("the saved grammar does not serve")
	}
	if role, err := n.TokenRole(t.Context(), oldToken); err != nil || role != "publisher" {
		t.Errorf("the token has the role %q, %v", role, err)
	}
	var b bytes.Buffer
	if count, err := n.Journal().WriteAudit(t.Context(), &b, 0, 100); err != nil || count != 8 {
		t.Errorf("%d audit entries, %v; want 8", count, err)
	}
	if _, err := journal.VerifyAudit(&b, ""); err != nil {
		t.Error(err)
	}
}

// TestAnOldJournalIsUpgraded: all of it is there, new things can be added, and
// a second start finds nothing to do.
func TestAnOldJournalIsUpgraded(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after the other: nothing for the race detector")
	}
	dir := t.TempDir()
	unpack(t, "testdata/journal-1.tar.gz", dir)
	for range 2 {
		n, err := Open(t.Context(), Options{Data: dir, Log: slog.New(slog.DiscardHandler), Insights: &InsightsOptions{}})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(n.CaughtUp(t.Context()), n.Insights().CaughtUp(t.Context())); err != nil {
			t.Fatal(err)
		}
		holdsTheOld(t, n)
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
	n := openNode(t, dir)
	fill(t, n, 3)
	mustFind(t, n, "第1002号公报", "/2")
}

func TestAnOldBackupIsRestored(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after the other: nothing for the race detector")
	}
	f, err := os.Open("testdata/backup-1.backup")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := t.TempDir()
	if c, err := Restore(t.Context(), dir, f, false); err != nil || c != (BackupCounts{Revisions: 5, Documents: 2, Audit: 8}) {
		t.Fatalf("%+v, %v", c, err)
	}
	holdsTheOld(t, openNode(t, dir))
}
