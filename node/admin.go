package node

import (
	"context"
	"fmt"
	"strings"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
)

// Journal is the node's log.
func (n *Node) Journal() *journal.Journal { return n.journal }

// Save checks a grammar, the column table or a setting of search together with everything else
// that serves, then saves it. The error may be grammar.Diagnostics; nothing
// has changed then. The new snapshot serves as soon as the node's own view has
// seen the save.
func (n *Node) Save(ctx context.Context, b journal.Bucket, s journal.Save) (uint64, error) {
	if err := n.check(ctx, b, s); err != nil {
		return 0, err
	}
	return n.journal.Put(ctx, b, s)
}

func (n *Node) check(ctx context.Context, b journal.Bucket, s journal.Save) error {
	if b == journal.Settings {
		switch s.Key {
		case SynonymsKey, PinsKey, WordsKey:
			_, err := parseSettings(map[string]string{s.Key: string(s.Value)})
			return err
		}
		if of, ok := strings.CutPrefix(s.Key, ScriptPrefix); ok {
			_, diags := grammar.ParseScript(scriptName(of), s.Value)
			return diags.Err()
		}
		return fmt.Errorf("the setting %q is not saved this way", s.Key)
	}
	columns, grammars, err := n.sources(ctx)
	if err != nil {
		return err
	}
	switch b {
	case journal.Columns:
		columns.Data = s.Value
	case journal.Grammars:
		grammars = replaceSource(grammars, grammar.Source{Name: s.Key + ".yaml", Data: s.Value})
	}
	p, err := ParsePortal(columns, grammars)
	if err != nil {
		return err
	}
	if b == journal.Grammars {
		if err := checkGrammar(p, s.Key+".yaml"); err != nil {
			return err
		}
	}
	brain, err := NewBrain(p, nil)
	if err != nil {
		return err
	}
	return n.guard(ctx, b, s.Key, brain)
}

// checkGrammar looks for mistakes of meaning, such as a route to a column that
// is not there. Only the grammar that is saved is judged: a portal that brings
// its own columns first has the shipped routes in between.
func checkGrammar(p *Portal, name string) error {
	for _, f := range p.Grammars {
		if f.Name == name {
			return grammar.Check(f, grammar.Options{Columns: p.Columns}).Err()
		}
	}
	return nil
}

func replaceSource(list []grammar.Source, src grammar.Source) []grammar.Source {
	for i := range list {
		if list[i].Name == src.Name {
			list[i] = src
			return list
		}
	}
	return append(list, src)
}
