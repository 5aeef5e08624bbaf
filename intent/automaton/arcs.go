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
	if t.Word != "" {
		s.eachWord(a, state, pos, rest, f)
	} else {
		eachSound(a, state, t, rest, func(x *arc, cost float32) { f(x.to, 1, cost) })
	}
	if rest < phonetic.ClassCost {
		return
	}
	if index, big := a.skips[state]; big {
		s.eachSkip(a, index, t, pos+1, rest, f)
		return
	}
	arcs := a.arcsOf(state)
	for i := range arcs {
		x := &arcs[i]
		cost := float32(costUnlike)
		switch {
		case t.Word == "" && x.class < signClass && !t.hasClass(x.class):
			cost = soundCost(t, x)
		case t.Word != "" && x.class != wordClass, t.Word == "" && x.class == wordClass:
			cost = costForeign
		case t.Word != "", x.sym == t.Rune, t.hasClass(x.class):
			continue // tried above
		}
		if cost <= rest {
			f(x.to, 1, cost)
		}
	}
}

func (t *Token) hasClass(class uint16) bool {
	for _, r := range t.readings {
		if r != 0 && r.Class() == class {
			return true
		}
	}
	return false
}

// eachSound calls f for the arcs in the classes of t's readings.
func eachSound(a *Automaton, state int32, t *Token, rest float32, f func(x *arc, cost float32)) {
	if t.readings[0] == 0 {
		for i, arcs := 0, a.classRange(state, signClass|uint16(t.Rune)&0x7ff); i < len(arcs); i++ {
			if arcs[i].sym == t.Rune {
				f(&arcs[i], 0)
			}
		}
		return
	}
	var done [3]uint16
	for i, r := range t.readings {
		if r == 0 {
			break
		}
		class := r.Class() + 1
		if slices.Contains(done[:i], class) {
			continue
		}
		done[i] = class
		arcs := a.classRange(state, class-1)
		for j := range arcs {
			if cost := soundCost(t, &arcs[j]); cost <= rest {
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
	s.eachSecond(a, index, next, func(first, second *arc, cost float32) {
		if t.hasClass(first.class) || first.sym == t.Rune && first.class != wordClass {
			return // not an error of the first token
		}
		if t.Word != "" && first.class == wordClass {
			return // words near enough were tried
		}
		if t.Word == "" && first.class != wordClass {
			cost += soundCost(t, first)
		} else {
			cost += costForeign
		}
		if cost <= rest {
			f(second.to, 2, cost)
		}
	})
}

// eachSecond calls f for the paths whose second arc may be the token at pos.
func (s *Searcher) eachSecond(a *Automaton, index []skip, pos int32, f func(first, second *arc, cost float32)) {
	t := &s.tokens[pos]
	if t.Word != "" {
		for _, near := range s.near(a, pos) {
			for _, p := range skipRange(index, wordClass) {
				if a.arcs[p.second].sym == near.word {
					f(&a.arcs[p.first], &a.arcs[p.second], near.cost)
				}
			}
		}
		return
	}
	if t.readings[0] == 0 {
		for _, p := range skipRange(index, signClass|uint16(t.Rune)&0x7ff) {
			if a.arcs[p.second].sym == t.Rune {
				f(&a.arcs[p.first], &a.arcs[p.second], 0)
			}
		}
		return
	}
	for i, r := range t.readings {
		if r == 0 || i > 0 && r.Class() == t.readings[0].Class() {
			continue
		}
		for _, p := range skipRange(index, r.Class()) {
			second := &a.arcs[p.second]
			f(&a.arcs[p.first], second, soundCost(t, second))
		}
	}
}

// eachDrop calls f for the arcs of state whose token may be missing before the
// token at pos.
func (s *Searcher) eachDrop(a *Automaton, state, pos int32, rest float32, f func(to, tokens int32, cost float32)) {
	index, big := a.skips[state]
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
	s.eachSecond(a, index, pos, func(first, second *arc, cost float32) {
		if cost += first.drop; cost <= rest {
			f(second.to, 1, cost)
		}
	})
}
