package node

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tingdong/tingdong/search"
)

// TestOutdatedIndexServesMeanwhile starts with an index of another dictionary:
// it answers from the first moment, and is replaced without a failed query.
func TestOutdatedIndexServesMeanwhile(t *testing.T) {
	dir := t.TempDir()
	n := openNode(t, dir)
	fill(t, n, 300)
	at, present := n.Index().Position(), n.Index().Dir()
	n.Close()

	former := filepath.Join(dir, "index", "former")
	old, err := search.Open(former, search.Options{Words: []string{"统计资料汇编"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Apply(at, []search.Op{{Upsert: &search.Document{ID: "old", Title: "第1123号公报"}}}); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := search.Open(former, search.Options{}); !errors.Is(err, search.ErrOutdated) {
		t.Fatalf("opening it gives %v, want ErrOutdated", err)
	}
	if err := os.RemoveAll(present); err != nil {
		t.Fatal(err)
	}

	n, err = Open(t.Context(), Options{Data: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	if err := n.CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := n.Warmed(t.Context()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; {
		r, err := n.Search(t.Context(), search.Query{Text: "第1123号公报"})
		if err != nil || len(r.Hits) == 0 {
			t.Fatalf("a query failed meanwhile: %+v, %v", r, err)
		}
		if r.Hits[0].ID == "/123" {
			break
		}
		if r.Hits[0].ID != "old" || time.Now().After(deadline) {
			t.Fatalf("found %s, dir %s", r.Hits[0].ID, n.Index().Dir())
		}
	}
	if n.NotReady() != nil || n.Index().Dir() != present {
		t.Errorf("in the end: %v, %s", n.NotReady(), n.Index().Dir())
	}
	n.Close()
	if entries, err := os.ReadDir(filepath.Join(dir, "index")); err != nil || len(entries) != 1 {
		t.Errorf("%v (%v) are left, want one index", entries, err)
	}
}
