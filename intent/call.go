package intent

import (
	"cmp"
	"slices"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/automaton"
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
