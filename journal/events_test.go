package journal

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func openEvents(t *testing.T, j *Journal) *Events {
	t.Helper()
	e, err := j.OpenEvents(t.Context(), &EventLimits{Age: 90 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func appendEvent(t *testing.T, e *Events, word string) uint64 {
	t.Helper()
	seq, err := e.Append(t.Context(), word, []byte(word))
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// followed returns the first n batches after a sequence.
func followed(t *testing.T, e *Events, after uint64, n int) (got []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := e.Follow(ctx, after, func(_ uint64, b []byte) error {
		if got = append(got, string(b)); len(got) == n {
			cancel()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEventsAreFollowedAndABatchSentTwiceIsKeptOnce(t *testing.T) {
	dir := t.TempDir()
	j := openTest(t, dir)
	if e, err := j.OpenEvents(t.Context(), nil); e != nil || err != nil {
		t.Fatalf("a stream that nobody made: %v, %v", e, err)
	}
	e := openEvents(t, j)
	first := appendEvent(t, e, "one")
	if again := appendEvent(t, e, "one"); again != first {
		t.Fatalf("the same batch has the sequences %d and %d", first, again)
	}
	appendEvent(t, e, "two")
	j.Close()
	e, err := openTest(t, dir).OpenEvents(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := followed(t, e, 0, 2); !slices.Equal(got, []string{"one", "two"}) {
		t.Fatalf("followed %q", got)
	}
	if _, err := e.Append(t.Context(), "big", make([]byte, maxEvents+1)); err == nil {
		t.Fatal("an oversized batch was taken")
	}
}

// TestErasedEventsLeaveTheDisk: what is too old is in no file any more, and
// what is not too old stays.
func TestErasedEventsLeaveTheDisk(t *testing.T) {
	dir := t.TempDir()
	j := openTest(t, dir)
	e := openEvents(t, j)
	for i := range 20 {
		appendEvent(t, e, fmt.Sprintf("oldwords-%d", i))
	}
	time.Sleep(2 * time.Millisecond) // so that a time lies between
	border := time.Now()
	for i := range 5 {
		appendEvent(t, e, fmt.Sprintf("newwords-%d", i))
	}
	if !onDisk(t, dir, "oldwords") || !onDisk(t, dir, "newwords") {
		t.Fatal("the events are not where the test looks for them")
	}
	if n, err := e.Erase(t.Context(), border); n != 20 || err != nil {
		t.Fatalf("erased %d, %v", n, err)
	}
	if n, err := e.Erase(t.Context(), border); n != 0 || err != nil {
		t.Fatalf("erased another %d, %v", n, err)
	}
	if got := followed(t, e, 3, 5); got[0] != "newwords-0" || got[4] != "newwords-4" {
		t.Fatalf("left are %q", got)
	}
	j.Close()
	if onDisk(t, dir, "oldwords") || !onDisk(t, dir, "newwords") {
		t.Fatal("erased events are still on the disk, or the others are not")
	}
	e = openEvents(t, openTest(t, dir))
	if n, err := e.EraseUpTo(t.Context(), 24); n != 3 || err != nil {
		t.Fatalf("erased %d up to 24, %v", n, err)
	}
	if got := followed(t, e, 0, 2); !slices.Equal(got, []string{"newwords-3", "newwords-4"}) {
		t.Fatalf("left are %q", got)
	}
}

func onDisk(t *testing.T, dir, word string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, []byte(word))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
