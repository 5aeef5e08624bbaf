package intent

import (
	"cmp"
	"math"
	"slices"
)

// choose ranks the candidates and decides.
func (m *Matcher) choose(all []Candidate, first *reading) Decision {
	preferWhole(all)
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(b.rank, a.rank) })
	all = distinct(all)
	d := Decision{Utterance: string(first.text.Display), Candidates: all}
	if len(all) == 0 || all[0].Confidence < all[0].worthAsking() || !all[0].Exact && m.trim(d.Utterance) == "" {
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

// worthAsking is the confidence from which the candidate is asked about.
func (c *Candidate) worthAsking() float64 {
	if c.tokens <= 3 {
		return askShortAt
	}
	return askAt
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
