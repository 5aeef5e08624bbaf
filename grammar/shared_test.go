package grammar

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
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
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		var row T
		if err := json.Unmarshal(s.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}
