package automaton

import (
	"slices"
	"sort"

	"github.com/tingdong/tingdong/intent/phonetic"
)

// Classes of arcs beside those of syllables (phonetic.Reading.Class).
const (
	signClass uint16 = 0x4000 // characters without a reading; the low bits are the character's
	wordClass uint16 = 0x8000
)

// arc is one transition over a token. A polyphone has one arc for each reading.
type arc struct {
	class   uint16
	reading phonetic.Reading
	sym     int32 // the character, or the index of the word
	to      int32
	drop    float32 // cost of not hearing it
}

type listEdge struct{ ref, to int32 }

// offsets are the ends of a state's parts of the flat arrays.
type offsets struct{ arcs, lists, finals int32 }

// skip is a path of two arcs, found by the class of the second: how a wrong or
// missing first token is survived without trying every arc of a large state.
// What the search needs of the arcs is copied, so that it reads the index only.
type skip struct {
	class, firstClass     uint16
	reading, firstReading phonetic.Reading
	sym, firstSym         int32
	to                    int32
	drop                  float32 // cost of not hearing the first
}

// byClass sorts stably, by counting: there may be a hundred thousand.
func byClass(list []skip) []skip {
	var ends []int
	for _, k := range list {
		for int(k.class) >= len(ends) {
			ends = append(ends, 0)
		}
		ends[k.class]++
	}
	for c := 1; c < len(ends); c++ {
		ends[c] += ends[c-1]
	}
	sorted := make([]skip, len(list))
	for _, k := range slices.Backward(list) {
		ends[k.class]--
		sorted[ends[k.class]] = k
	}
	return sorted
}

// bigState is the number of arcs from which a state has a skip index.
const bigState = 48

// Automaton is deterministic over tokens and immutable.
type Automaton struct {
	start   []offsets // ends of each state's parts; those of state s begin at s-1
	arcs    []arc     // of a state, sorted by class and sym
	lists   []listEdge
	finals  []int32 // ids given to Add
	refs    []Ref
	words   []string
	wordIDs map[string]int32
	skips   [][]skip  // of each big state, in their order
	bigAt   []int32   // of each state: its place in skips, -1 for none
	least   []uint8   // tokens needed from a state to an end, at most 255
	most    []uint8   // tokens taken at most from a state to an end; endless when there are lists or circles
	limit   []float32 // for tries: the dearest match allowed below a state
	depth   []uint8   // for tries: tokens from the start
	byKey   map[string][]int32
}

func (a *Automaton) at(s int) offsets {
	if s == 0 {
		return offsets{}
	}
	return a.start[s-1]
}

func (a *Automaton) arcsOf(s int32) []arc { return a.arcs[a.at(int(s)).arcs:a.start[s].arcs] }
func (a *Automaton) listsOf(s int32) []listEdge {
	return a.lists[a.at(int(s)).lists:a.start[s].lists]
}
func (a *Automaton) finalsOf(s int32) []int32 { return a.finals[a.at(int(s)).finals:a.start[s].finals] }

// Size is the number of states and arcs.
func (a *Automaton) Size() (states, arcs int) { return len(a.start), len(a.arcs) + len(a.lists) }

func (a *Automaton) wordID(w string) int32 {
	id, ok := a.wordIDs[w]
	if !ok {
		id = int32(len(a.words))
		a.words, a.wordIDs[w] = append(a.words, w), id
	}
	return id
}

// prepare computes what the search needs beside the arcs.
func (a *Automaton) prepare() {
	for i := range a.arcs {
		a.arcs[i].drop = a.dropCost(&a.arcs[i])
	}
	a.bigAt = make([]int32, len(a.start))
	for s := range int32(len(a.start)) {
		lo, hi := a.at(int(s)).arcs, a.start[s].arcs
		a.bigAt[s] = -1
		if hi-lo < bigState {
			continue
		}
		var index []skip
		for _, first := range a.arcs[lo:hi] {
			for _, second := range a.arcsOf(first.to) {
				index = append(index, skip{second.class, first.class, second.reading, first.reading,
					second.sym, first.sym, second.to, first.drop})
			}
		}
		a.bigAt[s] = int32(len(a.skips))
		a.skips = append(a.skips, byClass(index))
	}
	a.prepareLeast()
	a.prepareMost()
	a.byKey = map[string][]int32{}
	for id, w := range a.words {
		for _, k := range wordKeys(w) {
			a.byKey[k] = append(a.byKey[k], int32(id))
		}
	}
}

