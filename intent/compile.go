package intent

import (
	"fmt"
	"strings"
	"sync"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/automaton"
	"github.com/tingdong/tingdong/intent/normal"
)

// Matcher is a compiled set of grammars. It is immutable and serves any number
// of goroutines; a new grammar makes a new Matcher.
type Matcher struct {
	automaton *automaton.Automaton
	sentences []sentence
	lists     map[string]*list // by the keys of listKey
	skips     []automaton.SkipWord
	columns   *grammar.Columns
	lexicon   *lexicon
	files     []*grammar.File
	searchers sync.Pool // of *automaton.Searcher
}

// sentence is one template with the block it belongs to.
type sentence struct {
	file     int
	intent   *grammar.Intent
	block    *grammar.Block
	template *grammar.Template
}

// list is a compiled list with what its values mean. For the list of columns
// columns has the column of each value instead.
type list struct {
	*automaton.List
	values  []*grammar.Value
	columns []*grammar.Column
	names   []string // for columns: the name or alias of each value
}

// Compile makes the matcher of some grammars over a column table, which may be
// nil. A list named column without content gets the names and aliases of the
// columns in the grammar's language. The files must have passed grammar's
// check; what it would have refused never matches here. The error says which
// file is too large.
func Compile(files []*grammar.File, columns *grammar.Columns) (*Matcher, error) {
	m := &Matcher{lists: map[string]*list{}, columns: columns, files: files, lexicon: newLexicon(columns)}
	m.searchers.New = func() any { return new(automaton.Searcher) }
	var b automaton.Builder
	for i, f := range files {
		if err := m.addFile(&b, i, f); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	a, err := b.Build()
	if err != nil {
		return nil, fmt.Errorf("compiling %d grammar files: %w", len(files), err)
	}
	m.automaton = a
	return m, nil
}

func (m *Matcher) addFile(b *automaton.Builder, i int, f *grammar.File) error {
	for name, l := range f.Lists {
		m.lists[fileList(i, name)] = m.compileList(l, f)
	}
	for _, w := range f.SkipWords {
		if tokens := automaton.Variants(normal.Parse(w.Text, 0))[0]; len(tokens) > 0 {
			m.skips = append(m.skips, automaton.SkipWord(tokens))
		}
	}
	for _, in := range f.Intents {
		for _, block := range in.Blocks {
			for _, t := range block.Sentences {
				id := int32(len(m.sentences))
				m.sentences = append(m.sentences, sentence{i, in, block, t})
				if err := b.Add(t.Root, m.scope(i, f, block), id); err != nil {
					return fmt.Errorf("%d:%d: %w", t.Pos().Line, t.Pos().Column, err)
				}
			}
		}
	}
	return nil
}

// scope resolves the names in the sentences of a block. The lists of a block
// come first; the others may be replaced with each call.
func (m *Matcher) scope(i int, f *grammar.File, block *grammar.Block) automaton.Scope {
	return automaton.Scope{
		Rule: func(name string) *grammar.Template {
			if r := block.Rules[name]; r != nil {
				return r.Body
			}
			if r := f.Rules[name]; r != nil {
				return r.Body
			}
			return nil
		},
		List: func(ref *grammar.ListRef) string {
			if l := block.Lists[ref.List]; l != nil {
				key := fmt.Sprintf("%p/%s", block, ref.List)
				if m.lists[key] == nil {
					m.lists[key] = m.compileList(l, f)
				}
				return key
			}
			key := fileList(i, ref.List)
			if m.lists[key] == nil && ref.Range != nil {
				m.lists[key] = &list{List: automaton.NewRange(ref.Range, f.Language)}
			}
			return key
		},
	}
}

// fileList is the key of a list at the top of file i.
func fileList(i int, name string) string { return fmt.Sprintf("%d:%s", i, name) }

// callName is the name under which a call may replace the list with a key, and
// whether it may.
func callName(key string) (string, bool) {
	file, name, ok := strings.Cut(key, ":")
	return name, ok && !strings.Contains(file, "/")
}

func (m *Matcher) compileList(l *grammar.List, f *grammar.File) *list {
	switch {
	case l.Wildcard:
		return &list{List: &automaton.List{Wildcard: true}}
	case l.Range != nil:
		return &list{List: automaton.NewRange(l.Range, f.Language)}
	case l.Values == nil && l.Name == "column":
		return columnList(m.columns.Lang(f.Language))
	}
	var b automaton.ListBuilder
	scope := automaton.Scope{Rule: func(name string) *grammar.Template {
		if r := f.Rules[name]; r != nil {
			return r.Body
		}
		return nil
	}}
	for id, v := range l.Values {
		if v.Template != nil {
			b.Add(v.Template.Root, scope, int32(id))
		}
	}
	return &list{List: b.Build(), values: l.Values}
}

func columnList(columns []*grammar.Column) *list {
	var b automaton.ListBuilder
	out := &list{}
	for _, c := range columns {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			b.AddText(name, int32(len(out.columns)))
			out.columns, out.names = append(out.columns, c), append(out.names, name)
		}
	}
	out.List = b.Build()
	return out
}

// Size tells how large the matcher is: states and arcs of the automaton, and
// sentences.
func (m *Matcher) Size() (states, arcs, sentences int) {
	states, arcs = m.automaton.Size()
	return states, arcs, len(m.sentences)
}
