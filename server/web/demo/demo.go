// Package demo holds the pages of the demo portal: short texts written for
// this project over the shipped column table, so that a fresh installation has
// something to find. They are illustrations, not official information.
package demo

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"

	"github.com/tingdong/tingdong/search"
)

// pages are JSON lines, one search.Document each, one file for each area of
// the portal.
//
//go:embed pages/*.jsonl
var pages embed.FS

// Documents yields every demo page, file by file in name order. An error
// names the file and line, and ends the sequence.
func Documents() iter.Seq2[search.Document, error] {
	return func(yield func(search.Document, error) bool) {
		names, err := fs.Glob(pages, "pages/*.jsonl")
		if err != nil {
			yield(search.Document{}, err)
			return
		}
		for _, name := range names {
			if !documentsOf(name, yield) {
				return
			}
		}
	}
}

// documentsOf yields the documents of one file and reports whether to go on.
func documentsOf(name string, yield func(search.Document, error) bool) bool {
	data, err := pages.ReadFile(name)
	if err != nil {
		yield(search.Document{}, err)
		return false
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		var d search.Document
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			yield(search.Document{}, fmt.Errorf("demo: %s:%d: %w", name, n, err))
			return false
		}
		if !yield(d, nil) {
			return false
		}
	}
	if err := lines.Err(); err != nil {
		yield(search.Document{}, fmt.Errorf("demo: %s: %w", name, err))
		return false
	}
	return true
}
