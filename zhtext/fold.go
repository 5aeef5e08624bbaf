// Package zhtext folds Chinese and English text to the form in which it is
// compared: compatibility and full-width forms, letter case, accents on Latin
// letters and traditional characters all become one spelling.
package zhtext

import (
	_ "embed"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// t2sPairs holds traditional characters each followed by the simplified one.
// It was written out by OpenCC 1.1.6 (Debian libopencc-data, Apache-2.0),
// `opencc -c t2s` over all CJK ideographs, leaving out characters that are
// in use in simplified text themselves (in GB 2312: 著, 乾, 夥 …), because
// their reading depends on the word.
//
//go:embed t2s.txt
var t2sPairs string

// foldTable has the folded form of each character of the basic plane.
// expands marks one that becomes several characters, dropped one that
// vanishes (combining marks, zero-width and control characters).
type foldTable struct {
	one  [0x10000]rune
	many map[rune][]rune
}

const (
	expands rune = -1
	dropped rune = -2
)

// table is built on first use: about 15 ms and 300 kB.
var table = sync.OnceValue(buildTable)

func buildTable() *foldTable {
	t2s := map[rune]rune{}
	var from rune
	for _, r := range t2sPairs {
		switch {
		case r == '\n':
		case from == 0:
			from = r
		default:
			t2s[from], from = r, 0
		}
	}
	t := &foldTable{many: map[rune][]rune{}}
	for r := rune(0); r < 0x10000; r++ {
		out := foldSlow(r, t2s)
		switch len(out) {
		case 0:
			t.one[r] = dropped
		case 1:
			t.one[r] = out[0]
		default:
			t.one[r] = expands
			t.many[r] = out
		}
	}
	return t
}

func foldSlow(r rune, t2s map[rune]rune) []rune {
	if unicode.IsSpace(r) {
		return []rune{' '}
	}
	if unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || (r >= 0xd800 && r < 0xe000) {
		return nil
	}
	if s, ok := t2s[r]; ok {
		return []rune{s}
	}
	form := norm.NFKC
	if unicode.Is(unicode.Latin, r) {
		form = norm.NFKD
	}
	var out []rune
	for _, c := range form.String(string(r)) {
		if unicode.Is(unicode.Mn, c) {
			continue
		}
		if s, ok := t2s[c]; ok {
			c = s
		}
		out = append(out, unicode.ToLower(c))
	}
	return out
}

// Text is folded text that remembers where each character came from.
type Text struct {
	Runes []rune
	// Start has, for each rune, the byte offset in the source of the
	// character it came from; one more entry holds the source's length.
	Start []int32
}

// Map folds s and keeps the offsets, for highlights. Invalid UTF-8 becomes
// U+FFFD, one for each bad byte.
func Map(s string) Text {
	t := table()
	out := Text{Runes: make([]rune, 0, len(s)/2+1), Start: make([]int32, 0, len(s)/2+2)}
	for i, r := range s {
		f := r
		if r < 0x10000 {
			f = t.one[r]
		}
		switch f {
		case dropped:
		case expands:
			for _, c := range t.many[r] {
				out.Runes = append(out.Runes, c)
				out.Start = append(out.Start, int32(i))
			}
		default:
			out.Runes = append(out.Runes, f)
			out.Start = append(out.Start, int32(i))
		}
	}
	out.Start = append(out.Start, int32(len(s)))
	return out
}

// Runes folds s, at most limit characters of it (all when limit is 0).
func Runes(s string, limit int) []rune {
	t := table()
	out := make([]rune, 0, min(len(s)/2+1, 1<<16))
	for _, r := range s {
		if limit > 0 && len(out) >= limit {
			break
		}
		f := r
		if r < 0x10000 {
			f = t.one[r]
		}
		switch f {
		case dropped:
		case expands:
			out = append(out, t.many[r]...)
		default:
			out = append(out, f)
		}
	}
	return out
}

// Span gives the byte offsets in s of the folded runes from to to, without
// folding all of s. Offsets beyond the end are len(s).
func Span(s string, from, to int) (start, end int) {
	t := table()
	start, end = len(s), len(s)
	n := 0
	for i, r := range s {
		width := 1
		if r < 0x10000 {
			switch t.one[r] {
			case dropped:
				continue
			case expands:
				width = len(t.many[r])
			}
		}
		if n >= from && start == len(s) {
			start = i
		}
		if n >= to {
			return start, i
		}
		n += width
	}
	return start, end
}

// Fold returns s in folded form.
func Fold(s string) string { return string(Runes(s, 0)) }

// IsHan tells whether r is a Chinese character.
func IsHan(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r == 0x3007 || r >= 0x3400 && r <= 0x4dbf ||
		r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff
}

// IsWord tells whether r is part of an alphabetic word or a number.
func IsWord(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z'
	}
	return !IsHan(r) && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
