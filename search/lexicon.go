package search

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"unicode/utf8"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/tingdong/tingdong/intent/phonetic"
	"github.com/tingdong/tingdong/search/analysis"
	"github.com/tingdong/tingdong/zhtext"
)

// lexicon is what the index knows about Chinese: how often each pair of
// characters occurs, by its characters and by its sound. It corrects queries.
// Immutable; 12 bytes for each pair and reading.
type lexicon struct {
	docs    int
	byChars []pairCount  // sorted by characters
	bySound []soundPair  // sorted by sound, the frequent first
	words   *completions // words of titles
}

type pairCount struct {
	first, second uint16
	docs          uint32
}

type soundPair struct {
	sound         uint32
	first, second uint16
	docs          uint32
}

type titleWord struct {
	text string
	docs int
}

// minPairDocs leaves out pairs that occur once: mostly typos of the pages.
const minPairDocs = 2

func newLexicon(r index.IndexReader, dict *analysis.Words) (*lexicon, error) {
	n, err := r.DocCount()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	l := &lexicon{docs: int(n)}
	counts := map[[2]uint16]uint32{}
	var words []titleWord
	if err := eachTerm(r, fieldTitle, func(term string, docs uint64) {
		if k, ok := hanPair(term); ok {
			counts[k] += 2 * uint32(docs) // titles are written with care
		}
		if dict.Is(term) {
			words = append(words, titleWord{term, int(docs)})
		}
	}); err != nil {
		return nil, err
	}
	if err := eachTerm(r, fieldBody, func(term string, docs uint64) {
		if k, ok := hanPair(term); ok {
			counts[k] += uint32(docs)
		}
	}); err != nil {
		return nil, err
	}
	l.words = newCompletions(words)
	for k, docs := range counts {
		if docs < minPairDocs {
			continue
		}
		l.byChars = append(l.byChars, pairCount{k[0], k[1], docs})
		for _, s := range sounds(rune(k[0]), rune(k[1])) {
			l.bySound = append(l.bySound, soundPair{s, k[0], k[1], docs})
		}
	}
	slices.SortFunc(l.byChars, func(a, b pairCount) int { return compareChars(a.first, a.second, b.first, b.second) })
	slices.SortFunc(l.bySound, func(a, b soundPair) int {
		if a.sound != b.sound {
			return int(a.sound) - int(b.sound)
		}
		return int(b.docs) - int(a.docs)
	})
	return l, nil
}

func compareChars(a1, a2, b1, b2 uint16) int {
	if a1 != b1 {
		return int(a1) - int(b1)
	}
	return int(a2) - int(b2)
}

func hanPair(term string) (k [2]uint16, ok bool) {
	if len(term) != 6 {
		return k, false
	}
	a, w := utf8.DecodeRuneInString(term)
	b, _ := utf8.DecodeRuneInString(term[w:])
	return [2]uint16{uint16(a), uint16(b)}, w == 3 && zhtext.IsHan(a) && zhtext.IsHan(b)
}

func eachTerm(r index.IndexReader, field string, fn func(term string, docs uint64)) (err error) {
	dict, err := r.FieldDict(field)
	if err != nil {
		return fmt.Errorf("%w: terms of field %s: %w", ErrDamaged, field, err)
	}
	defer func() { err = errors.Join(err, dict.Close()) }()
	for {
		e, err := dict.Next()
		if err != nil {
			return fmt.Errorf("%w: terms of field %s: %w", ErrDamaged, field, err)
		}
		if e == nil {
			return nil
		}
		fn(e.Term, e.Count)
	}
}

// sounds gives the sounds of two characters: each by its two most usual
// readings, without tones, accents merged.
func sounds(a, b rune) []uint32 {
	var out []uint32
	for _, x := range classes(a) {
		for _, y := range classes(b) {
			if s := soundOf(x, y); !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

func soundOf(a, b uint16) uint32 { return uint32(a)<<16 | uint32(b) }

func classes(r rune) []uint16 {
	var out []uint16
	readings := phonetic.Readings(r)
	for _, reading := range readings[:2] {
		if reading != 0 && !slices.Contains(out, reading.Class()) {
			out = append(out, reading.Class())
		}
	}
	return out
}

// pair is how many documents have two characters beside each other.
func (l *lexicon) pair(a, b rune) int {
	if a > math.MaxUint16 || b > math.MaxUint16 {
		return 0
	}
	i, ok := slices.BinarySearchFunc(l.byChars, pairCount{first: uint16(a), second: uint16(b)}, func(x, y pairCount) int {
		return compareChars(x.first, x.second, y.first, y.second)
	})
	if !ok {
		return 0
	}
	return int(l.byChars[i].docs)
}

// alike gives the pairs that sound so, the frequent first, at most n.
func (l *lexicon) alike(sound uint32, n int) []soundPair {
	i := sort.Search(len(l.bySound), func(i int) bool { return l.bySound[i].sound >= sound })
	j := i
	for j < len(l.bySound) && j < i+n && l.bySound[j].sound == sound {
		j++
	}
	return l.bySound[i:j]
}
