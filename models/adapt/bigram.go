package adapt

import (
	"errors"
	"maps"
	"math"
	"slices"
)

// start is the history of a sentence's first word. Words are numbered from 1.
const start int32 = 0

// scaling is what costs were made of chances by: scale × −log(chance), less
// bonus for each word.
type scaling struct {
	Scale float64 `json:"scale"`
	Bonus float64 `json:"word_bonus"`
}

func (s scaling) wordCost(chance float64) float32 {
	return float32(-math.Log(chance)*s.Scale - s.Bonus)
}
func (s scaling) cost(chance float64) float32 { return float32(-math.Log(chance) * s.Scale) }
func (s scaling) wordChance(cost float32) float64 {
	return math.Exp(-(float64(cost) + s.Bonus) / s.Scale)
}
func (s scaling) chance(cost float32) float64 { return math.Exp(-float64(cost) / s.Scale) }

// follow is what may come after a history: words and the end with their
// chances, and how much is left to the unigram.
type follow struct {
	words        map[int32]float64
	end, backOff float64
}

func newFollow() *follow { return &follow{words: map[int32]float64{}} }

// bigram is a language model of pairs.
type bigram struct {
	after   map[int32]*follow // by history
	unigram *follow           // its backOff is unused
}

// fromAcceptor reads the chances out of a graph. It fails for graphs that are
// not bigrams with one back-off state.
func fromAcceptor(a acceptor, s scaling) (bigram, error) {
	unigram := slices.IndexFunc(a.arcs, func(arcs []arc) bool {
		return len(arcs) > 0 && !slices.ContainsFunc(arcs, func(x arc) bool { return x.word == 0 })
	})
	if unigram < 0 {
		return bigram{}, errors.New("the graph has no state without back-off: is it a language model?")
	}
	histories := map[int32]int32{} // by state
	for _, arcs := range a.arcs {
		for _, x := range arcs {
			if x.word != 0 && int(x.target) != unigram {
				histories[x.target] = x.word
			}
		}
	}
	if unigram != 0 {
		histories[0] = start
	}
	b := bigram{after: map[int32]*follow{}}
	for state, arcs := range a.arcs {
		f := newFollow()
		if !math.IsInf(float64(a.final[state]), 1) {
			f.end = s.chance(a.final[state])
		}
		for _, x := range arcs {
			if x.word != 0 {
				f.words[x.word] += s.wordChance(x.cost)
			} else if f.backOff += s.chance(x.cost); int(x.target) != unigram {
				return bigram{}, errors.New("the model's graph has longer histories than pairs: it cannot be adapted")
			}
		}
		if state == unigram {
			b.unigram = f
		} else if history, ok := histories[int32(state)]; ok {
			b.after[history] = f
		}
	}
	return b, nil
}

// discount is taken from each pair's count, for pairs that the text lacks.
const discount = 0.6

// counts are sentences' words and pairs.
type counts struct {
	pairs map[int32]map[int32]float64
	words map[int32]float64
	total float64
}

// end is a sentence's end as the second of a pair.
const end int32 = -1

func newCounts() counts {
	return counts{pairs: map[int32]map[int32]float64{}, words: map[int32]float64{}}
}

func (c *counts) add(sentence []int32) {
	previous := start
	for _, w := range append(slices.Clip(sentence), end) {
		if c.pairs[previous] == nil {
			c.pairs[previous] = map[int32]float64{}
		}
		c.pairs[previous][w]++
		if w != end {
			c.words[w]++
			c.total++
		}
		previous = w
	}
}

// mix gives the text counted in c the share weight of b: of each history that
// both know, and of the unigram; histories that only the text knows are its own.
func (b bigram) mix(c counts, weight float64) {
	for w := range b.unigram.words {
		b.unigram.words[w] *= 1 - weight
	}
	inWords := 1 - b.unigram.end
	for w, n := range c.words {
		b.unigram.words[w] += weight * inWords * n / c.total
	}
	for history, seconds := range c.pairs {
		own, f := weight, b.after[history]
		if f == nil {
			own, f = 1, newFollow()
			b.after[history] = f
		}
		f.add(seconds, own)
	}
}

// add mixes what followed a history in a text into f, as part of it.
func (f *follow) add(seconds map[int32]float64, part float64) {
	var total float64
	for _, n := range seconds {
		total += n
	}
	for w := range f.words {
		f.words[w] *= 1 - part
	}
	f.end *= 1 - part
	f.backOff = (1-part)*f.backOff + part*discount*float64(len(seconds))/total
	for w, n := range seconds {
		if chance := part * (n - discount) / total; w == end {
			f.end += chance
		} else {
			f.words[w] += chance
		}
	}
}

// acceptor is the graph of b, the same each time.
func (b bigram) acceptor(s scaling) acceptor {
	var a acceptor
	states := map[int32]int32{}
	histories := slices.Sorted(maps.Keys(b.after))
	if len(histories) == 0 || histories[0] != start {
		b.after[start] = &follow{backOff: 1}
		histories = append([]int32{start}, histories...)
	}
	for _, h := range histories {
		states[h] = a.state()
	}
	unigram := a.state()
	target := func(word int32) int32 {
		if state, ok := states[word]; ok {
			return state
		}
		return unigram
	}
	write := func(state int32, f *follow) {
		for _, w := range slices.Sorted(maps.Keys(f.words)) {
			if f.words[w] > 0 {
				a.arcs[state] = append(a.arcs[state], arc{word: w, target: target(w), cost: s.wordCost(f.words[w])})
			}
		}
		if f.end > 0 {
			a.final[state] = s.cost(f.end)
		}
		if f.backOff > 0 {
			a.arcs[state] = append(a.arcs[state], arc{target: unigram, cost: s.cost(f.backOff)})
		}
	}
	for _, h := range histories {
		write(states[h], b.after[h])
	}
	b.unigram.backOff = 0
	write(unigram, b.unigram)
	return a
}
