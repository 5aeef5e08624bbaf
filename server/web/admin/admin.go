// Package admin holds the administrators' console, ready to be served. Its
// pages are bundled from ui/ into dist/ by `make build`.
package admin

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed dist
var dist embed.FS

// csp allows the console's own scripts and style sheets and nothing else, and
// no HTML made from strings.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
}

// file is one as it goes over the wire.
type file struct {
	kind, etag   string
	body, packed []byte
}

// load reads the bundle; compressing it takes a moment, so it is done when
// the console is first asked for.
var load = sync.OnceValue(func() map[string]file {
	names, err := fs.Glob(dist, "dist/*.*")
	if err != nil {
		return nil // the pattern is right, or a test would tell
	}
	out := map[string]file{}
	for _, name := range names {
		kind, ok := types[path.Ext(name)]
		body, err := dist.ReadFile(name)
		if !ok || err != nil {
			continue
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(body) // a buffer takes all
		w.Close()
		sum := sha256.Sum256(body)
		out[path.Base(name)] = file{kind, hex.EncodeToString(sum[:12]), body, packed.Bytes()}
	}
	return out
})

// Built reports whether the bundle was there when the program was compiled.
func Built() bool {
	_, err := dist.ReadFile("dist/index.html")
	return err == nil
}

// notBuilt is the problem document of a program without the bundle.
const notBuilt = `{"type":"about:blank","title":"Service Unavailable","status":503,"code":"unavailable",` +
	`"detail":"管理台没有编译进来：请用 make build 重新编译 / the console was not built into this program: build it with make build"}`

// Handler serves /admin and what is below it.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("Referrer-Policy", "no-referrer")
		if !Built() {
			h.Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			w.Write([]byte(notBuilt))
			return
		}
		if r.URL.Path == "/admin" { // so that the page's own addresses are below it
			http.Redirect(w, r, "/admin/", http.StatusMovedPermanently)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/admin/")
		if name == "" {
			name = "index.html"
		}
		f, ok := load()[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		serve(w, r, f)
	})
}

func serve(w http.ResponseWriter, r *http.Request, f file) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache") // asked again with the ETag: after an upgrade the pages fit the service
	h.Set("Vary", "Accept-Encoding")
	body, etag := f.body, f.etag
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body, etag = f.packed, etag+"-gzip"
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
