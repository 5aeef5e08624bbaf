package journal

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

func setSchema(t *testing.T, j *Journal, text string) {
	t.Helper()
	err := j.changeDocs(t.Context(), func(c *jetstream.StreamConfig) { c.Metadata[schemaKey] = text })
	if err != nil {
		t.Fatal(err)
	}
}

// TestANewerJournalIsRefused: nothing of it has changed then.
func TestANewerJournalIsRefused(t *testing.T) {
	dir := t.TempDir()
	j := openTest(t, dir)
	if v, err := j.schema(t.Context()); err != nil || v != Schema {
		t.Fatalf("a new journal has the format %d, %v", v, err)
	}
	if _, err := j.AppendDocuments(t.Context(), []byte("[1]")); err != nil {
		t.Fatal(err)
	}
	setSchema(t, j, strconv.Itoa(Schema+1))
	j.Close()
	_, err := Open(t.Context(), Options{Dir: dir})
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "format "+strconv.Itoa(Schema+1)) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("a newer journal: %v", err)
	}
	j = &Journal{dir: dir, replicas: 1, timeout: requestTimeout}
	t.Cleanup(func() { j.Close() })
	if err := j.connect(Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if j.js, err = jetstream.New(j.nc); err != nil {
		t.Fatal(err)
	}
	if v, err := j.schema(t.Context()); err != nil || v != Schema+1 {
		t.Errorf("after the refusal it has the format %d, %v", v, err)
	}
	setSchema(t, j, "two")
	j.Close()
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrDamaged) {
		t.Errorf("a format that is no number: %v", err)
	}
}
