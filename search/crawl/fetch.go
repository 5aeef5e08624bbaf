package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// response is an answer, read to its end.
type response struct {
	status         int
	address        *url.URL // after redirects
	kind           string   // media type without parameters
	contentType    string
	etag, modified string
	body           []byte
}

// fetch gets one address when the pace allows, asking for changes only.
func (c *crawler) fetch(ctx context.Context, address string, seen Seen) (*response, error) {
	if err := c.pace.Wait(ctx); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", c.UserAgent)
	req.Header.Set("Accept", "text/html, application/xhtml+xml, application/pdf, */*;q=0.5")
	if seen.ETag != "" {
		req.Header.Set("If-None-Match", seen.ETag)
	}
	if seen.Modified != "" {
		req.Header.Set("If-Modified-Since", seen.Modified)
	}
	c.sum.Fetched++
	res, err := c.Client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			return nil, u.Err // the address is reported beside it
		}
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, c.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("broke off: %w", err)
	}
	if int64(len(body)) > c.MaxBytes {
		return nil, fmt.Errorf("is larger than %d MB", c.MaxBytes>>20)
	}
	out := &response{status: res.StatusCode, address: res.Request.URL, contentType: res.Header.Get("Content-Type"),
		etag: res.Header.Get("ETag"), modified: res.Header.Get("Last-Modified"), body: body}
	out.kind, _, _ = mime.ParseMediaType(out.contentType)
	if out.kind == "" {
		out.kind, _, _ = mime.ParseMediaType(http.DetectContentType(body))
	}
	return out, nil
}
