package search

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func open(t *testing.T, o Options) *Index {
	t.Helper()
	x, err := Open(filepath.Join(t.TempDir(), "index"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func put(t *testing.T, x *Index, docs ...Document) {
	t.Helper()
	var ops []Op
	for _, d := range docs {
		ops = append(ops, Op{Upsert: &d})
	}
	if err := x.Apply(x.Position()+1, ops); err != nil {
		t.Fatal(err)
	}
}

func ids(r *Result) string {
	var out []string
	for _, h := range r.Hits {
		out = append(out, h.ID)
	}
	return strings.Join(out, " ")
}

func find(t *testing.T, x *Index, q Query) *Result {
	t.Helper()
	r, err := x.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return r
}

func TestApplyReopenDelete(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	x, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, x, Document{ID: "a", Title: "公积金提取指南", Body: "办理住房公积金提取", Date: "2024-03-01"},
		Document{ID: "b", Title: "教育局", Body: "学校招生"})
	if err := x.Apply(7, []Op{{Delete: "b"}}); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if x, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if x.Position() != 7 {
		t.Errorf("position %d after reopening, want 7", x.Position())
	}
	if got := ids(find(t, x, Query{Text: "公积金"})); got != "a" {
		t.Errorf("found %q, want a", got)
	}
	if got := ids(find(t, x, Query{Text: "学校招生"})); got != "" {
		t.Errorf("found deleted %q", got)
	}
	if d, ok, err := x.Document("a"); err != nil || !ok || d.Body != "办理住房公积金提取" {
		t.Errorf("document a: %+v %v %v", d, ok, err)
	}
}

func TestOpenDamaged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	x, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, x, Document{ID: "a", Title: "公积金"})
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "store", "root.bolt"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("a torn index opens with %v, want ErrDamaged", err)
	}
}
