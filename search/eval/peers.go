package eval

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/tingdong/tingdong/search"
)

// peerScripts drive other engines. Each prints one JSON line about its index
// and then one for each query.
//
//go:embed peers/*.py
var peerScripts embed.FS

// peers are the scripts that are tried; one whose engine is not installed is
// left out of the table with a note.
var peers = []string{"fts5.py", "xapian_pairs.py"}

// peerRun is what a peer did with all queries, in order.
type peerRun struct {
	Name       string  `json:"name"`
	DocsPerS   float64 `json:"docs_per_s"`
	IndexBytes int64   `json:"index_bytes"`
	answers    []peerAnswer
}

type peerAnswer struct {
	IDs []string `json:"ids"`
	MS  float64  `json:"ms"`
	CPU float64  `json:"cpu"` // ms
}

// runPeer indexes docs and answers queries with another engine.
func runPeer(ctx context.Context, script, dir string, docs []*search.Document, queries []string, n int) (*peerRun, error) {
	for _, name := range []string{"bigrams.py", script} {
		b, err := peerScripts.ReadFile("peers/" + name)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return nil, err
		}
	}
	docsFile, queriesFile := filepath.Join(dir, "docs.jsonl"), filepath.Join(dir, "queries.jsonl")
	type line struct {
		Query string `json:"query"`
		N     int    `json:"n"`
	}
	if err := writeLines(docsFile, docs); err != nil {
		return nil, err
	}
	lines := make([]line, len(queries))
	for i, q := range queries {
		lines[i] = line{q, n}
	}
	if err := writeLines(queriesFile, lines); err != nil {
		return nil, err
	}
	// Debian's modules belong to Debian's interpreter.
	cmd := exec.CommandContext(ctx, "/usr/bin/python3", filepath.Join(dir, script), docsFile, queriesFile, dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", script, err)
	}
	run, readErr := readPeer(out)
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%s: %w (is the engine installed?)", script, err)
	}
	if readErr == nil && len(run.answers) != len(queries) {
		readErr = fmt.Errorf("%s answered %d of %d queries", script, len(run.answers), len(queries))
	}
	return run, readErr
}

func readPeer(r io.Reader) (*peerRun, error) {
	dec := json.NewDecoder(bufio.NewReader(r))
	run := &peerRun{}
	if err := dec.Decode(run); err != nil {
		return nil, err
	}
	for {
		var a peerAnswer
		err := dec.Decode(&a)
		if errors.Is(err, io.EOF) {
			return run, nil
		}
		if err != nil {
			return nil, err
		}
		run.answers = append(run.answers, a)
	}
}

func writeLines[T any](path string, rows []T) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, r := range rows {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return w.Flush()
}
