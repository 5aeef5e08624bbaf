package node

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/session"
)

// ScriptPrefix and a grammar's key make the key of its test script in the
// settings bucket.
const ScriptPrefix = "script-"

// RunScript asks a portal what a test script says, as visitors would, and
// returns how many utterances there were and every line that does not hold.
func RunScript(ctx context.Context, b *session.Brain, src grammar.Source) (cases int, _ grammar.Diagnostics) {
	s, diags := grammar.ParseScript(src.Name, src.Data)
	r := &scriptRunner{ctx: ctx, svc: &session.Service{
		Brain: func() *session.Brain { return b }, Search: noPages{}, Dialogues: session.NewDialogues()}}
	return len(s.Cases), append(diags, s.Run(r.ask)...).Sort()
}

// scriptRunner has one dialogue for each utterance with those that follow it.
type scriptRunner struct {
	ctx      context.Context
	svc      *session.Service
	dialogue int
}

// noPages is an index without pages: scripts say what is searched for, not
// what a portal's pages answer.
type noPages struct{}

var _ session.Searcher = noPages{}

func (noPages) Search(context.Context, search.Query) (*search.Result, error) {
	return &search.Result{}, nil
}

func (r *scriptRunner) ask(c *grammar.Case) (grammar.Outcome, error) {
	if err := r.ctx.Err(); err != nil {
		return grammar.Outcome{}, err
	}
	if !c.Follows {
		r.dialogue++
	}
	reply, err := r.svc.Ask(r.ctx, session.Ask{Text: c.Utterance, Lang: c.Attrs["lang"], Role: c.Attrs["role"], Page: c.Attrs["page"],
		Session: fmt.Sprintf("script-%06d", r.dialogue)})
	if err != nil {
		return grammar.Outcome{}, err
	}
	return outcome(reply), nil
}

// outcome is what scripts look at in a reply.
func outcome(r *session.Reply) grammar.Outcome {
	o := grammar.Outcome{Action: string(r.Action), Intent: r.Intent, Slots: r.Slots, Say: r.Say}
	if r.Column != nil {
		o.Column = r.Column.ID
	}
	if r.Control != nil {
		o.Control, _ = r.Control["name"].(string)
		o.Args = maps.Clone(r.Control)
		delete(o.Args, "name")
	}
	if r.Search != nil {
		o.Query = r.Search.Query
	}
	for _, c := range r.Choices {
		switch {
		case c.Column != nil:
			o.Choices = append(o.Choices, c.Column.ID)
		default:
			o.Choices = append(o.Choices, c.Label)
		}
	}
	return o
}

// Script is the test script of a grammar: the saved one, or that of the
// shipped grammar with revision 0, which guards nothing until it is saved.
func (n *Node) Script(ctx context.Context, key string) (journal.Revision, error) {
	r, err := n.journal.Get(ctx, journal.Settings, ScriptPrefix+key)
	if !errors.Is(err, journal.ErrNotFound) {
		return r, err
	}
	for _, src := range grammar.ShippedTests() {
		if src.Name == scriptName(key) {
			return journal.Revision{Key: r.Key, Value: src.Data}, nil
		}
	}
	return journal.Revision{}, nil
}
