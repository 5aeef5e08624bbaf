package models

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// PullOptions say where Pull fetches from and to.
type PullOptions struct {
	// Dir is the directory of models; it is made if it is not there.
	Dir string
	// BaseURL replaces OfficialURL, for a mirror.
	BaseURL string
	// Client replaces http.DefaultClient.
	Client *http.Client
	// Progress, when set, is told how many bytes are there, of how many.
	Progress func(done, total int64)
}

// ErrChecksum is wrapped when what was fetched is not what was published.
var ErrChecksum = errors.New("checksum mismatch")

// Pull fetches an official model into o.Dir, verifies it, and returns its
// directory. A model that is there already is not fetched again. A fetch that
// was interrupted goes on where it stopped, as long as the file on the server
// is the same. Nothing appears under the model's name before it is whole.
func Pull(ctx context.Context, name string, o PullOptions) (string, error) {
	at := slices.IndexFunc(Catalog(), func(m Official) bool { return m.Name == name })
	if at < 0 {
		var known []string
		for _, m := range Catalog() {
			known = append(known, m.Name)
		}
		return "", fmt.Errorf("%w: %q cannot be pulled: choose one of %s", ErrNotFound, name, strings.Join(known, ", "))
	}
	p := &puller{o: o, model: Catalog()[at], base: OfficialURL, client: http.DefaultClient}
	if o.BaseURL != "" {
		p.base = strings.TrimRight(o.BaseURL, "/")
	}
	if o.Client != nil {
		p.client = o.Client
	}
	dir := filepath.Join(o.Dir, name)
	if Verify(dir) == nil {
		return dir, nil
	}
	if err := p.pull(ctx, dir); err != nil {
		return "", fmt.Errorf("pull %s: %w", name, err)
	}
	return dir, nil
}

type puller struct {
	o      PullOptions
	model  Official
	base   string
	client *http.Client
}

func (p *puller) pull(ctx context.Context, dir string) error {
	if err := os.MkdirAll(p.o.Dir, 0o755); err != nil {
		return err
	}
	want, err := p.fetchListing(ctx)
	if err != nil {
		return err
	}
	// A dot keeps List from taking them for models.
	part := filepath.Join(p.o.Dir, "."+p.model.Name+".zip.part")
	if err := p.download(ctx, part, want.Size); err != nil {
		return err
	}
	if err := p.checkSums(part, want); err != nil {
		// Going on from a wrong file would never end well.
		return errors.Join(err, os.Remove(part), removeTag(part))
	}
	fresh, err := os.MkdirTemp(p.o.Dir, "."+p.model.Name+".")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := p.install(part, fresh, dir); err != nil {
		return err
	}
	return errors.Join(os.Remove(part), removeTag(part))
}

// install unpacks the zip file into fresh, verifies the model and moves it to
// dir in one step.
func (p *puller) install(part, fresh, dir string) error {
	if err := unzip(part, fresh, p.model.Name); err != nil {
		return err
	}
	if err := Check(fresh); err != nil {
		return err
	}
	err := WriteManifest(fresh, Manifest{Name: p.model.Name, Language: p.model.Language, SampleRate: layoutOf(fresh).sampleRate(),
		Licence: p.model.Licence, Source: p.base + "/" + p.model.Name + ".zip"})
	if err != nil {
		return err
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	// What stands in the way is a model that Verify found broken.
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(fresh, dir)
}

func (p *puller) checkSums(path string, want listing) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	strong, weak := sha256.New(), md5.New()
	if _, err := io.Copy(io.MultiWriter(strong, weak), f); err != nil {
		return err
	}
	if got := hex.EncodeToString(strong.Sum(nil)); p.model.SHA256 != "" && got != p.model.SHA256 {
		return fmt.Errorf("%w: sha256 is %s, published is %s: try again", ErrChecksum, got, p.model.SHA256)
	}
	if got := hex.EncodeToString(weak.Sum(nil)); got != want.MD5 {
		return fmt.Errorf("%w: MD5 is %s, the list of models says %s: try again", ErrChecksum, got, want.MD5)
	}
	return nil
}

// get asks for a file beneath the base URL.
func (p *puller) get(ctx context.Context, file string, header map[string]string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/"+file, nil)
	if err != nil {
		return nil, err
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("no answer from %s: %w: on a machine without a network, fetch %s/%s.zip elsewhere and unpack it into %s",
			p.base, err, p.base, p.model.Name, p.o.Dir)
	}
	return resp, nil
}
