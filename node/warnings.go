package node

import (
	"context"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
)

// Warnings are what is doubtful about a save that can be made: among it the
// words that the speech model of its language cannot hear, with the place of
// each. Nil when the save has errors, which Save tells.
func (n *Node) Warnings(ctx context.Context, b journal.Bucket, s journal.Save) grammar.Diagnostics {
	columns, _, err := n.sources(ctx)
	if err != nil {
		return nil
	}
	switch b {
	case journal.Columns:
		cols, diags := grammar.ParseColumns("columns.yaml", s.Value)
		return warnings(diags, cols.Check("columns.yaml", n.hearing("zh-CN", nil)))
	case journal.Grammars:
		cols, _ := grammar.ParseColumns(columns.Name, columns.Data)
		f, diags := grammar.Parse(s.Key+".yaml", s.Value)
		return warnings(diags, grammar.Check(f, n.hearing(f.Language, cols)))
	}
	return nil
}

// hearing checks against what the speech model of a language knows.
func (n *Node) hearing(lang string, cols *grammar.Columns) grammar.Options {
	o := grammar.Options{Columns: cols}
	if n.opt.Vocabulary != nil {
		if v := n.opt.Vocabulary(lang); v != nil {
			o.Vocabulary = v.Has
		}
	}
	return o
}

func warnings(parsed, checked grammar.Diagnostics) grammar.Diagnostics {
	all := append(parsed, checked...)
	if all.HasErrors() {
		return nil
	}
	return all.Sort()
}
