package main

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/node"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/server/oidc"
)

// administration lets administrators work on a node: it puts the server's
// roles and the node's journal together.
type administration struct {
	node *node.Node
	oidc *oidc.Verifier // nil: only tokens made here
}

var _ server.Admin = (*administration)(nil)

func (a *administration) Authenticate(ctx context.Context, token string) (server.Principal, error) {
	if a.oidc != nil && oidc.Looks(token) {
		return a.oidc.Authenticate(ctx, token)
	}
	t, err := a.node.WhoseToken(ctx, token)
	if err != nil || t == nil {
		return server.Principal{}, err
	}
	role, err := server.ParseRole(t.Role)
	return server.Principal{Role: role, Name: t.Label()}, err
}

func (a *administration) IssueToken(ctx context.Context, t server.Token, author string) (string, error) {
	return a.node.IssueToken(ctx, node.Token(t), author)
}

func (a *administration) ListTokens(ctx context.Context) (out []server.Token, err error) {
	list, err := a.node.ListTokens(ctx)
	for _, t := range list {
		out = append(out, server.Token(t))
	}
	return out, err
}

func (a *administration) RevokeToken(ctx context.Context, id, author string) error {
	return a.node.RevokeToken(ctx, id, author)
}

func (a *administration) Audit(ctx context.Context, e journal.AuditEntry) error {
	return a.node.Journal().Audit(ctx, e)
}

func (a *administration) WriteAudit(ctx context.Context, w io.Writer, after uint64, max int) (int, error) {
	return a.node.Journal().WriteAudit(ctx, w, after, max)
}

func (a *administration) Get(ctx context.Context, b journal.Bucket, key string) (journal.Revision, error) {
	return a.node.Latest(ctx, b, key)
}

func (a *administration) List(ctx context.Context, b journal.Bucket) ([]journal.Revision, error) {
	return a.node.LatestOf(ctx, b)
}

func (a *administration) History(ctx context.Context, b journal.Bucket, key string) ([]journal.Revision, error) {
	return a.node.Journal().History(ctx, b, key)
}

func (a *administration) Save(ctx context.Context, b journal.Bucket, s journal.Save) (uint64, error) {
	return a.node.Save(ctx, b, s)
}

// Warnings tell the administrator what visitors cannot say.
func (a *administration) Warnings(ctx context.Context, b journal.Bucket, s journal.Save) grammar.Diagnostics {
	return a.node.Warnings(ctx, b, s)
}

func (a *administration) Import(ctx context.Context, r *bytes.Reader) (server.Imported, error) {
	return a.importFrom(ctx, r, func(int64) {})
}

// maxReported bounds the list of refused lines that an answer holds.
const maxReported = 100

// importFrom takes NDJSON into the journal and waits until it can be found.
// progress is told how many bytes have been read.
func (a *administration) importFrom(ctx context.Context, r io.Reader, progress func(read int64)) (server.Imported, error) {
	var out server.Imported
	refuse := func(line int, id, reason string) {
		out.Refused++
		if len(out.Errors) < maxReported {
			out.Errors = append(out.Errors, server.RefusedLine{Line: line, ID: id, Message: reason})
		}
	}
	counter := &countingReader{r: r}
	batch := a.node.NewBatch()
	err := search.ReadOps(counter, func(line int, op search.Op) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		progress(counter.n)
		err := batch.Add(ctx, op)
		if errors.Is(err, node.ErrTooLarge) {
			refuse(line, op.Upsert.ID, err.Error())
			return nil
		}
		if err == nil {
			out.Accepted++
		}
		return err
	}, func(e *search.LineError) {
		if e.Warning {
			out.Warnings++
			return
		}
		refuse(e.Line, e.ID, e.Reason)
	})
	if err != nil {
		return out, errors.Join(err, batch.Flush(ctx))
	}
	err = batch.Wait(ctx)
	progress(counter.n)
	return out, err
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
