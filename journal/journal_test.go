package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func openTest(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func TestRevisionsKeepHistoryAndRefuseStaleSaves(t *testing.T) {
	dir := t.TempDir()
	j := openTest(t, dir)
	zero := uint64(0)
	r1, err := j.Put(t.Context(), Grammars, Save{Key: "zh-CN", Value: []byte("one"), Author: "a", Message: "first", Expect: &zero})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Put(t.Context(), Grammars, Save{Key: "zh-CN", Value: []byte("x"), Expect: &zero}); !errors.Is(err, ErrConflict) {
		t.Fatalf("creating an existing key: %v, want ErrConflict", err)
	}
	r2, err := j.Put(t.Context(), Grammars, Save{Key: "zh-CN", Value: []byte("two"), Author: "b", Expect: &r1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Put(t.Context(), Grammars, Save{Key: "zh-CN", Value: []byte("stale"), Expect: &r1}); !errors.Is(err, ErrConflict) {
		t.Fatalf("stale save: %v, want ErrConflict", err)
	}
	if _, err := j.Get(t.Context(), Grammars, "fr"); !errors.Is(err, ErrNotFound) {
		t.Fatalf("missing key: %v, want ErrNotFound", err)
	}
	j.Close()

	j = openTest(t, dir)
	got, err := j.Get(t.Context(), Grammars, "zh-CN")
	if err != nil || string(got.Value) != "two" || got.Revision != r2 || got.Author != "b" {
		t.Fatalf("after reopening: %+v, %v", got, err)
	}
	h, err := j.History(t.Context(), Grammars, "zh-CN")
	if err != nil || len(h) != 2 || string(h[0].Value) != "one" || h[0].Message != "first" {
		t.Fatalf("history: %+v, %v", h, err)
	}
	if err := j.Delete(t.Context(), Grammars, "zh-CN"); err != nil {
		t.Fatal(err)
	}
	if l, err := j.List(t.Context(), Grammars); err != nil || len(l) != 0 {
		t.Fatalf("list after delete: %v, %v", l, err)
	}
}

func TestFollowDocumentsFromAnyPlace(t *testing.T) {
	dir := t.TempDir()
	j := openTest(t, dir)
	for i := 1; i <= 5; i++ {
		seq, err := j.AppendDocuments(t.Context(), fmt.Appendf(nil, "batch %d", i))
		if err != nil || seq != uint64(i) {
			t.Fatalf("append %d: seq %d, %v", i, seq, err)
		}
	}
	j.Close()
	j = openTest(t, dir)

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []string
	done := make(chan error, 1)
	go func() {
		done <- j.FollowDocuments(ctx, 2, func(b Batch) error {
			got = append(got, fmt.Sprintf("%d=%s", b.Seq, b.Data))
			if b.Seq == 6 {
				cancel()
			}
			return nil
		})
	}()
	if _, err := j.AppendDocuments(t.Context(), []byte("batch 6")); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if want := "3=batch 3 4=batch 4 5=batch 5 6=batch 6"; strings.Join(got, " ") != want {
		t.Fatalf("followed %v, want %s", got, want)
	}
}

func TestFollowDocumentsStopsAtTheFirstError(t *testing.T) {
	j := openTest(t, t.TempDir())
	if _, err := j.AppendDocuments(t.Context(), []byte("x")); err != nil {
		t.Fatal(err)
	}
	boom := errors.New("boom")
	if err := j.FollowDocuments(t.Context(), 0, func(Batch) error { return boom }); !errors.Is(err, boom) {
		t.Fatalf("got %v, want the callback's error", err)
	}
}

func TestWatchSeesSaves(t *testing.T) {
	j := openTest(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	seen := make(chan struct{}, 16)
	wg.Go(func() {
		if err := j.Watch(ctx, Columns, func() { seen <- struct{}{} }); err != nil {
			t.Error(err)
		}
	})
	for { // the watch may not stand yet when the first save is made
		if _, err := j.Put(ctx, Columns, Save{Key: "portal", Value: []byte("v")}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-seen:
			cancel()
			wg.Wait()
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	openTest(t, dir)
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Fatalf("got %v, want ErrInUse", err)
	}
}

func TestOpenSaysWhatIsWrongWithTheDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Options{Dir: filepath.Join(file, "data")})
	if err == nil || !strings.Contains(err.Error(), "--data") {
		t.Fatalf("got %v, want an error that says what to do", err)
	}
}

func TestTooLargeIsRefusedNotSuffered(t *testing.T) {
	j := openTest(t, t.TempDir())
	if _, err := j.AppendDocuments(t.Context(), make([]byte, MaxValue+1)); err == nil {
		t.Fatal("an oversized batch was accepted")
	}
	if seq, err := j.AppendDocuments(t.Context(), make([]byte, MaxValue)); err != nil || seq != 1 {
		t.Fatalf("a batch of the full size: seq %d, %v", seq, err)
	}
}

func TestMain(m *testing.M) {
	if dir := os.Getenv("TINGDONG_TEST_WRITER"); dir != "" {
		writeUntilKilled(dir)
		return
	}
	goleak.VerifyTestMain(m)
}
