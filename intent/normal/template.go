package normal

import (
	"strings"
	"unicode"
)

// punctuation is what the template language takes away around words.
const punctuation = ".。,，?¿？؟!¡！;；:：’"

func isPunctuation(r rune) bool { return strings.ContainsRune(punctuation, r) }

func isWordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
}

// RemovePunctuation deletes runs of punctuation at the ends of s and beside a
// character that is not part of a word: "St. next" loses its point, "A.C" and
// "d’Ariane" keep theirs.
func RemovePunctuation(s string) string {
	in := []rune(s)
	for len(in) > 0 && isPunctuation(in[0]) {
		in = in[1:]
	}
	for len(in) > 0 && isPunctuation(in[len(in)-1]) {
		if inner := lastRunStart(in); inner > 0 && keepsPoint(in, inner) {
			break
		}
		in = in[:lastRunStart(in)]
	}
	out := make([]rune, 0, len(in))
	for i := 0; i < len(in); {
		end := i
		for end < len(in) && isPunctuation(in[end]) {
			end++
		}
		if end == i {
			out = append(out, in[i])
			i++
			continue
		}
		before := i > 0 && isWordRune(in[i-1])
		after := end < len(in) && isWordRune(in[end])
		if before && after || before && keepsPoint(in, i) {
			out = append(out, in[i:end]...)
		}
		i = end
	}
	return string(out)
}

func lastRunStart(in []rune) int {
	i := len(in)
	for i > 0 && isPunctuation(in[i-1]) {
		i--
	}
	return i
}

// keepsPoint reports whether the run at i is the single point that ends an
// abbreviation of single letters with an earlier point: "A.C.".
func keepsPoint(in []rune, i int) bool {
	return in[i] == '.' && (i+1 == len(in) || !isPunctuation(in[i+1])) &&
		i >= 3 && unicode.IsLetter(in[i-1]) && in[i-2] == '.' && unicode.IsLetter(in[i-3])
}

// RemoveEscapes takes the backslash off each escaped character.
func RemoveEscapes(s string) string {
	var b strings.Builder
	escaped := false
	for _, r := range s {
		if r == '\\' && !escaped {
			escaped = true
			continue
		}
		escaped = false
		b.WriteRune(r)
	}
	if escaped {
		b.WriteByte('\\')
	}
	return b.String()
}

// CollapseSpace makes each run of white space one space.
func CollapseSpace(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}
