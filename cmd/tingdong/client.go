package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

// socketName is the local administrator's door in the data directory.
const socketName = "tingdong.sock"

// client asks the service that runs on the same data directory, through its
// Unix socket.
type client struct{ http *http.Client }

var _ session.Searcher = (*client)(nil)

func dialLocal(ctx context.Context, data string) (*client, error) {
	path := filepath.Join(data, socketName)
	c := &client{http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		},
	}}}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := c.call(ctx, http.MethodGet, "/healthz", nil, nil); err != nil {
		return nil, fmt.Errorf("the data directory %s is in use by another process, and that does not answer: %w", data, err)
	}
	return c, nil
}

// get returns the body of an answer that is no JSON.
func (c *client) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://local"+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the service answers %s: %.200s", resp.Status, data)
	}
	return data, err
}

// call sends one request; out, when not nil, gets the JSON of the answer.
func (c *client) call(ctx context.Context, method, path string, body io.Reader, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://local"+path, body)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 400 {
		var p struct{ Detail string }
		if json.Unmarshal(data, &p) == nil && p.Detail != "" && (out == nil || json.Unmarshal(data, out) != nil || resp.StatusCode != http.StatusUnprocessableEntity) {
			return errors.New(p.Detail)
		}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(data, out)
}

func (c *client) Ask(ctx context.Context, a session.Ask) (*session.Reply, error) {
	data, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	r := &session.Reply{}
	return r, c.call(ctx, http.MethodPost, "/v1/ask", bytes.NewReader(data), r)
}

// Search asks by what GET /v1/search takes.
func (c *client) Search(ctx context.Context, q search.Query) (*search.Result, error) {
	v := url.Values{"q": {q.Text}, "lang": {q.Lang}, "role": {q.Role}, "column": {q.Column}, "kind": {q.Kind}, "sort": {q.Sort},
		"alt": q.Alternatives}
	for name, n := range map[string]int{"page": q.Page, "size": q.Size, "year": q.Year} {
		if n != 0 {
			v.Set(name, strconv.Itoa(n))
		}
	}
	if q.Operators {
		v.Set("operators", "1")
	}
	r := &search.Result{}
	return r, c.call(ctx, http.MethodGet, "/v1/search?"+v.Encode(), nil, r)
}

// Hear sends a WAV file.
func (c *client) Hear(ctx context.Context, wav []byte, a session.Ask) (*session.Reply, error) {
	v := url.Values{"lang": {a.Lang}, "role": {a.Role}}
	r := &session.Reply{}
	return r, c.call(ctx, http.MethodPost, "/v1/listen?"+v.Encode(), bytes.NewReader(wav), r)
}

// importPiece is how much of an import goes into one request.
const importPiece = 8 << 20

// importFrom sends NDJSON in pieces of whole lines. Line numbers in the
// answer count through all of them.
func (c *client) importFrom(ctx context.Context, r io.Reader, progress func(read int64)) (server.Imported, error) {
	var total server.Imported
	var sent int64
	lines := 0
	for piece, err := range pieces(r, importPiece) {
		if err != nil {
			return total, err
		}
		var got server.Imported
		if err := c.call(ctx, http.MethodPost, "/v1/admin/documents", bytes.NewReader(piece), &got); err != nil {
			return total, err
		}
		total.Accepted += got.Accepted
		total.Refused += got.Refused
		total.Warnings += got.Warnings
		for _, e := range got.Errors {
			if e.Line += lines; len(total.Errors) < maxReported {
				total.Errors = append(total.Errors, e)
			}
		}
		lines += bytes.Count(piece, []byte("\n"))
		sent += int64(len(piece))
		progress(sent)
	}
	return total, nil
}

// download copies the body of an answer.
func (c *client) download(ctx context.Context, path string, w io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://local"+path, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the service answers %s", resp.Status)
	}
	_, err = io.Copy(w, resp.Body)
	return err
}
