package node

import (
	"context"
	"errors"
	"strings"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/phonetic"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/session"
)

// Draft is a text in the place of the saved one, without being saved.
type Draft struct {
	Bucket journal.Bucket
	Key    string
	Text   []byte
}

// name is the file name that findings of a draft carry.
func (d Draft) name() string {
	switch {
	case d.Bucket == journal.Grammars:
		return d.Key + ".yaml"
	case d.Bucket == journal.Columns:
		return "columns.yaml"
	case strings.HasPrefix(d.Key, ScriptPrefix):
		return scriptName(strings.TrimPrefix(d.Key, ScriptPrefix))
	}
	return d.Key
}

func scriptName(key string) string { return key + ".test" }

// CheckDraft finds everything that is wrong or likely wrong with a draft,
// warnings included. It changes nothing.
func (n *Node) CheckDraft(ctx context.Context, d Draft) (grammar.Diagnostics, error) {
	switch {
	case d.Bucket == journal.Settings && strings.HasPrefix(d.Key, ScriptPrefix):
		_, diags := grammar.ParseScript(d.name(), d.Text)
		return diags, nil
	case d.Bucket == journal.Settings:
		return found(n.check(ctx, d.Bucket, journal.Save{Key: d.Key, Value: d.Text}))
	}
	columns, _, err := n.sources(ctx)
	if err != nil {
		return nil, err
	}
	o := grammar.Options{Sound: phonetic.Sound}
	if d.Bucket == journal.Columns {
		cols, diags := grammar.ParseColumns(d.name(), d.Text)
		return append(diags, cols.Check(d.name(), o)...).Sort(), nil
	}
	o.Columns, _ = grammar.ParseColumns(columns.Name, columns.Data)
	f, diags := grammar.Parse(d.name(), d.Text)
	if v := n.opt.Vocabulary; v != nil {
		if words := v(f.Language); words != nil {
			o.Vocabulary = words.Has
		}
	}
	return append(diags, grammar.Check(f, o)...).Sort(), nil
}

// found takes the findings out of an error.
func found(err error) (grammar.Diagnostics, error) {
	var diags grammar.Diagnostics
	if errors.As(err, &diags) {
		return diags, nil
	}
	return nil, err
}

// DraftPortal is the portal as it would be with a draft. The error may be
// grammar.Diagnostics.
func (n *Node) DraftPortal(ctx context.Context, d Draft) (*Portal, *session.Brain, error) {
	columns, grammars, err := n.sources(ctx)
	if err != nil {
		return nil, nil, err
	}
	switch d.Bucket {
	case journal.Columns:
		columns.Data = d.Text
	case journal.Grammars:
		grammars = replaceSource(grammars, grammar.Source{Name: d.name(), Data: d.Text})
	}
	p, err := ParsePortal(columns, grammars)
	if err != nil {
		return nil, nil, err
	}
	b, err := NewBrain(p, nil)
	return p, b, err
}

// guard runs the saved test scripts on what a save would make: that of the
// grammar that is saved, all of them for the column table. A line that does
// not hold keeps the save from being published.
func (n *Node) guard(ctx context.Context, b journal.Bucket, key string, brain *session.Brain) error {
	saved, err := n.journal.List(ctx, journal.Settings)
	if err != nil {
		return err
	}
	var all grammar.Diagnostics
	for _, r := range saved {
		of, isScript := strings.CutPrefix(r.Key, ScriptPrefix)
		if !isScript || b == journal.Grammars && of != key {
			continue
		}
		_, diags := RunScript(ctx, brain, grammar.Source{Name: scriptName(of), Data: r.Value})
		all = append(all, diags...)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return all.Err()
}
