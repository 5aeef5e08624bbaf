package intent

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/automaton"
	"github.com/tingdong/tingdong/intent/condition"
	"github.com/tingdong/tingdong/intent/exact"
	"github.com/tingdong/tingdong/intent/normal"
)

// Call matches one text against the grammar itself, without a portal: the
// language's recognize.
type Call struct {
	Text         string
	Lists        map[string]*grammar.List // before those of the file, behind those of a block
	Context      map[string]any
	SkipWords    []string // beside those of the file
	BestSlot     string   // prefer the match with the longest list value in this slot
	BestMetadata string   // prefer a match whose metadata has this key
}

// Result is one match of a Call.
type Result struct {
	Intent     string
	Slots      map[string]any
	Captures   map[string]any
	Context    map[string]any
	Metadata   map[string]any
	Response   string // "default" unless the block names one
	Template   string
	Literal    int     // characters that the template itself says
	Confidence float64 // 1 for an exact match
	Wildcards  int     // slots that wildcards filled

	metadata  bool
	slotLen   int
	wildChars int
}

// MatchExact lists every match in the order of the files. The first is what
// recognize returns, all are recognize_all.
func (m *Matcher) MatchExact(c Call) []Result {
	var out []Result
	budget := &exact.Budget{Steps: exact.DefaultBudget}
	for i, f := range m.files {
		out = append(out, newCaller(m, i, f, c, budget).all()...)
	}
	return out
}

// MatchBest is recognize_best, and when nothing matches exactly the best
// tolerant match, with a confidence below 1. A wildcard takes anything, also a
// word that was misheard: an exact match with wildcards gives way to a near
// match of what the grammar knows.
func (m *Matcher) MatchBest(c Call) (Result, bool) {
	exactly, ok := m.BestExact(c)
	if ok && exactly.Wildcards == 0 {
		return exactly, true
	}
	near, found := m.bestTolerant(c)
	if ok && (!found || near.Wildcards > 0 || near.Confidence < wildcardWorth) {
		return exactly, true
	}
	return near, found
}

// wildcardWorth is the confidence from which a near match beats an exact one
// whose wildcards took what was misheard.
const wildcardWorth = 0.8

// BestExact is recognize_best: among the exact matches the one with the
// metadata key, then the longest named slot, the fewest wildcards, the most
// literal text and the shortest wildcards.
func (m *Matcher) BestExact(c Call) (Result, bool) {
	all := m.MatchExact(c)
	if len(all) == 0 {
		return Result{}, false
	}
	return slices.MaxFunc(all, func(a, b Result) int {
		return cmp.Or(cmp.Compare(btoi(a.metadata), btoi(b.metadata)), cmp.Compare(a.slotLen, b.slotLen),
			cmp.Compare(b.Wildcards, a.Wildcards), cmp.Compare(a.Literal, b.Literal), cmp.Compare(b.wildChars, a.wildChars))
	}), true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// bestTolerant decodes the text as misheard. Two intents that are equally
// likely are no match.
func (m *Matcher) bestTolerant(c Call) (Result, bool) {
	call := map[string]*list{}
	for name, l := range c.Lists {
		call[name] = m.compileList(l, m.files[0])
	}
	text := normal.Parse(c.Text, maxTokens)
	var all []found
	for _, tokens := range automaton.Variants(text) {
		all = append(all, m.match(&reading{text: text, tokens: tokens}, call, c.Context)...)
	}
	if len(all) == 0 {
		return Result{}, false
	}
	score := func(f found) float64 { return rank(&f, sure(f.Cost, f.Matched)) + c.bonus(&f) }
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(score(b), score(a)) })
	best := all[0]
	for _, f := range all[1:] {
		if best.Cost >= unsureCost && f.intent != best.intent && score(best)-score(f) < intentMargin {
			return Result{}, false
		}
	}
	if score(best) < askAt {
		return Result{}, false
	}
	return Result{Intent: best.intent.Name, Slots: best.slots, Captures: map[string]any{}, Context: best.context,
		Metadata: best.block.Metadata, Response: response(best.block), Template: best.template.Source,
		Confidence: min(score(best), 0.99), Wildcards: btoi(best.Wild > 0)}, true
}

// bonus prefers the slot that the call asks for among equal matches.
func (c *Call) bonus(f *found) float64 {
	for _, p := range f.Parts {
		if p.Ref.Slot == c.BestSlot && !p.List.Wildcard {
			return 0.02
		}
	}
	return 0
}

// intentMargin is how much likelier an unsure match must be than another
// intent.
const intentMargin = 0.03

// unsureCost is the sum of edits from which a rival makes a match unsure: a
// lost or added syllable, not an accent.
const unsureCost = 0.5

func response(b *grammar.Block) string { return cmp.Or(b.Response, "default") }

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
