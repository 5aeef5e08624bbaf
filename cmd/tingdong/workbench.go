package main

import (
	"context"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/node"
	"github.com/tingdong/tingdong/server"
)

// workbench lets administrators try drafts on a node.
type workbench struct{ node *node.Node }

var _ server.Workbench = workbench{}

func (w workbench) Check(ctx context.Context, d server.Draft) (grammar.Diagnostics, error) {
	return w.node.CheckDraft(ctx, node.Draft(d))
}

func (w workbench) Portal(ctx context.Context, d server.Draft) (*server.Trial, error) {
	before := w.node.Brain()
	p, b, err := w.node.DraftPortal(ctx, node.Draft(d))
	if err != nil {
		return nil, err
	}
	return &server.Trial{Brain: b, Files: p.Grammars,
		Current: func() bool { return w.node.Brain() == before },
		Run: func(ctx context.Context, src grammar.Source) (int, grammar.Diagnostics) {
			return node.RunScript(ctx, b, src)
		}}, nil
}

func (w workbench) Script(ctx context.Context, key string) (journal.Revision, error) {
	return w.node.Script(ctx, key)
}
