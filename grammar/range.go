package grammar

import (
	"regexp"
	"strconv"

	"github.com/tingdong/tingdong/grammar/number"
)

// Range is a list of numbers.
type Range struct {
	From int // first number
	To   int // last number, inclusive
	Step int // at least 1

	Multiplier    float64 // what a number is multiplied by in the slot; 0 means 1
	Fractions     string  // "", "halves" or "tenths": the parts between two numbers
	Digits        bool    // 15 matches
	Words         bool    // fifteen, 十五 matches
	WordsLanguage string  // BCP 47; empty means the file's language
	Type          string  // "number", "percentage", "temperature"; informative
}

var inlineRange = regexp.MustCompile(`^\s*(-?\d+)\.\.(-?\d+)(?:,(\d+))?\s*$`)

// parseRange reads the "0..100,5" of a list reference; nil when it is a name.
func parseRange(s string) *Range {
	m := inlineRange.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	r := &Range{Step: 1, Digits: true, Words: true}
	var err [3]error
	r.From, err[0] = strconv.Atoi(m[1])
	r.To, err[1] = strconv.Atoi(m[2])
	if m[3] != "" {
		r.Step, err[2] = strconv.Atoi(m[3])
	}
	if err[0] != nil || err[1] != nil || err[2] != nil {
		return nil // not a machine integer: then it is an unknown list's name
	}
	return r
}

// each calls yield with the texts of the range's numbers: digits, then words
// in lang unless it is empty.
func (r *Range) each(lang string, yield func(string) bool) bool {
	if r.WordsLanguage != "" {
		lang = r.WordsLanguage
	}
	for i := range r.Len() {
		for _, s := range r.texts(i, lang) {
			if !yield(s) {
				return false
			}
		}
	}
	return true
}

// parts are how many texts one whole number stands for, with its fractions.
func (r *Range) parts() int {
	return map[string]int{"halves": 2, "tenths": 10}[r.Fractions] + map[string]int{"": 1}[r.Fractions]
}

// Len is how many numbers the range holds, fractions included; 0 for a range
// whose bounds are wrong.
func (r *Range) Len() int {
	if r.Step < 1 || r.From > r.To {
		return 0
	}
	n := (uint64(r.To)-uint64(r.From))/uint64(r.Step) + 1
	return int(min(n, maxRangeNumbers)) * r.parts()
}

// texts are the spellings of the range's i-th number.
func (r *Range) texts(i int, lang string) []string {
	n := int64(r.From) + int64(i/r.parts())*int64(r.Step)
	tenths := int64(i%r.parts()) * int64(10/max(r.parts(), 1))
	if r.parts() == 1 {
		tenths = 0
	}
	var out []string
	if r.Digits {
		s := strconv.FormatInt(n, 10)
		if tenths != 0 {
			s += "." + strconv.FormatInt(tenths, 10)
		}
		out = append(out, s)
	}
	if r.Words && lang != "" {
		if tenths == 0 {
			return append(out, number.Spell(n, lang)...)
		}
		return append(out, number.SpellTenths(10*n+tenths, lang)...)
	}
	return out
}
