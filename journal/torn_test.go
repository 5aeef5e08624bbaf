package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// damages are what can happen to the only file of a stream. What JetStream
// keeps beside it to start faster (index.db) may be there or not.
var damages = map[string]func(file string, data []byte) error{
	"cut in half":     func(f string, d []byte) error { return os.Truncate(f, int64(len(d)/2)) },
	"the end cut off": func(f string, d []byte) error { return os.Truncate(f, int64(len(d)-3)) },
	"empty":           func(f string, _ []byte) error { return os.Truncate(f, 0) },
	"gone":            func(f string, _ []byte) error { return os.Remove(f) },
	"garbled": func(f string, d []byte) error {
		for i := range 40 {
			d[len(d)/2+i] ^= 0x5a
		}
		return os.WriteFile(f, d, 0o600)
	},
}

func streamDir(dir, stream string) string {
	return filepath.Join(dir, "journal", "jetstream", "$G", "streams", stream)
}

// written makes a journal with something in every stream, and closes it.
func written(t *testing.T, dir string) {
	t.Helper()
	j := openTest(t, dir)
	for i := range 10 {
		_, err := j.AppendDocuments(t.Context(), fmt.Appendf(nil, "[%d]", i))
		err = errors.Join(err, j.Audit(t.Context(), AuditEntry{Who: "somebody", Action: "test", Outcome: "ok"}))
		for _, b := range Buckets {
			_, err2 := j.Put(t.Context(), b, Save{Key: fmt.Sprint("key", i%3), Value: []byte(strings.Repeat("值", 40))})
			err = errors.Join(err, err2)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	j.Close()
}

// TestTornFiles: a journal that has lost something acknowledged is not opened
// as if nothing had happened, and the files are left as they are.
func TestTornFiles(t *testing.T) {
	whole := t.TempDir()
	written(t, whole)
	for _, stream := range []string{streamDocs, streamAudit, "KV_grammars"} {
		for name, damage := range damages {
			for _, fast := range []bool{true, false} {
				what := fmt.Sprintf("%s %s, fast start %v", stream, name, fast)
				dir := t.TempDir()
				if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
					t.Fatal(err)
				}
				files := filepath.Join(streamDir(dir, stream), "msgs")
				file := filepath.Join(files, "1.blk")
				data, err := os.ReadFile(file)
				if err == nil {
					err = damage(file, data)
				}
				if err == nil && !fast {
					err = os.Remove(filepath.Join(files, "index.db"))
				}
				if err != nil {
					t.Fatal(err)
				}
				mustBeRefused(t, what, dir)
			}
		}
	}
}

func mustBeRefused(t *testing.T, what, dir string) {
	t.Helper()
	for range 2 { // the first start must not make the loss look right
		j, err := Open(t.Context(), Options{Dir: dir})
		if err == nil {
			j.Close()
		}
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "Restore a backup") || !strings.Contains(err.Error(), "marks.json") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestTornSettingsOfAStream: what JetStream knows a stream by.
func TestTornSettingsOfAStream(t *testing.T) {
	for name, damage := range damages {
		dir := t.TempDir()
		written(t, dir)
		file := filepath.Join(streamDir(dir, streamDocs), "meta.inf")
		data, err := os.ReadFile(file)
		if err == nil {
			err = damage(file, data)
		}
		if err != nil {
			t.Fatal(err)
		}
		j, err := Open(t.Context(), Options{Dir: dir})
		if err == nil {
			j.Close()
		}
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWhatCanBeReadIsThere: an administrator who has no backup decides to go
// on with what is left.
func TestWhatCanBeReadIsThere(t *testing.T) {
	dir := t.TempDir()
	written(t, dir)
	file := filepath.Join(streamDir(dir, "KV_grammars"), "msgs", "1.blk")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, int64(len(data)-3)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "journal", "marks.json")); err != nil {
		t.Fatal(err)
	}
	j := openTest(t, dir)
	if list, err := j.List(t.Context(), Grammars); err != nil || len(list) != 3 {
		t.Errorf("%d keys, %v", len(list), err)
	}
	j.Close()
	j = openTest(t, dir) // and that is noted now
	if _, err := j.Put(t.Context(), Grammars, Save{Key: "new", Value: []byte("x")}); err != nil {
		t.Error(err)
	}
}
