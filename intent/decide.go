package intent

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/automaton"
	"github.com/tingdong/tingdong/intent/normal"
)

// Thresholds of a decision, on calibrated confidence; docs/intent.md has how
// they were set.
const (
	actAt      = 0.7  // do it
	actShortAt = 0.8  // the same for utterances of up to three tokens, where chance likeness is common
	askAt      = 0.52 // ask back; below, search
	margin     = 0.05 // nearer rivals are asked about
	wildMargin = 0.08 // the same when the best has free text, which could be a misheard name
	maxChoices = 4
	maxHeard   = 10 // hypotheses looked at
	maxTokens  = 200
)

// Decide finds what a speaker wanted. It never fails; what means nothing is
// None, what no command answers is Search.
func (m *Matcher) Decide(q Query) Decision {
	var all []Candidate
	var first *reading
	context := q.context()
	for i, h := range q.Heard[:min(len(q.Heard), maxHeard)] {
		text := normal.Parse(h.Text, maxTokens)
		for _, tokens := range automaton.Variants(text) {
			r := &reading{text: text, tokens: tokens}
			if first == nil && len(tokens) > 0 {
				first = r
			}
			for _, f := range m.match(r, nil, context) {
				if m.hasContent(&f) {
					all = append(all, m.candidate(&f, q, i))
				}
			}
		}
	}
	if first == nil {
		return Decision{Action: None}
	}
	return m.choose(all, first)
}

// hasContent reports whether the free texts of a match say something, and
// whether a search for a column is for what was said: 医保 is not 医保局.
func (m *Matcher) hasContent(f *found) bool {
	for _, p := range f.Parts {
		if f.block.Action == string(Search) && p.Value >= 0 && p.Cost > 0 && p.Size != p.To-p.From {
			return false
		}
		if p.List.Wildcard && m.trim(f.reading.slice(p.From, p.To)) == "" {
			return false
		}
	}
	return true
}

// context is what requires_context and excludes_context of a grammar see: role,
// page and lang as given, and list on a page of a list.
func (q Query) context() map[string]any {
	c := map[string]any{}
	for k, v := range map[string]string{"role": q.Role, "page": q.Page, "lang": q.Lang} {
		if v != "" {
			c[k] = v
		}
	}
	if listPage.MatchString(q.Page) {
		c["list"] = true
	}
	return c
}

// listPage tells the address of a page of a list: index_2.html, ?page=3.
var listPage = regexp.MustCompile(`[?&]page=\d+|/(index|list)(_\d+)?\.s?html?$|_\d+\.s?html?$|/page/\d+`)

// candidate turns a match into what it would do.
func (m *Matcher) candidate(f *found, q Query, heard int) Candidate {
	for _, p := range f.Parts {
		if s, ok := f.slots[p.Ref.Slot].(string); ok && p.List.Wildcard {
			f.slots[p.Ref.Slot] = m.lexicon.mend(s)
		}
	}
	c := Candidate{
		Intent: f.intent.Name, Exact: f.Cost == 0, Heard: heard,
		Utterance: string(f.reading.text.Display), Template: f.template.Source,
		Slots: f.slots, Action: None, wild: f.Wild, skipped: f.Skipped, tokens: f.compared(),
	}
	c.Confidence = confidence(f) * heardWeight(q, heard)
	c.rank = rank(f, c.Confidence) + prior(f, q)
	m.outcome(&c, f)
	c.Say = say(f.block.Say, &c)
	return c
}

// outcome fills the action of a candidate from its block.
func (m *Matcher) outcome(c *Candidate, f *found) {
	b := f.block
	query, _ := c.Slots["query"].(string)
	switch {
	case b.Control != nil:
		c.Action, c.Control = Control, control(b.Control, c.Slots)
	case b.Route != "" && m.columns.ByID(b.Route) != nil:
		c.Action, c.Column = Navigate, m.columns.ByID(b.Route)
	case b.Action == string(Search):
		c.Action, c.SearchFor = Search, m.trim(query)
		if c.SearchFor == "" && f.column != nil {
			c.SearchFor = f.named
		}
		c.Column = f.column
	case f.column != nil:
		c.Action, c.Column = Navigate, f.column
		if b.Action == string(Clarify) {
			c.Action = Clarify
		}
	case b.Action != "":
		c.Action = Action(b.Action)
	}
}

// control is the call of a control with its arguments: those of the grammar,
// and the slots of the same names.
func control(c *grammar.Control, slots map[string]any) *ControlCall {
	call := &ControlCall{Name: c.Name, Args: map[string]any{}}
	names, _ := grammar.ControlArgs(c.Name)
	for _, name := range names {
		v, ok := slots[name]
		if !ok {
			v, ok = c.Args[name]
		}
		if n, isFloat := v.(float64); isFloat && n == math.Trunc(n) {
			v = int(n)
		}
		if ok {
			call.Args[name] = v
		}
	}
	return call
}

// confidence is how sure a match is by itself: 1 when exact, else less for
// each edit, and less for an edit in a short text than in a long one. A list
// value counts by itself, too: 打开 heard rightly says nothing about the name
// behind it.
func confidence(f *found) float64 {
	c := sure(f.Cost, f.compared())
	for _, p := range f.Parts {
		c = min(c, 0.1+sure(p.Cost, p.Size))
	}
	return c
}

// compared is the number of tokens that were compared: those heard, and those
// of list values that were not.
func (f *found) compared() int {
	n := f.Matched
	for _, p := range f.Parts {
		n += max(0, p.Size-(p.To-p.From))
	}
	return n
}

func sure(cost float32, tokens int) float64 {
	if cost <= 0 {
		return 1
	}
	return max(0, 1-1.15*float64(cost)/math.Pow(float64(max(tokens, 1)), 0.75))
}

