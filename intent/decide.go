package intent

import (
	"regexp"

	"github.com/tingdong/tingdong/intent/automaton"
	"github.com/tingdong/tingdong/intent/normal"
)

// Thresholds of a decision, on calibrated confidence; docs/intent.md has how
// they were set.
const (
	actAt      = 0.7  // do it
	actShortAt = 0.8  // the same for utterances of up to three tokens, where chance likeness is common
	askAt      = 0.52 // ask back; below, search
	askShortAt = 0.66 // the same for up to three tokens: 怎么办 is no 怎么办税
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
