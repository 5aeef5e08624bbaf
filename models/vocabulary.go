package models

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"
)

// Unknown is the word that stands for anything outside a grammar.
const Unknown = "[unk]"

// Vocabulary is the set of words that a model can recognise. It is read-only
// and may be shared.
type Vocabulary struct {
	words   map[string]bool
	longest int // in runes
}

// ReadVocabulary reads the words of the model in dir, from words.txt or, as
// in the official small models, from the symbol table inside the graph.
func ReadVocabulary(dir string) (*Vocabulary, error) {
	l := layoutOf(dir)
	var words []string
	var err error
	if l.has(l.words) {
		words, err = readWords(l.path(l.words))
	} else if l.has(l.static) {
		words, err = readOutputSymbols(l.path(l.static))
	} else {
		words, err = readOutputSymbols(l.path(l.dynG))
	}
	if err != nil {
		return nil, fmt.Errorf("words of model %s: %w", dir, err)
	}
	v := NewVocabulary(words)
	if v.Len() == 0 {
		return nil, fmt.Errorf("%w: %s: no words found", ErrBroken, dir)
	}
	return v, nil
}

// NewVocabulary makes a vocabulary of words. Symbols that no speaker says
// (<eps>, #0, !SIL) are left out.
func NewVocabulary(words []string) *Vocabulary {
	v := &Vocabulary{words: make(map[string]bool, len(words))}
	for _, w := range words {
		if w == "" || strings.ContainsRune("<#!", rune(w[0])) || w == Unknown {
			continue
		}
		v.words[w] = true
		v.longest = max(v.longest, len([]rune(w)))
	}
	return v
}

// readWords reads words.txt: a word and its number on each line. libvosk
// aborts on a line of another shape.
func readWords(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var words []string
	s := bufio.NewScanner(f)
	for line := 1; s.Scan(); line++ {
		columns := strings.Fields(s.Text())
		if len(columns) == 0 {
			continue
		}
		if len(columns) != 2 {
			return nil, fmt.Errorf("line %d has %d columns: a word and its number are wanted", line, len(columns))
		}
		if _, err := strconv.Atoi(columns[1]); err != nil {
			return nil, fmt.Errorf("line %d: %q is not a number", line, columns[1])
		}
		words = append(words, columns[0])
	}
	return words, s.Err()
}

// Len is the number of words.
func (v *Vocabulary) Len() int { return len(v.words) }

// Has says whether word can be recognised.
func (v *Vocabulary) Has(word string) bool { return v.words[word] }

// Segment splits a phrase into words of the model, so that it can be part of
// a runtime grammar. Where the phrase has spaces it is split there; within a
// run of Chinese characters the longest word that fits is taken each time,
// down to single characters. Latin words and numbers are taken whole, in
// lower case if that is how the model knows them. Punctuation is dropped.
// What the model has no word for is left out of words and returned in
// unknown, once each. "[unk]" is kept.
func (v *Vocabulary) Segment(phrase string) (words, unknown []string) {
	reported := map[string]bool{}
	miss := func(word string) {
		if !reported[word] {
			reported[word] = true
			unknown = append(unknown, word)
		}
	}
	for _, field := range strings.Fields(phrase) {
		if field == Unknown || v.words[field] {
			words = append(words, field)
			continue
		}
		for _, run := range runs(field) {
			if unicode.Is(unicode.Han, run[0]) {
				words = v.longestMatch(words, run, miss)
			} else if word, ok := v.cased(string(run)); ok {
				words = append(words, word)
			} else {
				miss(string(run))
			}
		}
	}
	return words, unknown
}

func (v *Vocabulary) longestMatch(words []string, run []rune, miss func(string)) []string {
	for len(run) > 0 {
		n := min(v.longest, len(run))
		for n > 1 && !v.words[string(run[:n])] {
			n--
		}
		n = max(n, 1)
		if word := string(run[:n]); v.words[word] {
			words = append(words, word)
		} else {
			miss(word)
		}
		run = run[n:]
	}
	return words
}

func (v *Vocabulary) cased(word string) (string, bool) {
	for _, w := range []string{word, strings.ToLower(word), strings.ToUpper(word)} {
		if v.words[w] {
			return w, true
		}
	}
	return "", false
}

// runs cuts a text without spaces into stretches of Chinese characters, and
// words of other letters, digits, apostrophes and hyphens.
func runs(text string) [][]rune {
	var found [][]rune
	var last int // kind of the rune before: 0 other, 1 Han, 2 word
	for _, r := range text {
		kind := 0
		switch {
		case unicode.Is(unicode.Han, r):
			kind = 1
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), last == 2 && (r == '\'' || r == '-'):
			kind = 2
		}
		if kind != 0 && kind != last {
			found = append(found, nil)
		}
		if kind != 0 {
			found[len(found)-1] = append(found[len(found)-1], r)
		}
		last = kind
	}
	return found
}

// Known is Segment for a phrase that the model knows as a whole; nil for one
// with a part that it does not: a recogniser would hear it without that part.
func (v *Vocabulary) Known(phrase string) []string {
	words, unknown := v.Segment(phrase)
	if len(unknown) > 0 {
		return nil
	}
	return words
}
