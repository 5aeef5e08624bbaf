package automaton

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/tingdong/tingdong/intent/phonetic"
)

// Build makes the deterministic automaton of all templates added.
func (b *Builder) Build() (*Automaton, error) {
	if len(b.eps) == 0 {
		b.state()
	}
	d := &subsets{b: b, ids: map[string]int32{}}
	d.add([]int32{0})
	for next := 0; next < len(d.sets); next++ {
		d.expand(next)
		if b.err != nil {
			return nil, b.err
		}
	}
	return freeze(d.states, b.refs), nil
}

// mutable is a state before freezing.
type mutable struct {
	next   []edge
	finals []int32
}

// subsets is the subset construction: a state of the result is the set of the
// builder's states that can be reached by the same tokens.
type subsets struct {
	b      *Builder
	ids    map[string]int32
	sets   [][]int32
	states []mutable
	edges  map[int32][]edge
	seen   []uint32 // the closure that last saw a state
	round  uint32
	stack  []int32
}

// add returns the state of the closure of set, a new one if need be.
func (d *subsets) add(set []int32) int32 {
	set = d.closure(set)
	key := make([]byte, 0, 4*len(set))
	for _, s := range set {
		key = binary.LittleEndian.AppendUint32(key, uint32(s))
	}
	if id, ok := d.ids[string(key)]; ok {
		return id
	}
	if len(d.sets) >= maxSubsets {
		d.b.err = ErrTooLarge
		return 0
	}
	id := int32(len(d.sets))
	d.ids[string(key)] = id
	d.sets = append(d.sets, set)
	d.states = append(d.states, mutable{})
	return id
}

// closure follows what matches nothing, and keeps the states that matter:
// those with token arcs or an end.
func (d *subsets) closure(set []int32) []int32 {
	d.round++
	if n := len(d.b.eps); n > len(d.seen) { // words with digits add states on the way
		d.seen = append(d.seen, make([]uint32, n-len(d.seen)+n/2)...)
	}
	stack := append(d.stack[:0], set...)
	var out []int32
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if d.seen[s] == d.round {
			continue
		}
		d.seen[s] = d.round
		matters := len(d.b.final[s]) > 0
		for _, a := range d.b.arcs[s] {
			if a.kind == breakArc {
				stack = append(stack, a.to)
			} else {
				matters = true
			}
		}
		stack = append(stack, d.b.eps[s]...)
		if matters {
			out = append(out, s)
		}
	}
	d.stack = stack
	slices.Sort(out)
	return out
}

func (d *subsets) expand(id int) {
	targets := map[label][]int32{}
	var order []label
	var finals []int32
	for _, s := range d.sets[id] {
		finals = append(finals, d.b.final[s]...)
		for _, e := range d.edgesOf(s) {
			if _, ok := targets[e.label]; !ok {
				order = append(order, e.label)
			}
			targets[e.label] = append(targets[e.label], e.to)
		}
	}
	next := make([]edge, 0, len(order))
	for _, l := range order {
		next = append(next, edge{l, d.add(targets[l])})
		if d.b.err != nil {
			return
		}
	}
	slices.Sort(finals)
	d.states[id] = mutable{next: next, finals: slices.Compact(finals)}
}

// edgesOf computes the edges of a state once; later states share them.
func (d *subsets) edgesOf(s int32) []edge {
	if d.edges == nil {
		d.edges = map[int32][]edge{}
	}
	e, ok := d.edges[s]
	if !ok {
		e = d.b.edges(s)
		d.edges[s] = e
	}
	return e
}

// freeze lays the states out in flat arrays, in the order given.
func freeze(states []mutable, refs []Ref) *Automaton {
	a := &Automaton{refs: refs, wordIDs: map[string]int32{}}
	for i := range states {
		s := &states[i]
		for _, e := range s.next {
			switch {
			case e.ref > 0:
				a.lists = append(a.lists, listEdge{e.ref - 1, e.to})
			case e.word != "":
				a.arcs = append(a.arcs, arc{class: wordClass, sym: a.wordID(e.word), to: e.to})
			default:
				a.arcs = appendRune(a.arcs, e.r, e.to)
			}
		}
		lo := a.at(len(a.start))
		slices.SortFunc(a.arcs[lo.arcs:], compareArcs)
		slices.SortFunc(a.lists[lo.lists:], func(x, y listEdge) int { return cmp.Or(cmp.Compare(x.ref, y.ref), cmp.Compare(x.to, y.to)) })
		a.finals = append(a.finals, s.finals...)
		a.start = append(a.start, offsets{int32(len(a.arcs)), int32(len(a.lists)), int32(len(a.finals))})
	}
	a.prepare()
	return a
}

// appendRune adds one arc for each reading of r.
func appendRune(arcs []arc, r rune, to int32) []arc {
	readings := phonetic.Readings(r)
	if readings[0] == 0 {
		return append(arcs, arc{class: signClass | uint16(r)&0x7ff, sym: r, to: to})
	}
	for _, reading := range readings {
		if reading != 0 {
			arcs = append(arcs, arc{class: reading.Class(), reading: reading, sym: r, to: to})
		}
	}
	return arcs
}

func compareArcs(x, y arc) int {
	return cmp.Or(cmp.Compare(x.class, y.class), cmp.Compare(x.sym, y.sym), cmp.Compare(x.to, y.to))
}
