package models

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// download brings the zip file to path, going on where an earlier attempt
// stopped. Beside the partial file lies one with the server's ETag, so that
// parts of two different files are never joined.
func (p *puller) download(ctx context.Context, path string, size int64) error {
	for {
		have, tag := resumable(path)
		if have == size {
			return nil
		}
		if have > size {
			have, tag = 0, ""
		}
		again, err := p.fetch(ctx, path, have, size, tag)
		if err != nil || !again {
			return err
		}
	}
}

// fetch gets the file from byte have on. again asks for another try from the
// start, because the server's file has changed.
func (p *puller) fetch(ctx context.Context, path string, have, size int64, tag string) (again bool, err error) {
	header := map[string]string{}
	if have > 0 {
		header["Range"] = "bytes=" + strconv.FormatInt(have, 10) + "-"
		header["If-Range"] = tag
	}
	resp, err := p.get(ctx, p.model.Name+".zip", header)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		have = 0
	case http.StatusPartialContent:
		if !strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)) {
			return false, fmt.Errorf("%s sends %q instead of what follows byte %d", resp.Request.URL, resp.Header.Get("Content-Range"), have)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return have > 0, errors.Join(os.Remove(path), removeTag(path))
	default:
		return false, fmt.Errorf("%s answers %s", resp.Request.URL, resp.Status)
	}
	if err := os.WriteFile(tagFile(path), []byte(resp.Header.Get("ETag")), 0o644); err != nil {
		return false, err
	}
	return false, p.store(ctx, resp.Body, path, have, size)
}

// store appends the body to the first have bytes of path.
func (p *puller) store(ctx context.Context, body io.Reader, path string, have, size int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(have); err != nil {
		return err
	}
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return err
	}
	out := &progressWriter{w: f, done: have, total: size, report: p.o.Progress}
	// One byte more than promised is enough to see that too much comes.
	_, err = io.Copy(out, io.LimitReader(body, size-have+1))
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted after %d of %d bytes, run it again to go on: %w", out.done, size, ctx.Err())
	case err != nil:
		return fmt.Errorf("the connection broke after %d of %d bytes, run it again to go on: %w", out.done, size, err)
	case out.done != size:
		return fmt.Errorf("%d bytes came, the list of models says %d: run it again", out.done, size)
	}
	return f.Sync()
}

// resumable is how much of path is there, if it is known what it is part of.
func resumable(path string) (have int64, tag string) {
	raw, err := os.ReadFile(tagFile(path))
	info, statErr := os.Stat(path)
	// A weak tag does not promise the same bytes.
	if err != nil || statErr != nil || len(raw) == 0 || raw[0] != '"' {
		return 0, ""
	}
	return info.Size(), string(raw)
}

func tagFile(path string) string { return path + ".etag" }

func removeTag(path string) error {
	if err := os.Remove(tagFile(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

type progressWriter struct {
	w           io.Writer
	done, total int64
	report      func(done, total int64)
}

func (p *progressWriter) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	p.done += int64(n)
	if p.report != nil {
		p.report(p.done, p.total)
	}
	return n, err
}
