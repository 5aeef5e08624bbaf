// Package widget holds the files of <tingdong-voice>, the voice button that a
// portal embeds, ready to be served.
package widget

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed *.js *.html
var source embed.FS

// Entry is the file that a page names in its script tag; CheckPage shows
// accessibility testers every state.
const (
	Entry     = "widget.js"
	CheckPage = "check.html"
)

// Asset is one file as it goes over the wire: whole-line comments and
// indentation are taken out, the code is what stands in the repository.
type Asset struct {
	Name      string // file name, below /widget/
	Type      string // content type
	Body      []byte
	Gzip      []byte // Body compressed
	ETag      string // quoted, changes with Body
	Integrity string // subresource integrity, sha384-…
}

// Assets returns the widget's files by name.
func Assets() (map[string]Asset, error) {
	names, err := fs.Glob(source, "*.*")
	if err != nil {
		return nil, fmt.Errorf("widget: list files: %w", err)
	}
	out := make(map[string]Asset, len(names))
	for _, name := range names {
		text, err := source.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("widget: read %s: %w", name, err)
		}
		if out[name], err = prepare(name, strip(text)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func prepare(name string, body []byte) (Asset, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return Asset{}, fmt.Errorf("widget: compress %s: %w", name, err)
	}
	sum := sha512.Sum384(body)
	kind := "text/javascript; charset=utf-8"
	if path.Ext(name) == ".html" {
		kind = "text/html; charset=utf-8"
	}
	hash := base64.StdEncoding.EncodeToString(sum[:])
	return Asset{Name: name, Type: kind, Body: body, Gzip: packed.Bytes(), ETag: `"` + hash[:22] + `"`, Integrity: "sha384-" + hash}, nil
}

// strip drops comments that fill whole lines, blank lines and indentation.
// A comment behind code stays, so no string or expression is ever looked into;
// the files' own texts of several lines are style sheets, where indentation
// means nothing.
func strip(text []byte) []byte {
	var out bytes.Buffer
	inside := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case inside:
			inside = !strings.HasSuffix(line, "*/")
		case strings.HasPrefix(line, "/*"):
			inside = !strings.HasSuffix(line, "*/")
		case line == "" || strings.HasPrefix(line, "//"):
		default:
			out.WriteString(line + "\n")
		}
	}
	return out.Bytes()
}

// Handler serves the files by name, at the root of its path. A browser asks
// again after five minutes, with the ETag. That pages of other origins may load
// them is said by the server, for everything below /widget/.
func Handler() (http.Handler, error) {
	assets, err := Assets()
	if err != nil {
		return nil, err
	}
	hashes, err := json.Marshal(integrity(assets))
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "integrity.json" || r.URL.Path == "/integrity.json" {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-cache")
			w.Write(hashes)
			return
		}
		a, ok := assets[strings.TrimPrefix(r.URL.Path, "/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.Type)
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("Vary", "Accept-Encoding")
		body, tag := a.Body, a.ETag
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body, tag = a.Gzip, strings.TrimSuffix(a.ETag, `"`)+`-gzip"`
		}
		h.Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}), nil
}
