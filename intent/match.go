package intent

import (
	"strings"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/automaton"
	"github.com/tingdong/tingdong/intent/condition"
	"github.com/tingdong/tingdong/intent/normal"
)

// reading is one hypothesis prepared for matching.
type reading struct {
	text   normal.Text
	tokens []automaton.Token
}

// found is one match in a reading with its meaning filled in.
type found struct {
	automaton.Match
	*sentence
	reading *reading
	context map[string]any
	slots   map[string]any
	column  *grammar.Column // of a slot filled from the column table
	named   string          // the name or alias that was said for it
}

// lists finds the list of a key for one call.
func (m *Matcher) listFor(call map[string]*list) func(string) *automaton.List {
	return func(key string) *automaton.List {
		if l := m.listOf(key, call); l != nil {
			return l.List
		}
		return nil
	}
}

func (m *Matcher) listOf(key string, call map[string]*list) *list {
	if len(call) > 0 {
		if name, ok := callName(key); ok && call[name] != nil {
			return call[name]
		}
	}
	return m.lists[key]
}

// match finds the sentences that r may be, best first, whose context holds. call has
// the lists of a Call; nil for a portal's question.
func (m *Matcher) match(r *reading, call map[string]*list, context map[string]any) []found {
	s := m.searchers.Get().(*automaton.Searcher)
	defer m.searchers.Put(s)
	env := automaton.Env{List: m.listFor(call), Skips: m.skips, Lenient: call != nil}
	var out []found
	for _, match := range s.Search(m.automaton, env, r.tokens) {
		f := found{Match: match, sentence: &m.sentences[match.ID], reading: r, context: context}
		if m.fill(&f, call) {
			out = append(out, f)
		}
	}
	return out
}

// fill computes the slots of f; false when its block's conditions do not hold.
func (m *Matcher) fill(f *found, call map[string]*list) bool {
	if !holdsKeywords(f.block.RequiredKeywords, string(f.reading.text.Display)) {
		return false
	}
	f.slots = map[string]any{}
	own := false
	for _, p := range f.Parts {
		l := m.listOf(p.Ref.List, call)
		value, valueContext := f.value(p, l)
		if len(valueContext) > 0 {
			if !own {
				f.context, own = clone(f.context), true
			}
			for k, v := range valueContext {
				f.context[k] = v
			}
		}
		if l != nil && l.columns != nil && p.Value >= 0 {
			f.column, f.named = l.columns[p.Value], l.names[p.Value]
		}
		if !p.Ref.Capture {
			f.slots[p.Ref.Slot] = value
		}
	}
	if !condition.Hold(f.block.RequiresContext, f.context) || condition.Excluded(f.block.ExcludesContext, f.context) {
		return false
	}
	condition.Copy(f.block.RequiresContext, f.context, f.slots)
	for k, v := range f.block.Slots {
		if _, taken := f.slots[k]; !taken {
			f.slots[k] = v
		}
	}
	return true
}

// value is what the slot of a part gets, and the context that comes with it.
func (f *found) value(p automaton.Part, l *list) (any, map[string]any) {
	text := f.reading.slice(p.From, p.To)
	switch {
	case l == nil || l.Wildcard:
		return text, nil
	case l.Range != nil:
		if l.Range.Multiplier != 0 {
			return p.Number * l.Range.Multiplier, nil
		}
		return p.Number, nil
	case l.columns != nil:
		return l.columns[p.Value].Name, nil
	}
	v := l.values[p.Value]
	if v.Out != nil {
		return v.Out, v.Context
	}
	if p.Cost > 0 {
		text = v.In // misheard: the value as it is written
	}
	return text, v.Context
}

// cut reports whether the text goes on behind the tokens that were matched.
func (r *reading) cut() bool { return len(r.tokens) >= automaton.MaxTokens }

// slice is the display text of the matched tokens from…to; the last token of a
// text that was cut stands for all that follows.
func (r *reading) slice(from, to int) string {
	if from >= to {
		return ""
	}
	if to == len(r.tokens) && r.cut() {
		return string(r.text.Display[r.text.Tokens[r.tokens[from].Source].Start:])
	}
	return r.text.Slice(r.tokens[from].Source, r.tokens[to-1].Source+1)
}

func clone(m map[string]any) map[string]any {
	out := make(map[string]any, len(m)+2)
	for k, v := range m {
		out[k] = v
	}
	return out
}

func holdsKeywords(keywords []string, text string) bool {
	if len(keywords) == 0 {
		return true
	}
	text = strings.ToLower(text)
	for _, k := range keywords {
		if strings.Contains(text, strings.ToLower(normal.Display(k))) {
			return true
		}
	}
	return false
}