// rank is the confidence with what a wildcard takes away from it: words that
// the grammar does not know explain less than those it knows, and a search
// nothing at all.
func rank(f *found, c float64) float64 {
	switch {
	case f.Wild == 0:
		return c
	case f.block.Action == string(Search):
		return 0.62*c - 0.002*float64(f.Wild)
	}
	// One or two words of free text are as likely half a misheard name.
	short := []float64{0, 0.12, 0.05}
	if f.Wild < len(short) {
		c -= short[f.Wild]
	}
	return 0.86*c - 0.01*float64(f.Wild)
}

// heardWeight lowers what only a doubtful hypothesis says.
func heardWeight(q Query, i int) float64 {
	best := 0.0
	for _, h := range q.Heard {
		best = max(best, h.Confidence)
	}
	if best <= 0 || i == 0 {
		return 1 - 0.01*float64(i)
	}
	return 1 - 0.01*float64(i) - 0.15*(1-min(1, q.Heard[i].Confidence/best))
}

// prior is what role and weight add to the rank of a match.
func prior(f *found, q Query) float64 {
	p := 0.02 * math.Log2(max(f.block.Weight, 0.01))
	if q.Role != "" && (slices.Contains(f.block.Roles, q.Role) || f.column != nil && slices.Contains(f.column.Roles, q.Role)) {
		p += 0.02
	}
	return p
}

// target tells whether two candidates would do the same.
func (c *Candidate) target() string {
	switch {
	case c.Action == Navigate && c.Column != nil:
		return "n:" + c.Column.ID
	case c.Control != nil:
		var b strings.Builder
		b.WriteString("c:" + c.Control.Name)
		for _, k := range []string{"percent", "page", "index", "dir", "delta", "to"} {
			if v, ok := c.Control.Args[k]; ok {
				b.WriteString("," + k + "=" + text(v))
			}
		}
		return b.String()
	case c.Action == Search:
		return "s:"
	}
	return "i:" + c.Intent
}

// choose ranks the candidates and decides.
func (m *Matcher) choose(all []Candidate, first *reading) Decision {
	preferWhole(all)
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(b.rank, a.rank) })
	all = distinct(all)
	d := Decision{Utterance: string(first.text.Display), Candidates: all}
	if len(all) == 0 || all[0].Confidence < askAt || !all[0].Exact && m.trim(d.Utterance) == "" {
		return m.fallback(d, first)
	}
	best := all[0]
	d.Utterance = best.Utterance
	rivals := 1
	near := margin
	if best.wild > 0 {
		near = wildMargin
	}
	for rivals < min(len(all), maxChoices) && best.rank-all[rivals].rank < near {
		rivals++
	}
	switch {
	case best.Action == Search:
		return m.search(d, best)
	case best.Action == Clarify && best.Column != nil:
		return m.askAbout(d, best)
	case best.Action == None:
		d.Action, d.Candidates = None, all[:1]
	case best.Exact && best.wild == 0 && !(all[min(1, len(all)-1)].Exact && rivals > 1),
		rivals == 1 && best.Confidence >= best.needs():
		d.Action, d.Candidates = best.Action, all[:min(len(all), maxChoices)]
	default:
		d.Action, d.Candidates = Clarify, all[:rivals]
		if search := m.searchFor(d.Utterance); rivals == 1 && search.SearchFor != "" {
			d.Candidates = append(d.Candidates, search)
		}
	}
	return d
}

// preferWhole ranks exact matches that take a skip word for a part of a name
// above those that skip it.
func preferWhole(all []Candidate) {
	least := math.MaxInt
	for _, c := range all {
		if c.Exact && c.wild == 0 {
			least = min(least, c.skipped)
		}
	}
	for i := range all {
		if all[i].Exact && all[i].skipped > least {
			all[i].rank -= 1.5 * margin
		}
	}
}

// needs is the confidence from which the candidate is acted on.
func (c *Candidate) needs() float64 {
	if c.tokens <= 3 {
		return actShortAt
	}
	return actAt
}

// distinct keeps the best of the candidates that would do the same.
func distinct(all []Candidate) []Candidate {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(c Candidate) bool {
		key := c.target()
		drop := seen[key]
		seen[key] = true
		return drop
	})
}

// search decides for a search, with the column of the same name as a choice.
func (m *Matcher) search(d Decision, best Candidate) Decision {
	d.Action, d.Candidates = Search, []Candidate{best}
	if best.SearchFor == "" {
		d.Action = None
	}
	if best.Column != nil {
		choice := best
		choice.Action, choice.SearchFor = Navigate, ""
		d.Candidates[0].Column = nil
		d.Candidates = append(d.Candidates, choice)
	}
	return d
}

// askAbout offers the column and a search, for words that may mean either.
func (m *Matcher) askAbout(d Decision, best Candidate) Decision {
	best.Action = Navigate
	d.Action, d.Candidates = Clarify, []Candidate{best, m.searchFor(d.Utterance)}
	return d
}

// fallback is what to do with words that no command answers: search for them,
// unless they are only fillers.
func (m *Matcher) fallback(d Decision, first *reading) Decision {
	c := m.searchFor(string(first.text.Display))
	if c.SearchFor == "" {
		return Decision{Action: None, Utterance: d.Utterance}
	}
	return Decision{Action: Search, Candidates: []Candidate{c}, Utterance: d.Utterance}
}

// searchFor is the search for an utterance as it is, without fillers.
func (m *Matcher) searchFor(utterance string) Candidate {
	query := m.lexicon.mend(m.trim(utterance))
	return Candidate{Intent: "Search", Confidence: 0.5, Utterance: utterance, Action: Search, SearchFor: query, Slots: map[string]any{"query": query}}
}
