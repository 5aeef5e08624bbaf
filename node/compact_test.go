package node

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

// eager finds every batch old enough and the smallest stream large enough.
var eager = Compaction{Age: -time.Hour, Least: 1}

// update imports pages in a batch each, so that later ones replace earlier.
func update(t *testing.T, n *Node, ops ...search.Op) {
	t.Helper()
	b := n.NewBatch()
	for _, op := range ops {
		if err := errors.Join(b.Add(t.Context(), op), b.Flush(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func page(id, title string) search.Op {
	return search.Op{Upsert: &search.Document{ID: id, Title: title, Body: "本期公报。", Lang: "zh-CN"}}
}

// updated has 40 pages, the first of which were changed many times; /38 and
// /39 were deleted.
func updated(t *testing.T, n *Node) {
	t.Helper()
	fill(t, n, 40)
	for round := range 5 {
		for i := range 10 {
			update(t, n, page(fmt.Sprint("/", i), fmt.Sprintf("海星第%d次公告", 100*round+i)))
		}
	}
	update(t, n, search.Op{Delete: "/38"}, search.Op{Delete: "/39"})
}

func holdsUpdated(t *testing.T, n *Node, what string) {
	t.Helper()
	count, err := n.Index().Count()
	if err != nil || count != 38 {
		t.Errorf("%s: %d pages, %v; want 38", what, count, err)
	}
	for i := range 40 {
		id, want := fmt.Sprint("/", i), fmt.Sprintf("第%d号公报", 1000+i)
		if i < 10 {
			want = fmt.Sprintf("海星第%d次公告", 400+i)
		}
		d, ok, err := n.Document(id)
		if err != nil || ok != (i < 38) || ok && d.Title != want {
			t.Errorf("%s: %s is %+v, %v, %v; want %s", what, id, d, ok, err, want)
		}
	}
}

func mustCompact(t *testing.T, n *Node) compacted {
	t.Helper()
	done, err := (&compactor{j: n.Journal(), Compaction: eager}).run(t.Context())
	if err != nil || done.upTo == 0 {
		t.Fatalf("compacted %+v, %v", done, err)
	}
	if err := n.Await(t.Context(), last(t, n)); err != nil {
		t.Fatal(err)
	}
	return done
}

func last(t *testing.T, n *Node) uint64 {
	t.Helper()
	seq, err := n.Journal().LastDocument(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// TestCompaction: every page keeps its newest state, for the index that
// followed, for one that is built anew, for one that was away, in a backup.
func TestCompaction(t *testing.T) {
	if testing.Short() {
		t.Skip("TestCompactionBesideWriters has the same goroutines")
	}
	dir, away := t.TempDir(), t.TempDir()
	n := openNode(t, dir)
	fill(t, n, 40)
	n.Close() // an index that will not have seen the deletions
	if err := os.CopyFS(away, os.DirFS(filepath.Join(dir, "index"))); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, dir)
	updated(t, n)
	before, err := n.Journal().Span(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if done := mustCompact(t, n); done.kept != 38 {
		t.Errorf("%+v; want 38 pages written again", done)
	}
	after, err := n.Journal().Span(t.Context())
	if err != nil || after.First < before.Last || after.Bytes >= before.Bytes {
		t.Errorf("before %+v, after %+v, %v", before, after, err)
	}
	holdsUpdated(t, n, "the index that followed")
	backedUp(t, n)
	n.Close()
	index := filepath.Join(dir, "index")
	if err := os.RemoveAll(index); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, dir)
	holdsUpdated(t, n, "no index")
	n.Close()
	if err := errors.Join(os.RemoveAll(index), os.CopyFS(index, os.DirFS(away))); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"an index that was away", "and at the next start"} {
		n = openNode(t, dir)
		holdsUpdated(t, n, what)
		n.Close()
	}
}

// backedUp restores a backup elsewhere.
func backedUp(t *testing.T, n *Node) {
	t.Helper()
	var b bytes.Buffer
	if c, err := Backup(t.Context(), n.Journal(), &b); err != nil || c.Documents != 38 {
		t.Fatalf("backup: %+v, %v", c, err)
	}
	dir := t.TempDir()
	if _, err := Restore(t.Context(), dir, bytes.NewReader(b.Bytes()), false); err != nil {
		t.Fatal(err)
	}
	holdsUpdated(t, openNode(t, dir), "a restored backup")
}

// TestCompactionCutShort: what was written again before the end came is there
// twice, and does no harm.
func TestCompactionCutShort(t *testing.T) {
	if testing.Short() {
		t.Skip("TestCompactionBesideWriters has the same goroutines")
	}
	dir := t.TempDir()
	n := openNode(t, dir)
	updated(t, n)
	c := &compactor{j: n.Journal(), Compaction: eager}
	s, err := c.survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := c.keep(t.Context(), s); err != nil || kept != 38 {
		t.Fatalf("kept %d, %v", kept, err)
	}
	n.Close() // before anything was dropped
	n = openNode(t, dir)
	holdsUpdated(t, n, "cut short")
	mustCompact(t, n)
	holdsUpdated(t, n, "compacted in the end")
	n.Close()
	if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
		t.Fatal(err)
	}
	holdsUpdated(t, openNode(t, dir), "built anew")
}

// TestCompactionBesideWriters: what is imported and deleted meanwhile wins.
func TestCompactionBesideWriters(t *testing.T) {
	dir := t.TempDir()
	n := openNode(t, dir)
	updated(t, n)
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for round := range 20 {
				b := n.NewBatch()
				err := errors.Join(b.Add(t.Context(), page(fmt.Sprint("/", 20+w), fmt.Sprintf("海胆第%d次公告", 1000*(w+1)+round))),
					b.Add(t.Context(), page(fmt.Sprintf("/new/%d/%d", w, round), "水母公告")), b.Flush(t.Context()),
					b.Add(t.Context(), search.Op{Delete: fmt.Sprintf("/new/%d/%d", w, round)}), b.Flush(t.Context()))
				if err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 3 {
				_, err := (&compactor{j: n.Journal(), Compaction: eager}).run(t.Context())
				if err != nil && !errors.Is(err, journal.ErrCompacted) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	check := func(n *Node, what string) {
		t.Helper()
		if err := n.Await(t.Context(), last(t, n)); err != nil {
			t.Fatal(err)
		}
		if count, err := n.Index().Count(); err != nil || count != 38 {
			t.Errorf("%s: %d pages, %v; want 38", what, count, err)
		}
		for w := range 2 {
			if d, ok, err := n.Document(fmt.Sprint("/", 20+w)); err != nil || !ok || d.Title != fmt.Sprintf("海胆第%d次公告", 1000*(w+1)+19) {
				t.Errorf("%s: %+v, %v, %v", what, d, ok, err)
			}
		}
	}
	check(n, "the index that followed")
	n.Close()
	if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
		t.Fatal(err)
	}
	check(openNode(t, dir), "built anew")
}

// TestCompactionLeavesAlone what is young, small, or for the most part true.
// A clock that was set back makes batches younger than now: they stay.
func TestCompactionLeavesAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after the other: nothing for the race detector")
	}
	n := openNode(t, t.TempDir())
	fill(t, n, 40)
	for what, c := range map[string]Compaction{"true": eager, "small": {Age: -time.Hour, Least: 1 << 30}} {
		if done, err := (&compactor{j: n.Journal(), Compaction: c}).run(t.Context()); err != nil || done != (compacted{}) {
			t.Errorf("%s: %+v, %v", what, done, err)
		}
	}
	updated(t, n)
	for what, ahead := range map[string]time.Duration{"young": 0, "from the future": -1000 * time.Hour} {
		c := &compactor{j: n.Journal(), Compaction: Compaction{Age: time.Hour, Least: 1}, now: func() time.Time { return time.Now().Add(ahead) }}
		if done, err := c.run(t.Context()); err != nil || done != (compacted{}) {
			t.Errorf("%s: %+v, %v", what, done, err)
		}
	}
	c := &compactor{j: n.Journal(), Compaction: Compaction{Age: time.Hour, Least: 1}, now: func() time.Time { return time.Now().Add(1000 * time.Hour) }}
	if done, err := c.run(t.Context()); err != nil || done.upTo == 0 {
		t.Errorf("a clock that has jumped ahead: %+v, %v", done, err)
	}
	if err := n.Await(t.Context(), last(t, n)); err != nil {
		t.Fatal(err)
	}
	holdsUpdated(t, n, "after the jump")
}
