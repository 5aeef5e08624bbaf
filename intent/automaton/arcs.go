package automaton

import (
	"slices"
	"sort"

	"github.com/tingdong/tingdong/intent/phonetic"
)

// eachArc calls f for the arcs of state that the token at pos may be, with at
// most rest of cost. tokens is how many tokens the step reads: two when it is
// found by the skip index.
func (s *Searcher) eachArc(a *Automaton, state, pos int32, rest float32, f func(to, tokens int32, cost float32)) {
	t := &s.tokens[pos]
	tolerant := rest >= phonetic.ClassCost
	index, big := a.skipsOf(state)
	switch {
	case t.Word != "":
		s.eachWord(a, state, pos, rest, f)
	case tolerant && !big:
		anySound(a.arcsOf(state), t, rest, f)
	default:
		eachSound(a, state, t, rest, func(x *arc, cost float32) { f(x.to, 1, cost) })
	}
	switch {
	case !tolerant:
	case big:
		s.eachSkip(a, index, t, pos+1, rest, f)
	case t.Word != "" && rest >= costForeign:
		for _, x := range a.arcsOf(state) {
			if x.class != wordClass {
				f(x.to, 1, costForeign)
			}
		}
	}
}

// anySound calls f for all arcs that the character t may be.
func anySound(arcs []arc, t *Token, rest float32, f func(to, tokens int32, cost float32)) {
	for i := range arcs {
		x := &arcs[i]
		cost := float32(costForeign)
		if x.class != wordClass {
			cost = t.cost(x.sym, x.reading)
		}
		if cost <= rest {
			f(x.to, 1, cost)
		}
	}
}

// eachSound calls f for the arcs in the classes of t's readings.
func eachSound(a *Automaton, state int32, t *Token, rest float32, f func(x *arc, cost float32)) {
	if t.readings == 0 {
		for i, arcs := 0, a.classRange(state, signClass|uint16(t.Rune)&0x7ff); i < len(arcs); i++ {
			if arcs[i].sym == t.Rune {
				f(&arcs[i], 0)
			}
		}
		return
	}
	for i, class := range t.classes[:t.readings] {
		if slices.Contains(t.classes[:i], class) {
			continue
		}
		arcs := a.classRange(state, class)
		for j := range arcs {
			if cost := t.cost(arcs[j].sym, arcs[j].reading); cost <= rest {
				f(&arcs[j], cost)
			}
		}
	}
}

// eachWord calls f for the arcs of words like the token at pos.
func (s *Searcher) eachWord(a *Automaton, state, pos int32, rest float32, f func(to, tokens int32, cost float32)) {
	arcs := a.classRange(state, wordClass)
	if len(arcs) == 0 {
		return
	}
	for _, near := range s.near(a, pos) {
		if near.cost > rest {
			break
		}
		i := sort.Search(len(arcs), func(i int) bool { return arcs[i].sym >= near.word })
		for ; i < len(arcs) && arcs[i].sym == near.word; i++ {
			f(arcs[i].to, 1, near.cost)
		}
	}
}

// eachSkip reads two arcs at once: t for any first one, and the token at next
// for a second one of its class.
func (s *Searcher) eachSkip(a *Automaton, index []skip, t *Token, next int32, rest float32, f func(to, tokens int32, cost float32)) {
	if int(next) >= len(s.tokens) {
		return
	}
	s.eachSecond(a, index, next, rest, func(p *skip, cost float32) {
		switch {
		case t.hasClass(p.firstClass) || p.firstSym == t.Rune && p.firstClass != wordClass:
			return // not an error of the first token
		case t.Word != "" && p.firstClass == wordClass:
			return // words near enough were tried
		case t.Word == "" && p.firstClass != wordClass:
			cost += t.cost(p.firstSym, p.firstReading)
		default:
			cost += costForeign
		}
		if cost <= rest {
			f(p.to, 2, cost)
		}
	})
}

// eachSecond calls f for the paths whose second arc may be the token at pos,
// with the cost of that.
func (s *Searcher) eachSecond(a *Automaton, index []skip, pos int32, rest float32, f func(p *skip, cost float32)) {
	t := &s.tokens[pos]
	if t.Word != "" {
		paths := skipRange(index, wordClass)
		for _, near := range s.near(a, pos) {
			for i := range paths {
				if paths[i].sym == near.word {
					f(&paths[i], near.cost)
				}
			}
		}
		return
	}
	if t.readings == 0 {
		paths := skipRange(index, signClass|uint16(t.Rune)&0x7ff)
		for i := range paths {
			if paths[i].sym == t.Rune {
				f(&paths[i], 0)
			}
		}
		return
	}
	for i, class := range t.classes[:t.readings] {
		if slices.Contains(t.classes[:i], class) {
			continue
		}
		paths := skipRange(index, class)
		for j := range paths {
			if cost := t.cost(paths[j].sym, paths[j].reading); cost < rest {
				f(&paths[j], cost)
			}
		}
	}
}

// eachDrop calls f for the arcs of state whose token may be missing before the
// token at pos.
func (s *Searcher) eachDrop(a *Automaton, state, pos int32, rest float32, f func(to, tokens int32, cost float32)) {
	index, big := a.skipsOf(state)
	if !big {
		arcs := a.arcsOf(state)
		for i := range arcs {
			if i > 0 && arcs[i].to == arcs[i-1].to {
				continue
			}
			if cost := arcs[i].drop; cost <= rest {
				f(arcs[i].to, 0, cost)
			}
		}
		return
	}
	if int(pos) >= len(s.tokens) {
		return
	}
	s.eachSecond(a, index, pos, rest, func(p *skip, cost float32) {
		if cost += p.drop; cost <= rest {
			f(p.to, 1, cost)
		}
	})
}
