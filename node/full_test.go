package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

// smallDisk is a folder on a file system of its own.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a full disk needs a small file system, which only root may mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk: what is not kept is refused and says why, what was acknowledged
// is kept, visitors are served, and room is enough to go on.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after the other: nothing for the race detector")
	}
	dir := smallDisk(t, "96m")
	n := openNode(t, dir)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 48<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	acked := importUntilFull(t, n)
	rest := filepath.Join(dir, "rest") // now to the last byte
	if err := os.WriteFile(rest, make([]byte, 128<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	if _, err := n.Save(t.Context(), journal.Settings, journal.Save{Key: PinsKey, Value: []byte("pinned: {公报: [a]}\n")}); !errors.Is(err, journal.ErrFull) {
		t.Errorf("a setting on a full disk: %v", err)
	}
	if err := n.Journal().Audit(t.Context(), journal.AuditEntry{Outcome: "begun"}); !errors.Is(err, journal.ErrFull) {
		t.Errorf("an audit entry on a full disk: %v", err)
	}
	if err := put(t.Context(), n, "/nobody"); !errors.Is(err, journal.ErrFull) {
		t.Errorf("a page on a full disk: %v", err)
	}
	mustFind(t, n, "第1000号公报", "/0")
	n.Close()
	n, err := Open(t.Context(), Options{Data: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("a start on a full disk: %v", err)
	}
	t.Cleanup(func() { n.Close() })
	mustFind(t, n, "第1000号公报", "/0")
	n.Close()
	for _, name := range []string{ballast, rest} {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	n = openNode(t, dir)
	if err := put(t.Context(), n, "/room"); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if err := n.Await(t.Context(), last(t, n)); err != nil {
		t.Fatal(err)
	}
	for i := range acked {
		if _, ok, err := n.Document(fmt.Sprint("/", i)); !ok || err != nil {
			t.Fatalf("page %d of %d was acknowledged and is not there: %v", i, acked, err)
		}
	}
}

// importUntilFull imports pages that cannot be compressed until they are
// refused, and returns how many were acknowledged.
func importUntilFull(t *testing.T, n *Node) (acked int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rng := rand.New(rand.NewPCG(1, 2))
	for i := 0; i < 200; i++ {
		body := make([]byte, 400_000) // one word, so that it is not much to index
		for i := range body {
			body[i] = 'a' + byte(rng.IntN(26))
		}
		b := n.NewBatch()
		err := b.Add(ctx, search.Op{Upsert: &search.Document{ID: fmt.Sprint("/", i), Title: fmt.Sprintf("第%d号公报", 1000+i), Body: string(body), Lang: "zh-CN"}})
		if err == nil {
			err = b.Wait(ctx)
		}
		if errors.Is(err, journal.ErrFull) {
			if acked == 0 {
				t.Fatal("nothing was taken")
			}
			return acked
		}
		if err != nil {
			t.Fatal(err)
		}
		acked++
	}
	t.Fatal("the disk does not get full")
	return 0
}