// wordKeys are the keys under which a word is looked up by similar ones: the
// beginnings of its letters and of its sound, and its length.
func wordKeys(w string) []string {
	sound := phonetic.Key(w)
	keys := []string{"l" + w[:min(2, len(w))], "s" + sound[:min(2, len(sound))], "e" + w[max(0, len(w)-3):], "k" + sound}
	if len(w) <= shortWord {
		keys = append(keys, "f"+sound[:1])
	}
	return keys
}

// shortWord is the letters up to which the first sound alone is a key.
const shortWord = 5

// similar are the words that may be like w, each once.
func (a *Automaton) similar(w string) []int32 {
	var out []int32
	for _, k := range wordKeys(w) {
		for _, id := range a.byKey[k] {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// prepareLeast finds the least number of tokens from each state to an end. In
// a trie children follow their parents, so one pass from the back settles it;
// elsewhere passes repeat until nothing changes.
func (a *Automaton) prepareLeast() {
	n := len(a.start)
	a.least = make([]uint8, n)
	for s := range a.least {
		a.least[s] = 255
	}
	for changed := true; changed; {
		changed = false
		for s := int32(n - 1); s >= 0; s-- {
			if least := a.leastVia(s); least < a.least[s] {
				a.least[s], changed = least, true
			}
		}
	}
}

func (a *Automaton) leastVia(s int32) uint8 {
	if len(a.finalsOf(s)) > 0 {
		return 0
	}
	least := uint8(254)
	for _, x := range a.arcsOf(s) {
		least = min(least, a.least[x.to])
	}
	for _, x := range a.listsOf(s) {
		least = min(least, a.least[x.to])
	}
	if least == 254 {
		return 255
	}
	return least + 1
}

// endless is the most tokens of a state from which any number can be taken.
const endless = 255

// prepareMost finds the largest number of tokens from each state to an end:
// what is left behind it are strays. Passes add one token each; what still
// grows after maxMost of them has a circle.
func (a *Automaton) prepareMost() {
	const maxMost = 24
	a.most = make([]uint8, len(a.start))
	for pass, changed := 0, true; changed; pass++ {
		changed = false
		for s := int32(len(a.start) - 1); s >= 0; s-- {
			most := a.mostVia(s)
			if pass > maxMost && most > a.most[s] {
				most = endless
			}
			if most > a.most[s] {
				a.most[s], changed = most, true
			}
		}
	}
}

func (a *Automaton) mostVia(s int32) uint8 {
	if len(a.listsOf(s)) > 0 {
		return endless
	}
	most := uint8(0)
	for _, x := range a.arcsOf(s) {
		most = max(most, min(a.most[x.to], endless-1)+1)
	}
	return most
}

// skipsOf is the skip index of s; false when s is small and has none.
func (a *Automaton) skipsOf(s int32) ([]skip, bool) {
	if i := a.bigAt[s]; i >= 0 {
		return a.skips[i], true
	}
	return nil, false
}

// classRange is the arcs of s with a class.
func (a *Automaton) classRange(s int32, class uint16) []arc {
	arcs := a.arcsOf(s)
	lo := 0
	if len(arcs) > 8 {
		lo = sort.Search(len(arcs), func(i int) bool { return arcs[i].class >= class })
	} else {
		for lo < len(arcs) && arcs[lo].class < class {
			lo++
		}
	}
	hi := lo
	for hi < len(arcs) && arcs[hi].class == class {
		hi++
	}
	return arcs[lo:hi]
}

// skipRange is the skip index of s for a class of the second token.
func skipRange(index []skip, class uint16) []skip {
	lo := sort.Search(len(index), func(i int) bool { return index[i].class >= class })
	hi := lo
	for hi < len(index) && index[hi].class == class {
		hi++
	}
	return index[lo:hi]
}
