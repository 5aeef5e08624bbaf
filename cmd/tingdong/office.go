package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/user"
	"strconv"
	"time"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/node"
	"github.com/tingdong/tingdong/server"
)

// office is where tokens and the audit log are kept: a node opened for this
// command, or the running service.
type office struct {
	node   *node.Node // nil: the running service does it
	remote *client
}

func openOffice(ctx context.Context, data string) (*office, error) {
	n, err := node.Open(ctx, node.Options{Data: data, Office: true})
	if errors.Is(err, journal.ErrInUse) {
		remote, err := dialLocal(ctx, data)
		return &office{remote: remote}, err
	}
	return &office{node: n}, err
}

func (o *office) Close() error {
	if o.node == nil {
		return nil
	}
	return o.node.Close()
}

func (o *office) issue(ctx context.Context, role, name string, days int) (secret string, err error) {
	if o.node == nil {
		v := url.Values{"role": {role}, "name": {name}}
		if days > 0 {
			v.Set("days", strconv.Itoa(days))
		}
		var out struct{ Token string }
		err := o.remote.call(ctx, http.MethodPost, "/v1/admin/tokens?"+v.Encode(), nil, &out)
		return out.Token, err
	}
	t := node.Token{Role: role, Name: name}
	if days > 0 {
		end := time.Now().UTC().AddDate(0, 0, days).Truncate(time.Second)
		t.Expires = &end
	}
	err = audited(ctx, o.node.Journal(), "tingdong token", "", func() error {
		secret, err = o.node.IssueToken(ctx, t, localUser())
		return err
	})
	return secret, err
}

func (o *office) tokens(ctx context.Context) ([]server.Token, error) {
	if o.node != nil {
		return (&administration{node: o.node}).ListTokens(ctx)
	}
	var out struct{ Tokens []server.Token }
	err := o.remote.call(ctx, http.MethodGet, "/v1/admin/tokens", nil, &out)
	return out.Tokens, err
}

func (o *office) revoke(ctx context.Context, id string) error {
	if o.node == nil {
		return o.remote.call(ctx, http.MethodDelete, "/v1/admin/tokens/"+url.PathEscape(id), nil, nil)
	}
	return audited(ctx, o.node.Journal(), "tingdong token revoke", id, func() error {
		return o.node.RevokeToken(ctx, id, localUser())
	})
}

// writeAudit writes the whole audit log as JSON lines.
func (o *office) writeAudit(ctx context.Context, w io.Writer) error {
	const piece = 10_000
	for after := 0; ; after += piece {
		n, err := o.auditPiece(ctx, w, after, piece)
		if err != nil || n < piece {
			return err
		}
	}
}

func (o *office) auditPiece(ctx context.Context, w io.Writer, after, max int) (int, error) {
	if o.node != nil {
		return o.node.Journal().WriteAudit(ctx, w, uint64(after), max)
	}
	data, err := o.remote.get(ctx, fmt.Sprintf("/v1/admin/audit?after=%d&limit=%d", after, max))
	if err != nil {
		return 0, err
	}
	_, err = w.Write(data)
	return bytes.Count(data, []byte("\n")), err
}

// audited notes a change that a command makes without a service: before it is
// tried, and what became of it.
func audited(ctx context.Context, j *journal.Journal, action, key string, change func() error) error {
	e := journal.AuditEntry{Who: localUser(), Role: server.Publisher.String(), Action: action, Key: key, Client: "local", Outcome: "begun"}
	if err := j.Audit(ctx, e); err != nil {
		return err
	}
	err := change()
	if e.Outcome = "ok"; err != nil {
		e.Outcome = "failed"
	}
	return errors.Join(err, j.Audit(context.WithoutCancel(ctx), e))
}

// localUser is who works on this machine.
func localUser() string {
	if u, err := user.Current(); err == nil {
		return "local:" + u.Username
	}
	return "local"
}
