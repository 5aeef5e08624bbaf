package models

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pulled has no published sha256, so that a small zip file can stand for it.
const pulled = "vosk-model-small-en-us-0.15"

// site is a server with a model list and one zip file.
type site struct {
	*httptest.Server
	zip    []byte
	etag   string
	md5    string // of the list; by default the zip file's
	breaks int    // bytes after which the next answer breaks off, once

	mu     sync.Mutex
	ranges []string // asked for
}

func newSite(t *testing.T, content []byte) *site {
	s := &site{zip: content, etag: `"one"`}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Path {
	case "/m/model-list.json":
		sum := md5.Sum(s.zip)
		list := []listing{{Name: "other", MD5: strings.Repeat("0", 32), Size: 1}, {Name: pulled, MD5: hex.EncodeToString(sum[:]), Size: int64(len(s.zip))}}
		if s.md5 != "" {
			list[1].MD5 = s.md5
		}
		if err := json.NewEncoder(w).Encode(list); err != nil {
			panic(err)
		}
	case "/m/" + pulled + ".zip":
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		w.Header().Set("ETag", s.etag)
		if s.breaks > 0 {
			w.Header().Set("Content-Length", fmt.Sprint(len(s.zip)))
			n := s.breaks
			s.breaks = 0
			if _, err := w.Write(s.zip[:n]); err != nil {
				panic(err)
			}
			panic(http.ErrAbortHandler)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.zip))
	default:
		http.NotFound(w, r)
	}
}

func (s *site) options(dir string) PullOptions {
	return PullOptions{Dir: dir, BaseURL: s.URL + "/m/", Client: s.Client()}
}

// zipOf packs files, and the shipped model if whole.
func zipOf(t *testing.T, whole bool, change func(*zip.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if whole {
		root := os.DirFS("starter-zh")
		err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path == manifestName {
				return err
			}
			raw, err := fs.ReadFile(root, path)
			if err != nil {
				return err
			}
			w, err := z.CreateHeader(&zip.FileHeader{Name: pulled + "/" + path, Method: zip.Store}) // quick
			if err != nil {
				return err
			}
			_, err = w.Write(raw)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		if err := change(z); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// leftovers are the entries of dir, which must be the model alone or nothing.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestPull(t *testing.T) {
	s := newSite(t, zipOf(t, true, nil))
	dir := filepath.Join(t.TempDir(), "data", "models")
	o := s.options(dir)
	var last, total int64
	o.Progress = func(done, all int64) { last, total = done, all }
	path, err := Pull(t.Context(), pulled, o)
	if err != nil {
		t.Fatal(err)
	}
	if last != total || total != int64(len(s.zip)) {
		t.Errorf("progress ended at %d of %d", last, total)
	}
	if err := Verify(path); err != nil {
		t.Error(err)
	}
	m, err := Find(pulled, dir)
	if err != nil || m.Language != "en-US" || m.Licence != "Apache-2.0" || !m.Checksums {
		t.Errorf("%+v, %v", m, err)
	}
	if got := leftovers(t, dir); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
	if _, err := Pull(t.Context(), pulled, o); err != nil || len(s.ranges) != 1 {
		t.Errorf("pulled again: %v, %q", err, s.ranges)
	}
	// A model that was damaged is replaced.
	if err := os.Remove(filepath.Join(path, "am", "final.mdl")); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), pulled, o); err != nil || Verify(path) != nil {
		t.Errorf("mending: %v, %v", err, Verify(path))
	}
}

func TestPullGoesOn(t *testing.T) {
	s := newSite(t, zipOf(t, true, nil))
	dir := t.TempDir()
	s.breaks = len(s.zip) / 2
	_, err := Pull(t.Context(), pulled, s.options(dir))
	if err == nil || !strings.Contains(err.Error(), "run it again to go on") {
		t.Fatalf("broken connection: %v", err)
	}
	if found, err := List(dir); err != nil || len(found) != 0 {
		t.Errorf("half a model is listed: %+v, %v", found, err)
	}
	if _, err := Pull(t.Context(), pulled, s.options(dir)); err != nil {
		t.Fatal(err)
	}
	if last := s.ranges[len(s.ranges)-1]; !strings.HasPrefix(last, "bytes=") || last == "bytes=0-" {
		t.Errorf("asked for %q", s.ranges)
	}
	// A file that changed in between is fetched from its start.
	dir = t.TempDir()
	s.breaks = len(s.zip) / 2
	if _, err := Pull(t.Context(), pulled, s.options(dir)); err == nil {
		t.Fatal("no error")
	}
	s.zip, s.etag = zipOf(t, true, func(z *zip.Writer) error { _, err := z.Create(pulled + "/README"); return err }), `"two"`
	path, err := Pull(t.Context(), pulled, s.options(dir))
	if err != nil || Verify(path) != nil {
		t.Errorf("after a change: %v", err)
	}
}

