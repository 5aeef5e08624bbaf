// Package analysis turns text into index terms: overlapping pairs of Chinese
// characters, dictionary words of three and more characters, stemmed English
// words, numbers, and document numbers.
package analysis

import (
	"github.com/blevesearch/go-porterstemmer"

	"github.com/tingdong/tingdong/zhtext"
)

// Kind is the kind of a run of characters.
type Kind uint8

// Kinds of run.
const (
	Han  Kind = iota // Chinese characters
	Word             // letters and digits
)

// Runs calls fn for each run of Chinese characters and each alphanumeric word
// of folded text; from and to are rune offsets.
func Runs(text []rune, fn func(k Kind, from, to int)) {
	for i := 0; i < len(text); {
		j := i
		switch {
		case zhtext.IsHan(text[i]):
			for j < len(text) && zhtext.IsHan(text[j]) {
				j++
			}
			fn(Han, i, j)
		case zhtext.IsWord(text[i]):
			for j < len(text) && zhtext.IsWord(text[j]) {
				j++
			}
			fn(Word, i, j)
		default:
			j++
		}
		i = j
	}
}

// longestWord is the longest alphanumeric word that is indexed; longer runs
// are base64, serial numbers and the like, of which the beginning is enough.
const longestWord = 40

// Stem gives the index term of an alphanumeric word: its English stem when it
// is made of letters, the word itself when it has digits.
func Stem(word []rune) string {
	if len(word) > longestWord {
		word = word[:longestWord]
	}
	for _, r := range word {
		if r < 'a' || r > 'z' {
			return string(word)
		}
	}
	if len(word) < 3 {
		return string(word)
	}
	return string(porterstemmer.StemWithoutLowerCasing(append([]rune(nil), word...)))
}

// Counts are the terms of one field with how often each occurs, and the
// field's length in terms.
type Counts struct {
	Terms  map[string]int
	Length int
}

// Analyzer counts the terms of a text. It is safe for concurrent use.
type Analyzer struct{ words *lazyWords }

// New makes an Analyzer that knows words beside those of the dictionary. The
// dictionary is loaded when it is first needed.
func New(words []string) *Analyzer { return &Analyzer{newLazyWords(words)} }

// Words is the dictionary.
func (a *Analyzer) Words() *Words { return a.words.load() }

// Fingerprint names the dictionary: indexes made with different ones differ.
func (a *Analyzer) Fingerprint() string { return a.words.fingerprint() }

// Count gives the index terms of folded text. A Chinese character that
// stands alone is a term by itself.
func (a *Analyzer) Count(text []rune) Counts {
	pairs := make(map[uint64]int, min(len(text), 1<<12))
	words := a.Words()
	out := Counts{}
	terms := map[string]int{}
	Runs(text, func(k Kind, from, to int) {
		if k == Word {
			terms[Stem(text[from:to])]++
			out.Length++
			if d, ok := dateAt(text, from); ok && to-from == 4 {
				terms[d]++
			}
			return
		}
		for i := from; i+1 < to; i++ {
			pairs[uint64(text[i])<<32|uint64(text[i+1])]++
			out.Length++
		}
		if to-from == 1 {
			terms[string(text[from:to])]++
		}
		words.Long(text[from:to], func(i, j int) { terms[string(text[from+i:from+j])]++ })
	})
	out.Terms = make(map[string]int, len(pairs)+len(terms))
	for p, n := range pairs {
		out.Terms[string([]rune{rune(p >> 32), rune(p & 0xffffffff)})] = n
	}
	for t, n := range terms {
		out.Terms[t] += n
	}
	return out
}
