package analysis

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-ego/gse"

	"github.com/tingdong/tingdong/zhtext"
)

// generalWords are the words of gse's simplified dictionary (go-ego/gse
// v0.80.3, MIT or Apache-2.0) that occur at least ten times in its own
// corpus: 109,000 of 352,000. Loading these takes a quarter of the time and
// memory, and search is as good with them.
//
//go:embed words.txt.gz
var generalWords []byte

// domainWords are words of government portals that a general dictionary
// lacks, one a line.
//
//go:embed domain.txt
var domainWords string

// domainFrequency makes a domain or admin's word win over its parts.
const domainFrequency = 3000

// Words is gse's segmenter with our dictionary. It is immutable once loaded
// and safe for concurrent use.
type Words struct {
	seg     gse.Segmenter
	known   map[string]bool // words of three and more characters, for search mode
	special map[string]bool // domain words and the admin's
}

// LoadWords loads the dictionary with extra words.
func LoadWords(extra []string) *Words {
	w := &Words{known: map[string]bool{}, special: map[string]bool{}}
	w.seg.Dict = gse.NewDict()
	w.seg.Init()
	w.seg.SkipLog = true
	r, err := gzip.NewReader(bytes.NewReader(generalWords))
	if err != nil {
		panic(err) // the file is part of the program
	}
	for sc := bufio.NewScanner(r); sc.Scan(); {
		word, freq, _ := strings.Cut(sc.Text(), " ")
		n, _ := strconv.ParseFloat(freq, 64)
		w.add(word, n)
	}
	for _, word := range append(strings.Fields(domainWords), extra...) {
		word = strings.ReplaceAll(zhtext.Fold(word), " ", "")
		w.special[word] = true
		w.add(word, domainFrequency)
	}
	w.seg.CalcToken()
	return w
}

func (w *Words) add(word string, freq float64) {
	n := utf8.RuneCountInString(word)
	if n == 0 || n > 16 {
		return
	}
	if n >= 3 {
		w.known[word] = true
	}
	// gse refuses nothing but a token that its trie cannot hold; a word that
	// is missing only costs ranking.
	_ = w.seg.Dict.AddToken(w.seg.ToToken(word, freq, "n"))
}

// Is tells whether a folded word of two and more characters is in the
// dictionary.
func (w *Words) Is(word string) bool {
	if utf8.RuneCountInString(word) < 2 {
		return false
	}
	_, _, ok := w.seg.Dict.Find([]byte(word))
	return ok
}

// Special tells whether a folded word is one of the domain's or an admin's.
func (w *Words) Special(word string) bool { return w.special[word] }

// Segment cuts Chinese text into words and calls fn for each; rune offsets.
func (w *Words) Segment(text []rune, fn func(i, j int)) {
	at := 0
	for _, s := range w.seg.Segment([]byte(string(text))) {
		n := utf8.RuneCountInString(s.Token().Text())
		fn(at, at+n)
		at += n
	}
}

// Long calls fn for the words of three and more characters in text, and, as
// search mode does, for those inside them; rune offsets.
func (w *Words) Long(text []rune, fn func(i, j int)) {
	if len(text) < 3 {
		return
	}
	w.Segment(text, func(i, j int) {
		if j-i < 3 {
			return
		}
		fn(i, j)
		for n := 3; n < j-i; n++ {
			for k := i; k+n <= j; k++ {
				if w.known[string(text[k:k+n])] {
					fn(k, k+n)
				}
			}
		}
	})
}

// lazyWords loads the dictionary when it is first needed.
type lazyWords struct {
	extra []string
	load  func() *Words
}

// plainWords is the dictionary without words of an admin, shared by all.
var plainWords = sync.OnceValue(func() *Words { return LoadWords(nil) })

func newLazyWords(extra []string) *lazyWords {
	if len(extra) == 0 {
		return &lazyWords{load: plainWords}
	}
	return &lazyWords{extra: extra, load: sync.OnceValue(func() *Words { return LoadWords(extra) })}
}

func (l *lazyWords) fingerprint() string {
	h := fnv.New32a()
	h.Write(generalWords)
	h.Write([]byte(domainWords))
	extra := slices.Clone(l.extra)
	slices.Sort(extra)
	h.Write([]byte(strings.Join(extra, " ")))
	return strconv.FormatUint(uint64(h.Sum32()), 16)
}
