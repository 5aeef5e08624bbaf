package automaton

import (
	"cmp"
	"slices"

	"github.com/tingdong/tingdong/intent/phonetic"
)

// Bounds of one look into a list.
const (
	maxSpots     = 24
	maxSpotSteps = 20_000
)

// spot is a list value that the tokens from some position to end may be.
type spot struct {
	value int32
	end   int32
	cost  float32
	size  uint8 // tokens of the value itself
}

type spotKey struct {
	list *List
	pos  int32
}

// spotCache keeps the spots of one search: many templates ask for the same
// list at the same place.
type spotCache struct {
	keys  []spotKey
	found [][]spot
}

func (c *spotCache) reset() { c.keys, c.found = c.keys[:0], c.found[:0] }

// spot finds the values of a list that may begin at pos, cheapest first. The
// first call for a place has the largest budget, because the search pops its
// items in order of cost.
func (s *Searcher) spot(list *List, pos int32, budget float32) []spot {
	key := spotKey{list, pos}
	if i := slices.Index(s.spots.keys, key); i >= 0 {
		return s.spots.found[i]
	}
	w := spotWalk{s: s, a: list.trie, budget: budget}
	w.walk(0, pos, 0)
	slices.SortFunc(w.out, func(x, y spot) int {
		return cmp.Or(cmp.Compare(x.cost, y.cost), cmp.Compare(y.end, x.end), cmp.Compare(x.value, y.value))
	})
	out := w.out[:0]
	for _, x := range w.out {
		if len(out) == maxSpots {
			break
		}
		if !slices.ContainsFunc(out, func(y spot) bool { return x.value == y.value && x.end == y.end }) {
			out = append(out, x)
		}
	}
	s.spots.keys, s.spots.found = append(s.spots.keys, key), append(s.spots.found, out)
	return out
}

// spotWalk walks a trie along the tokens with edits.
type spotWalk struct {
	s      *Searcher
	a      *Automaton
	budget float32
	steps  int
	out    []spot
}

func (w *spotWalk) walk(state, pos int32, cost float32) {
	w.steps++
	rest := min(w.budget, w.s.valueLimit(w.a.limit[state]), max(earlyLimit(w.a.depth[state]), cost)) - cost
	if rest < 0 || w.steps > maxSpotSteps {
		return
	}
	if state != 0 && pos >= 0 {
		w.emit(state, pos, cost)
	}
	step := func(to, tokens int32, c float32) { w.walk(to, pos+tokens, cost+c) }
	if int(pos) < len(w.s.tokens) {
		w.s.eachArc(w.a, state, pos, rest, step)
		if insert := w.s.tokens[pos].insert; state != 0 && insert <= rest {
			w.walk(state, pos+1, cost+insert)
		}
	}
	if rest >= costParticle {
		w.s.eachDrop(w.a, state, pos, rest, step)
	}
}

// emit records the values that end at state. A value's own length bounds its
// edits; the trie's limit is that of the longest value below.
func (w *spotWalk) emit(state, end int32, cost float32) {
	finals := w.a.finalsOf(state)
	if len(finals) == 0 || cost > w.ownLimit(state) {
		return
	}
	for _, id := range finals[:min(len(finals), maxSpots)] {
		w.out = append(w.out, spot{id, end, cost, w.a.depth[state]})
	}
}

func (w *spotWalk) ownLimit(state int32) float32 {
	if w.a.limit[state] <= numberLimit {
		return numberLimit
	}
	return w.s.valueLimit(Allow(int(w.a.depth[state])))
}

// valueLimit is the dearest match of a list value whose length allows limit.
func (s *Searcher) valueLimit(limit float32) float32 {
	if s.env.Lenient && limit == allow[2] {
		return costInsert
	}
	return limit
}

// near is a word of an automaton that a token may be.
type nearWord struct {
	word int32
	cost float32
}

// wordCache keeps the words near to each token of one search.
type wordCache struct {
	keys  []wordKey
	found [][]nearWord
}

type wordKey struct {
	a   *Automaton
	pos int32
}

func (c *wordCache) reset() { c.keys, c.found = c.keys[:0], c.found[:0] }

// maxNear is the dearest confusion of two words.
const maxNear = 0.62

// near lists the words of a that the token at pos may be, nearest first.
func (s *Searcher) near(a *Automaton, pos int32) []nearWord {
	key := wordKey{a, pos}
	if i := slices.Index(s.words.keys, key); i >= 0 {
		return s.words.found[i]
	}
	word := s.tokens[pos].Word
	var out []nearWord
	if id, ok := a.wordIDs[word]; ok {
		out = append(out, nearWord{id, 0})
	}
	if s.bound >= 0.1 {
		for _, id := range a.similar(word) {
			if cost := phonetic.WordCost(word, a.words[id]); cost > 0 && cost <= maxNear {
				out = append(out, nearWord{id, cost})
			}
		}
	}
	slices.SortFunc(out, func(x, y nearWord) int { return cmp.Compare(x.cost, y.cost) })
	s.words.keys, s.words.found = append(s.words.keys, key), append(s.words.found, out)
	return out
}
