package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/node"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

// desk is where a command's questions are answered: the service that already
// runs on the data directory, or a node opened for this command.
type desk struct {
	node   *node.Node // nil: the running service answers
	remote *client    // nil: no service runs
	svc    *session.Service
	pool   *asr.Pool
}

// openDesk opens the data directory. A service that runs on it is asked
// through its socket; with --columns or --grammar only its search is used.
func openDesk(ctx context.Context, c *common, speech bool) (*desk, error) {
	portal, err := c.portal()
	if err != nil {
		return nil, err
	}
	d := &desk{}
	vocab := &vocabularies{data: c.data, models: c.models}
	d.node, err = node.Open(ctx, node.Options{Data: c.data, Portal: portal, Vocabulary: vocab.forPhrases(speech)})
	if errors.Is(err, journal.ErrInUse) {
		d.remote, err = dialLocal(ctx, c.data)
	}
	if err != nil {
		return nil, err
	}
	if err := d.service(ctx, c, portal, vocab, speech); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// service makes the session service of this process, unless the running one
// answers as it is.
func (d *desk) service(ctx context.Context, c *common, portal *node.Portal, vocab *vocabularies, speech bool) error {
	d.svc = &session.Service{Segment: vocab.segment}
	switch {
	case d.node != nil:
		if err := d.node.CaughtUp(ctx); err != nil {
			return err
		}
		d.svc.Brain, d.svc.Search = d.node.Brain, d.node
	case portal != nil:
		b, err := node.NewBrain(portal, vocab.forPhrases(speech))
		if err != nil {
			return err
		}
		d.svc.Brain, d.svc.Search = func() *session.Brain { return b }, d.remote
	default:
		d.svc = nil
		return nil
	}
	if !speech {
		return nil
	}
	pool, err := newPool(c.data, c.models, admission{workers: 1})
	if err != nil {
		return err
	}
	d.pool, d.svc.Speech, d.svc.Listening.Model = pool, pool, modelFor(pool)
	return pool.Wait(ctx)
}

func (d *desk) Close() error {
	var errs []error
	if d.pool != nil {
		errs = append(errs, d.pool.Close(context.Background()))
	}
	if d.node != nil {
		errs = append(errs, d.node.Close())
	}
	return errors.Join(errs...)
}

func (d *desk) ask(ctx context.Context, a session.Ask) (*session.Reply, error) {
	if d.svc == nil {
		return d.remote.Ask(ctx, a)
	}
	return d.svc.Ask(ctx, a)
}

func (d *desk) search(ctx context.Context, q search.Query) (*search.Result, error) {
	if d.node == nil {
		return d.remote.Search(ctx, q)
	}
	return d.node.Search(ctx, q)
}

func (d *desk) importer() importer {
	if d.node == nil {
		return d.remote
	}
	return &localImport{administration{node: d.node}}
}

// localImport is an import without a service; it is audited as one of the
// service would be.
type localImport struct{ administration }

func (l *localImport) importFrom(ctx context.Context, r io.Reader, progress func(read int64)) (out server.Imported, err error) {
	err = audited(ctx, l.node.Journal(), "tingdong import", "", func() error {
		out, err = l.administration.importFrom(ctx, r, progress)
		return err
	})
	return out, err
}

// importer takes NDJSON into the journal.
type importer interface {
	importFrom(ctx context.Context, r io.Reader, progress func(read int64)) (server.Imported, error)
}

// portal reads --columns and --grammar; nil when neither is given. What is
// not given is the shipped one.
func (c *common) portal() (*node.Portal, error) {
	if c.columns == "" && len(c.grammars) == 0 {
		return nil, nil
	}
	columns, grammars := grammar.ShippedColumns(), grammar.Shipped()
	if c.columns != "" {
		data, err := os.ReadFile(c.columns)
		if err != nil {
			return nil, err
		}
		columns = grammar.Source{Name: c.columns, Data: data}
	}
	if len(c.grammars) > 0 {
		grammars = nil
	}
	for _, name := range c.grammars {
		data, err := os.ReadFile(filepath.Clean(name))
		if err != nil {
			return nil, err
		}
		grammars = append(grammars, grammar.Source{Name: name, Data: data})
	}
	return node.ParsePortal(columns, grammars)
}
