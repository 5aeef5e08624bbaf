package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

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

// minPairDocs leaves out pairs that occur once in a large index: mostly typos
// of the pages.
const minPairDocs = 2

// specialGain is how much more often than an ordinary word one of the portal's
// own (住房公积金) is meant by pinyin or initials.
const specialGain = 50

func newLexicon(s *scorch.IndexSnapshot, dict *analysis.Words) (*lexicon, error) {
	n, err := s.DocCount()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	l := &lexicon{docs: int(n)}
	pairs, titles := map[[2]uint16]uint32{}, map[string]int{}
	want := func(term string) bool { _, pair := hanPair(term); return pair || dict.Is(term) }
	err = eachTerm(s.Segments(), fieldTitle, want, func(term string, docs uint64) {
		if k, ok := hanPair(term); ok {
			pairs[k] += 2 * uint32(docs) // titles are written with care
		}
		if dict.Is(term) {
			titles[term] += int(docs)
		}
	})
	if err != nil {
		return nil, err
	}
	want = func(term string) bool { _, pair := hanPair(term); return pair }
	err = eachTerm(s.Segments(), fieldBody, want, func(term string, docs uint64) {
		k, _ := hanPair(term)
		pairs[k] += uint32(docs)
	})
	if err != nil {
		return nil, err
	}
	l.words = newCompletions(weighWords(titles, dict))
	l.addPairs(pairs)
	return l, nil
}

// weighWords brings the words of titles into a fixed order.
func weighWords(titles map[string]int, dict *analysis.Words) []titleWord {
	words := make([]titleWord, 0, len(titles))
	for text, docs := range titles {
		if dict.Special(text) {
			docs *= specialGain
		}
		words = append(words, titleWord{text, docs})
	}
	slices.SortFunc(words, func(a, b titleWord) int { return strings.Compare(a.text, b.text) })
	return words
}

func (l *lexicon) addPairs(counts map[[2]uint16]uint32) {
	for k, docs := range counts {
		if docs < minPairDocs && l.docs > smallIndex {
			continue
		}
		l.byChars = append(l.byChars, pairCount{k[0], k[1], docs})
		for _, s := range sounds(rune(k[0]), rune(k[1])) {
			l.bySound = append(l.bySound, soundPair{s, k[0], k[1], docs})
		}
	}
	slices.SortFunc(l.byChars, func(a, b pairCount) int { return compareChars(a.first, a.second, b.first, b.second) })
	slices.SortFunc(l.bySound, func(a, b soundPair) int {
		return cmp.Or(cmp.Compare(a.sound, b.sound), cmp.Compare(b.docs, a.docs), compareChars(a.first, a.second, b.first, b.second))
	})
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

// eachTerm gives the terms of a field that want takes, with how many documents
// have each, segment by segment. Bleve's own FieldDict counts 1 for every term
// that follows one with a single document in a segment (zapx v17.2.5,
// DictionaryIterator reuses its posting list), so the lists are asked.
func eachTerm(segments []*scorch.SegmentSnapshot, field string, want func(term string) bool, fn func(term string, docs uint64)) error {
	for _, seg := range segments {
		dict, err := seg.Segment().Dictionary(field)
		if err != nil {
			return fmt.Errorf("%w: terms of field %s: %w", ErrDamaged, field, err)
		}
		var list segment.PostingsList
		it := dict.AutomatonIterator(nil, nil, nil)
		for {
			e, err := it.Next()
			if err != nil {
				return fmt.Errorf("%w: terms of field %s: %w", ErrDamaged, field, err)
			}
			if e == nil {
				break
			}
			if !want(e.Term) {
				continue
			}
			if list, err = dict.PostingsList([]byte(e.Term), seg.Deleted(), list); err != nil {
				return fmt.Errorf("%w: terms of field %s: %w", ErrDamaged, field, err)
			}
			fn(e.Term, list.Count())
		}
	}
	return nil
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

// with gives the commonest pairs that have a character, at most n.
func (l *lexicon) with(r rune, n int) []pairCount {
	var out []pairCount
	for _, p := range l.byChars {
		if rune(p.first) == r || rune(p.second) == r {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b pairCount) int { return cmp.Compare(b.docs, a.docs) })
	return out[:min(n, len(out))]
}
