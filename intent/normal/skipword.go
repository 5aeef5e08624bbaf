package normal

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestFirst orders skip words so that one that contains another goes first.
func longestFirst(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int {
		return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a))
	})
	return out
}

// RemoveSkipWords deletes skip words, longest first: anywhere when white space
// does not count, else as whole words.
func RemoveSkipWords(s string, words []string, anywhere bool) string {
	if len(words) == 0 {
		return s
	}
	var b strings.Builder
	sorted := longestFirst(words)
	for i := 0; i < len(s); {
		if w := skipWordAt(s, i, sorted, anywhere); w > 0 {
			i += w
			if !anywhere {
				b.WriteByte(' ')
			}
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		b.WriteString(s[i : i+size])
		i += size
	}
	return strings.TrimSpace(CollapseSpace(b.String()))
}

// TrimSkipWords deletes skip words at the start and the end of s only, where
// asked.
func TrimSkipWords(s string, words []string, anywhere, start, end bool) string {
	sorted := longestFirst(words)
	for changed := start; changed; {
		s = strings.TrimSpace(s)
		n := skipWordAt(s, 0, sorted, anywhere)
		changed = n > 0
		s = s[n:]
	}
	for changed := end; changed; {
		s = strings.TrimSpace(s)
		changed = false
		for _, w := range sorted {
			if i := len(s) - len(w); i >= 0 && utf8.RuneStart(s[i]) && skipWordAt(s, i, []string{w}, anywhere) == len(w) {
				s, changed = s[:i], true
				break
			}
		}
	}
	return strings.TrimSpace(s)
}

// skipWordAt is the length of the skip word at byte i, 0 for none.
func skipWordAt(s string, i int, words []string, anywhere bool) int {
	if !anywhere && i > 0 {
		if r, _ := utf8.DecodeLastRuneInString(s[:i]); isWordRune(r) {
			return 0
		}
	}
	for _, w := range words {
		if len(w) > len(s)-i || !strings.EqualFold(s[i:i+len(w)], w) {
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[i+len(w):])
		if anywhere || i+len(w) == len(s) || !isWordRune(next) || unicode.IsSpace(next) {
			return len(w)
		}
	}
	return 0
}
