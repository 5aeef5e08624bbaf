package intent

import (
	"math"
	"slices"
	"strings"

	"github.com/tingdong/tingdong/grammar"
)

// hasContent reports whether the free texts of a match say something, and
// whether a search for a column is for what was said: 医保 is not 医保局.
func (m *Matcher) hasContent(f *found) bool {
	if f.reading.cut() && f.Wild == 0 {
		return false // only its beginning was matched
	}
	for _, p := range f.Parts {
		if f.block.Action == string(Search) && p.Value >= 0 && p.Cost > 0 && p.Size != p.To-p.From {
			return false
		}
		if p.List.Wildcard {
			if from, to := m.core(f.reading.tokens[p.From:p.To]); from == to {
				return false
			}
		}
	}
	return true
}

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
		File: m.files[f.file].Name, At: f.template.Pos(),
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
		// A weight above 1 says that the words before the free text ask for a
		// search and nothing else: 搜索一下养老保险怎么交 is no visit to 养老保险.
		return 0.62*c*max(1, f.block.Weight) - 0.002*float64(f.Wild)
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
	case (c.Action == Navigate || c.Action == Clarify) && c.Column != nil:
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