func TestPullRefuses(t *testing.T) {
	file := func(name string) func(*zip.Writer) error {
		return func(z *zip.Writer) error { _, err := z.Create(name); return err }
	}
	link := func(z *zip.Writer) error {
		h := &zip.FileHeader{Name: pulled + "/am/final.mdl"}
		h.SetMode(fs.ModeSymlink | 0o777)
		w, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		_, err = w.Write([]byte("/etc/passwd"))
		return err
	}
	for name, c := range map[string]struct {
		zip  []byte
		md5  string
		want string
	}{
		"not a zip":       {[]byte("<html>not found</html>"), "", "zip file cannot be read"},
		"other checksum":  {zipOf(t, true, nil), strings.Repeat("a", 32), "checksum mismatch"},
		"bad list":        {zipOf(t, true, nil), "?", "no size or MD5"},
		"escape":          {zipOf(t, true, file(pulled+"/../../escaped")), "", "outside"},
		"absolute":        {zipOf(t, true, file("/escaped")), "", "not in the folder"},
		"backslashes":     {zipOf(t, true, file(pulled+`/..\..\escaped`)), "", "outside"},
		"other folder":    {zipOf(t, true, file("elsewhere/file")), "", "not in the folder"},
		"a link":          {zipOf(t, false, link), "", "not a plain file"},
		"twice the same":  {zipOf(t, true, file(pulled+"/am/final.mdl")), "", "file exists"},
		"not a model":     {zipOf(t, false, file(pulled+"/hello.txt")), "", "not a whole Vosk model"},
		"empty zip":       {zipOf(t, false, nil), "", "not a whole Vosk model"},
		"too many files":  {zipOf(t, false, manyFiles), "", "entries"},
		"nothing at all":  {[]byte{}, "", "no size or MD5"},
		"zip cut in half": {zipOf(t, true, nil)[:1000], "", "zip file cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, c.zip)
			s.md5 = c.md5
			parent := t.TempDir()
			dir := filepath.Join(parent, "models")
			_, err := Pull(t.Context(), pulled, s.options(dir))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if _, err := os.Stat(filepath.Join(dir, pulled)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a model is there: %v", err)
			}
			if got := leftovers(t, parent); len(got) != 1 {
				t.Errorf("beside the models: %q", got)
			}
		})
	}
}

func manyFiles(z *zip.Writer) error {
	for i := range maxFiles + 1 {
		if _, err := z.Create(fmt.Sprintf("%s/%d", pulled, i)); err != nil {
			return err
		}
	}
	return nil
}

func TestPullErrorsSayWhatToDo(t *testing.T) {
	s := newSite(t, zipOf(t, true, nil))
	o := s.options(t.TempDir())
	if _, err := Pull(t.Context(), "klingon", o); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "vosk-model-small-cn-0.22") {
		t.Errorf("unknown name: %v", err)
	}
	if _, err := Pull(t.Context(), "vosk-model-cn-0.22", o); err == nil || !strings.Contains(err.Error(), "does not name") {
		t.Errorf("unlisted: %v", err)
	}
	missing := o
	missing.BaseURL = s.URL + "/elsewhere"
	if _, err := Pull(t.Context(), pulled, missing); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("404: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Pull(cancelled, pulled, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	s.Close()
	if _, err := Pull(t.Context(), pulled, o); err == nil || !strings.Contains(err.Error(), "without a network") {
		t.Errorf("no network: %v", err)
	}
	o.Dir = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(o.Dir, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), pulled, o); err == nil {
		t.Error("pulled into a file")
	}
}

// The published sha256 of the small Chinese model is compared.
func TestPullComparesThePublishedSHA256(t *testing.T) {
	s := newSite(t, zipOf(t, true, nil))
	p := &puller{o: s.options(t.TempDir()), model: Catalog()[0], base: s.URL + "/m", client: s.Client()}
	path := filepath.Join(p.o.Dir, "x.zip")
	if err := os.WriteFile(path, s.zip, 0o644); err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum(s.zip)
	if err := p.checkSums(path, listing{MD5: hex.EncodeToString(sum[:])}); !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), "3af8b0e7") {
		t.Errorf("%v", err)
	}
}
