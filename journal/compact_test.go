package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// replayed are the batches after a sequence, as text.
func replayed(t *testing.T, j *Journal, after uint64) (string, error) {
	t.Helper()
	var got []string
	_, err := j.ReplayDocuments(t.Context(), after, func(b Batch) error {
		text := fmt.Sprintf("%d=%s", b.Seq, b.Data)
		if b.Kept {
			text += " again"
		}
		got = append(got, text)
		return nil
	})
	return strings.Join(got, ", "), err
}

// TestCompactedDocuments: what was dropped shows to a view that had not seen
// it, to no other, and after a start, too.
func TestCompactedDocuments(t *testing.T) {
	dir := t.TempDir()
	j := openTest(t, dir)
	for i := 1; i <= 5; i++ {
		if _, err := j.AppendDocuments(t.Context(), fmt.Appendf(nil, "[%d]", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.KeepDocuments(t.Context(), 4, []byte("[2]")); !errors.Is(err, ErrConflict) {
		t.Fatalf("kept although something was written in between: %v", err)
	}
	if seq, err := j.KeepDocuments(t.Context(), 5, []byte("[2]")); err != nil || seq != 6 {
		t.Fatalf("kept as %d, %v", seq, err)
	}
	if err := j.DropDocuments(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if s, err := j.Span(t.Context()); err != nil || s.First != 4 || s.Last != 7 {
			t.Fatalf("holds %+v, %v", s, err)
		}
		const rest = "4=[4], 5=[5], 6=[2] again, 7=[]"
		for after, want := range map[uint64]string{0: rest, 3: rest, 5: "6=[2] again, 7=[]", 7: ""} {
			if got, err := replayed(t, j, after); err != nil || got != want {
				t.Errorf("after %d: %s, %v; want %s", after, got, err, want)
			}
		}
		for _, after := range []uint64{1, 2} {
			if got, err := replayed(t, j, after); !errors.Is(err, ErrCompacted) || got != "" {
				t.Errorf("after %d: %s, %v", after, got, err)
			}
		}
		j.Close()
		j = openTest(t, dir)
	}
}

// TestAGapIsDamage: a batch that no compaction dropped is missing.
func TestAGapIsDamage(t *testing.T) {
	j := openTest(t, t.TempDir())
	for i := 1; i <= 5; i++ {
		if _, err := j.AppendDocuments(t.Context(), fmt.Appendf(nil, "[%d]", i)); err != nil {
			t.Fatal(err)
		}
	}
	docs, err := j.documents()
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range []uint64{3, 1} { // in the middle, at the beginning
		if err := docs.DeleteMsg(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
		got, err := replayed(t, j, 0)
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), fmt.Sprintf("batches %d to %d are missing", seq, seq)) {
			t.Errorf("without %d: %s, %v", seq, got, err)
		}
	}
}

// TestHoldDocuments: a backup and a compaction wait for each other.
func TestHoldDocuments(t *testing.T) {
	j := openTest(t, t.TempDir())
	release, err := j.HoldDocuments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := j.HoldDocuments(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("held twice: %v", err)
	}
	release()
	if release, err = j.HoldDocuments(t.Context()); err != nil {
		t.Fatal(err)
	}
	release()
}
