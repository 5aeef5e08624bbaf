package automaton

import (
	"unicode"

	"github.com/tingdong/tingdong/intent/number"
)

// Bounds of the words that start at one state: a template writes few, but
// brackets inside words multiply them.
const (
	maxWordsHere  = 4096
	maxWordLetter = 40
)

// edge is an arc over tokens: a rune (a Chinese character or sign), a word or
// a list.
type edge struct {
	label
	to int32
}

// label is comparable: exactly one of its fields is set; ref counts from 1.
type label struct {
	r    rune
	word string
	ref  int32
}

// edges are the token arcs that leave state s, the words read letter by letter.
func (b *Builder) edges(s int32) []edge {
	var out []edge
	for _, a := range b.arcs[s] {
		switch a.kind {
		case signArc:
			out = append(out, edge{label{r: a.r}, a.to})
		case listArc:
			out = append(out, edge{label{ref: a.ref + 1}, a.to})
		case letterArc:
			w := wordWalk{b: b, seen: map[wordEnd]bool{}, digits: unicode.IsDigit(a.r)}
			w.walk(a.to, string(a.r))
			for _, end := range w.ends {
				out = append(out, b.word(end, w.digits)...)
			}
		}
	}
	return out
}

type wordEnd struct {
	state int32
	word  string
}

// wordWalk follows letters from a word's first one to where it may end.
type wordWalk struct {
	b      *Builder
	digits bool
	seen   map[wordEnd]bool
	ends   []wordEnd
}

func (w *wordWalk) walk(s int32, word string) {
	at := wordEnd{s, word}
	if w.seen[at] || len(w.seen) > maxWordsHere || len(word) > maxWordLetter {
		return
	}
	w.seen[at] = true
	ends := len(w.b.final[s]) > 0
	for _, a := range w.b.arcs[s] {
		if a.kind == letterArc && unicode.IsDigit(a.r) == w.digits {
			w.walk(a.to, word+string(a.r))
		} else {
			ends = true
		}
	}
	for _, to := range w.b.eps[s] {
		w.walk(to, word)
	}
	if ends {
		w.ends = append(w.ends, at)
	}
}

// word makes the edge of a word; digits become the characters they are read as.
func (b *Builder) word(end wordEnd, digits bool) []edge {
	if !digits {
		return []edge{{label{word: end.word}, end.state}}
	}
	var out []edge
	for _, reading := range number.Readings(end.word) {
		runes := []rune(reading)
		first := end.state
		for i := len(runes) - 1; i > 0; i-- {
			s := b.state()
			if b.err != nil {
				return out
			}
			b.arc(s, charArc{kind: signArc, r: runes[i], to: first})
			first = s
		}
		out = append(out, edge{label{r: runes[0]}, first})
	}
	return out
}
