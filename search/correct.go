package search

import (
	"math"
	"slices"

	"github.com/tingdong/tingdong/search/analysis"
)

// Costs of the correction, in natural log units of how often a pair occurs.
const (
	alikePairs = 60 // sound-alike pairs tried at each place
)

// correct gives the most likely reading of folded text, supposing that some
// characters were replaced by others of the same sound, as by a recogniser or
// a pinyin keyboard. Each run of Chinese characters is decoded by Viterbi's
// algorithm over the pairs of characters that the index has.
func (l *lexicon) correct(text []rune) []rune {
	out := slices.Clone(text)
	analysis.Runs(text, func(k analysis.Kind, from, to int) {
		if k == analysis.Han && to-from >= 2 {
			copy(out[from:to], l.decode(text[from:to], nil))
		}
	})
	return out
}

// state is the best path that ends in a character.
type state struct {
	char rune
	cost float64
	back int
}

// decode finds the cheapest sequence of characters. With sounds given, the
// text is only known by its sound (pinyin), and its characters are ignored.
func (l *lexicon) decode(text []rune, heard [][]uint16) []rune {
	n := len(text)
	if heard != nil {
		n = len(heard)
	}
	columns := make([][]state, n)
	for i := 0; i < n; i++ {
		columns[i] = l.candidates(text, heard, i)
	}
	for i := 1; i < n; i++ {
		for j := range columns[i] {
			c := &columns[i][j]
			own, best, back := c.cost, math.Inf(1), 0
			for k, p := range columns[i-1] {
				if cost := p.cost + l.cost(p.char, c.char); cost < best {
					best, back = cost, k
				}
			}
			c.cost, c.back = own+best, back
		}
	}
	if n == 0 || len(columns[n-1]) == 0 {
		return text
	}
	at := 0
	for j, c := range columns[n-1] {
		if c.cost < columns[n-1][at].cost {
			at = j
		}
	}
	out := make([]rune, n)
	for i := n - 1; i >= 0; i-- {
		out[i] = columns[i][at].char
		at = columns[i][at].back
	}
	return out
}

// candidates are the characters that may have been meant at place i: the one
// that is there, and those that make a known pair with a neighbour's sound.
func (l *lexicon) candidates(text []rune, heard [][]uint16, i int) []state {
	var out []state
	add := func(r rune, cost float64) {
		for _, s := range out {
			if s.char == r {
				return
			}
		}
		out = append(out, state{char: r, cost: cost})
	}
	class := func(k int) []uint16 {
		if heard != nil {
			return heard[k]
		}
		return classes(text[k])
	}
	n := len(text)
	if heard != nil {
		n = len(heard)
	} else {
		add(text[i], 0)
	}
	for _, mine := range class(i) {
		if i > 0 {
			for _, other := range class(i - 1) {
				for _, p := range l.alike(soundOf(other, mine), alikePairs) {
					add(rune(p.second), T["replace"])
				}
			}
		}
		if i+1 < n {
			for _, other := range class(i + 1) {
				for _, p := range l.alike(soundOf(mine, other), alikePairs) {
					add(rune(p.first), T["replace"])
				}
			}
		}
	}
	return out
}

// cost of two characters beside each other: rare pairs are dear.
func (l *lexicon) cost(a, b rune) float64 {
	n := float64(l.pair(a, b))
	if n == 0 {
		return T["unseen"]
	}
	return math.Min(T["unseen"], T["lm"]*math.Log(float64(l.docs+1)/n))
}
