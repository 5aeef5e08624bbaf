package intent

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
)

// sharedFile reads a file of the data folder beside the repository
// (TINGDONG_SHARED overrides), and skips the test when there is none.
func sharedFile(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("TINGDONG_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("shared data not found: %v", err)
	}
	return data
}

// jsonRows decodes JSON lines into T.
func jsonRows[T any](t testing.TB, data []byte) []T {
	t.Helper()
	var rows []T
	s := bufio.NewScanner(bytes.NewReader(data))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var row T
		if err := json.Unmarshal(s.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// shipped is the matcher of the shipped grammars over the shipped columns; the
// tests share one, because it cannot be changed.
func shipped(t testing.TB) *Matcher {
	t.Helper()
	once.Do(func() { shippedOnce = compileShipped(t) })
	if shippedOnce == nil {
		t.Fatal("the shipped grammars do not compile")
	}
	return shippedOnce
}

var (
	once        sync.Once
	shippedOnce *Matcher
)

func compileShipped(t testing.TB) *Matcher {
	src := grammar.ShippedColumns()
	columns, diags := grammar.ParseColumns(src.Name, src.Data)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	m, err := Compile(shippedFiles(t), columns)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func shippedFiles(t testing.TB) []*grammar.File {
	t.Helper()
	var files []*grammar.File
	for _, src := range grammar.Shipped() {
		f, diags := grammar.Parse(src.Name, src.Data)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// ask decides one typed text.
func ask(m *Matcher, text string) Decision {
	return m.Decide(Query{Heard: []asr.Hypothesis{{Text: text, Confidence: 1}}})
}
