package intent

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/condition"
	"github.com/tingdong/tingdong/intent/exact"
	"github.com/tingdong/tingdong/intent/normal"
)

// caller matches one call against one file.
type caller struct {
	m       *Matcher
	index   int
	file    *grammar.File
	call    Call
	budget  *exact.Budget
	text    string // with its skip words
	bare    string // without them
	skips   []string
	results []Result
}

func newCaller(m *Matcher, i int, f *grammar.File, c Call, budget *exact.Budget) *caller {
	k := &caller{m: m, index: i, file: f, call: c, budget: budget}
	for _, w := range f.SkipWords {
		k.skips = append(k.skips, w.Text)
	}
	k.skips = append(k.skips, c.SkipWords...)
	k.text = strings.TrimSpace(normal.RemovePunctuation(grammar.NormalizeText(c.Text)))
	k.bare = k.finish(normal.RemoveSkipWords(k.text, k.skips, f.Settings.IgnoreWhitespace))
	return k
}

// finish gives a text the spacing that matching wants.
func (k *caller) finish(s string) string {
	if k.file.Settings.IgnoreWhitespace {
		return strings.Join(strings.Fields(s), "")
	}
	return s + " "
}

func (k *caller) all() []Result {
	for _, in := range k.file.Intents {
		for _, b := range in.Blocks {
			if holdsKeywords(b.RequiredKeywords, k.text) && condition.MayHold(b.RequiresContext, k.call.Context) &&
				!condition.Excluded(b.ExcludesContext, k.call.Context) {
				k.block(in, b)
			}
		}
	}
	return k.results
}

// block tries its sentences: those without wildcards in order, then the others
// by how much they say themselves.
func (k *caller) block(in *grammar.Intent, b *grammar.Block) {
	scope := k.scope(b)
	var wild []*grammar.Template
	for _, t := range b.Sentences {
		if hasWildcard(t.Root, scope, 0) {
			wild = append(wild, t)
			continue
		}
		k.sentence(in, b, t, scope)
	}
	slices.SortStableFunc(wild, func(x, y *grammar.Template) int {
		return cmp.Compare(literalLen(y.Root, scope, 0), literalLen(x.Root, scope, 0))
	})
	for _, t := range wild {
		k.sentence(in, b, t, scope)
	}
}

func (k *caller) scope(b *grammar.Block) *exact.Scope {
	names := k.m.scope(k.index, k.file, b)
	return &exact.Scope{
		Rule: names.Rule,
		List: func(ref *grammar.ListRef) *grammar.List {
			for _, lists := range []map[string]*grammar.List{b.Lists, k.call.Lists, k.file.Lists} {
				if l := lists[ref.List]; l != nil {
					return k.m.filled(l, k.file)
				}
			}
			return nil
		},
		Requires: b.RequiresContext, Excludes: b.ExcludesContext, Context: k.call.Context,
		Language: k.file.Language, IgnoreSpace: k.file.Settings.IgnoreWhitespace,
	}
}

// filled is l, or the columns for a list that the service fills.
func (m *Matcher) filled(l *grammar.List, f *grammar.File) *grammar.List {
	if l.Name == "column" && l.Values == nil && l.Range == nil && !l.Wildcard {
		return grammar.ColumnList(m.columns.Lang(f.Language))
	}
	return l
}

// sentence tries the text with its skip words, then without them.
func (k *caller) sentence(in *grammar.Intent, b *grammar.Block, t *grammar.Template, scope *exact.Scope) {
	kept := k.finish(normal.TrimSkipWords(k.text, k.skips, k.file.Settings.IgnoreWhitespace,
		!edgeWildcard(t.Root, scope, true, 0), !edgeWildcard(t.Root, scope, false, 0)))
	full := k.finish(k.text)
	for i, text := range []string{full, kept, k.bare} {
		if i > 0 && (text == full || i == 2 && text == kept) || text == "" {
			continue
		}
		if i == 0 && kept != full && hasWildcard(t.Root, scope, 0) {
			continue // a wildcard would take the skip words at the ends
		}
		n := len(k.results)
		exact.Match(text, t.Root, scope, k.budget, func(r exact.Result) bool {
			k.accept(in, b, t, r)
			return len(k.results)-n < maxResults
		})
		if len(k.results) > n {
			return
		}
	}
}

// maxResults bounds the ways in which one sentence may match.
const maxResults = 1000

// accept checks the context of a match and fills its slots.
func (k *caller) accept(in *grammar.Intent, b *grammar.Block, t *grammar.Template, r exact.Result) {
	if !condition.Hold(b.RequiresContext, r.Context) || condition.Excluded(b.ExcludesContext, r.Context) {
		return
	}
	out := Result{Intent: in.Name, Slots: map[string]any{}, Captures: map[string]any{}, Context: r.Context, Metadata: b.Metadata,
		Response: response(b), Template: t.Source, Literal: r.Literal, Confidence: 1}
	for _, e := range r.Entities {
		if e.Capture {
			out.Captures[e.Slot] = e.Value
			continue
		}
		out.Slots[e.Slot] = e.Value
		if e.Wildcard {
			out.Wildcards++
			out.wildChars += utf8.RuneCountInString(e.Text)
		}
		if e.Slot == k.call.BestSlot && !e.Wildcard {
			out.slotLen = max(out.slotLen, utf8.RuneCountInString(e.Text))
		}
	}
	_, out.metadata = b.Metadata[k.call.BestMetadata]
	condition.Copy(b.RequiresContext, r.Context, out.Slots)
	for name, v := range b.Slots {
		if _, taken := out.Slots[name]; !taken {
			out.Slots[name] = v
		}
	}
	k.results = append(k.results, out)
}
