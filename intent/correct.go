package intent

import (
	_ "embed"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/normal"
	"github.com/tingdong/tingdong/intent/phonetic"
)

//go:embed lexicon/zh.txt
var lexiconWords string

//go:embed lexicon/keep.txt
var keepWords string

// Lengths of the words that free text is corrected to.
const (
	shortestTerm = 2
	longestTerm  = 7
)

// lexicon mends free text: characters that sound like a known word, and are
// none themselves, become that word. 误业乱收费 is 物业乱收费, 听水 is 停水.
type lexicon struct {
	known   map[string]bool
	bySound map[string][]string
}

// newLexicon knows the words of civic life, the names of the columns, and the
// common words that only sound like one of these.
func newLexicon(columns *grammar.Columns) *lexicon {
	l := &lexicon{known: map[string]bool{}, bySound: map[string][]string{}}
	for _, word := range fields(keepWords) {
		l.known[word] = true
	}
	for _, word := range fields(lexiconWords) {
		l.add(word)
	}
	for _, c := range columns.All() {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			l.add(name)
		}
	}
	return l
}

// fields are the words of a file whose lines may be comments.
func fields(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			out = append(out, strings.Fields(line)...)
		}
	}
	return out
}

func (l *lexicon) add(word string) {
	if n := utf8.RuneCountInString(word); n < shortestTerm || n > longestTerm {
		return
	}
	key, ok := soundKey([]rune(word))
	if !ok {
		return
	}
	l.known[word] = true
	if !slices.Contains(l.bySound[key], word) {
		l.bySound[key] = append(l.bySound[key], word)
	}
}

// soundKey is the usual toneless syllables of Chinese characters.
func soundKey(runes []rune) (string, bool) {
	key := make([]byte, 0, 2*len(runes))
	for _, r := range runes {
		reading := phonetic.Readings(r)[0].Toneless()
		if reading == 0 {
			return "", false
		}
		key = append(key, byte(reading>>8), byte(reading))
	}
	return string(key), true
}

// mend corrects free text.
func (l *lexicon) mend(s string) string {
	runes := []rune(s)
	fixed := l.fixed(runes)
	for i := 0; i < len(runes); i++ {
		for n := min(longestTerm, len(runes)-i); n >= shortestTerm; n-- {
			if word := l.wordFor(runes[i:i+n], fixed[i:i+n]); word != "" {
				copy(runes[i:], []rune(word))
				i += n - 1
				break
			}
		}
	}
	return string(runes)
}

// fixed marks the characters of known words, the longest first from the left.
func (l *lexicon) fixed(runes []rune) []bool {
	out := make([]bool, len(runes))
	for i := 0; i < len(runes); i++ {
		if !normal.IsHan(runes[i]) {
			out[i] = true
			continue
		}
		for n := min(longestTerm, len(runes)-i); n >= shortestTerm; n-- {
			if l.known[string(runes[i:i+n])] {
				for j := range n {
					out[i+j] = true
				}
				i += n - 1
				break
			}
		}
	}
	return out
}

// wordFor is the word that runes sound like most, tones and equal characters
// counted, when none of them is fixed.
func (l *lexicon) wordFor(runes []rune, fixed []bool) string {
	for _, f := range fixed {
		if f {
			return ""
		}
	}
	key, ok := soundKey(runes)
	if !ok {
		return ""
	}
	best, least, tie := "", float32(math.MaxFloat32), false
	for _, word := range l.bySound[key] {
		cost := float32(0)
		for i, r := range []rune(word) {
			cost += phonetic.Cost(r, runes[i])
		}
		switch {
		case cost < least:
			best, least, tie = word, cost, false
		case cost == least:
			tie = true
		}
	}
	if tie {
		return ""
	}
	return best
}
