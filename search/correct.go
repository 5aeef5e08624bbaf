package search

import (
	"math"
	"slices"

	"github.com/tingdong/tingdong/search/analysis"
)

// Costs of a correction, in natural log units of how rare a pair is. Set on
// half of the NCP queries with 30 % of the characters replaced.
const (
	unseenCost  = 12.0 // two characters that no page has beside each other
	replaceCost = 3.0  // one character heard as another of the same sound
	wordCost    = 1.0  // more, when it belongs to a word of the dictionary
	alikePairs  = 150  // sound-alike pairs tried at each place
	// wordPairShare is how rare a pair of the dictionary counts at most,
	// even if no page has it: colloquial words are not errors.
	wordPairShare = 1.0 / 1000
)

// correct gives the most likely reading of folded text, supposing that some
// characters were replaced by others of the same sound, as by a recogniser or
// a pinyin keyboard. Each run of Chinese characters is decoded by Viterbi's
// algorithm over the pairs of characters that the index has.
func (l *lexicon) correct(text []rune, words *analysis.Words) []rune {
	out := slices.Clone(text)
	weak := questionRunes(text)
	analysis.Runs(text, func(k analysis.Kind, from, to int) {
		if k != analysis.Han || to-from < 2 {
			return
		}
		d := l.newDecoder(to - from)
		in := text[from:to]
		words.Segment(in, func(i, j int) {
			for k := i; k < j; k++ {
				d.known[k] = j - i
			}
		})
		for i, r := range in {
			d.classes[i] = classes(r)
			d.original[i] = r
			if weak[from+i] {
				d.known[i] = 3
			}
		}
		copy(out[from:to], d.run())
	})
	return out
}

// decoder is one run of characters, or of syllables, being decoded.
type decoder struct {
	lex      *lexicon
	original []rune     // 0 where only the sound is known
	classes  [][]uint16 // the sounds at each place
	known    []int      // length of the dictionary word at each place
	columns  [][]state
}

// state is the best path that ends in a character.
type state struct {
	char      uint16
	own, cost float64
	back      int
}

func (l *lexicon) newDecoder(n int) *decoder {
	return &decoder{lex: l, original: make([]rune, n), classes: make([][]uint16, n), known: make([]int, n), columns: make([][]state, n)}
}

// run gives the cheapest sequence of characters.
func (d *decoder) run() []rune {
	n := len(d.columns)
	for i := range d.columns {
		if r := d.original[i]; r != 0 {
			d.columns[i] = append(d.columns[i], state{char: uint16(r)})
			if r > math.MaxUint16 {
				return d.original
			}
		}
	}
	edges := make([][]soundPair, n)
	for i := 1; i < n; i++ {
		edges[i] = d.edges(i)
		for _, e := range edges[i] {
			d.add(i-1, e.first)
			d.add(i, e.second)
		}
	}
	for i := range d.columns {
		if len(d.columns[i]) == 0 {
			return nil
		}
	}
	d.start()
	for i := 1; i < n; i++ {
		d.step(i, edges[i])
	}
	return d.path()
}

// edges are the known pairs that sound like places i-1 and i.
func (d *decoder) edges(i int) []soundPair {
	var out []soundPair
	for _, a := range d.classes[i-1] {
		for _, b := range d.classes[i] {
			out = append(out, d.lex.alike(soundOf(a, b), alikePairs)...)
		}
	}
	if a, b := d.original[i-1], d.original[i]; a != 0 && b != 0 {
		docs := d.lex.pair(a, b)
		if d.known[i] >= 2 && d.known[i-1] == d.known[i] {
			docs = max(docs, int(float64(d.lex.docs)*wordPairShare))
		}
		out = append(out, soundPair{first: uint16(a), second: uint16(b), docs: uint32(docs)})
	}
	return out
}

func (d *decoder) add(i int, char uint16) {
	if d.original[i] == rune(char) || d.known[i] >= 3 || d.find(i, char) >= 0 {
		return
	}
	s := state{char: char}
	if d.original[i] != 0 {
		s.own = replaceCost
		if d.known[i] == 2 {
			s.own += wordCost
		}
	}
	d.columns[i] = append(d.columns[i], s)
}

func (d *decoder) find(i int, char uint16) int {
	return slices.IndexFunc(d.columns[i], func(s state) bool { return s.char == char })
}

func (d *decoder) start() {
	for j := range d.columns[0] {
		d.columns[0][j].cost = d.columns[0][j].own
	}
}

// step extends the paths to place i: any character may follow any other at
// the cost of an unseen pair, and known pairs are cheaper.
func (d *decoder) step(i int, edges []soundPair) {
	cheapest := 0
	for k, p := range d.columns[i-1] {
		if p.cost < d.columns[i-1][cheapest].cost {
			cheapest = k
		}
	}
	for j := range d.columns[i] {
		c := &d.columns[i][j]
		c.cost, c.back = c.own+d.columns[i-1][cheapest].cost+unseenCost, cheapest
	}
	for _, e := range edges {
		from, to := d.find(i-1, e.first), d.find(i, e.second)
		if from < 0 || to < 0 || e.docs == 0 {
			continue
		}
		rare := min(unseenCost, math.Log(float64(d.lex.docs+1)/float64(e.docs)))
		if cost := d.columns[i][to].own + d.columns[i-1][from].cost + rare; cost < d.columns[i][to].cost {
			d.columns[i][to].cost, d.columns[i][to].back = cost, from
		}
	}
}

func (d *decoder) path() []rune {
	n := len(d.columns)
	at := 0
	for j, c := range d.columns[n-1] {
		if c.cost < d.columns[n-1][at].cost {
			at = j
		}
	}
	out := make([]rune, n)
	for i := n - 1; i >= 0; i-- {
		out[i] = rune(d.columns[i][at].char)
		at = d.columns[i][at].back
	}
	return out
}
