package grammar

import (
	"regexp"
	"strconv"
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
