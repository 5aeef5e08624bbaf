package grammar

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NormalizeText is the normal form of template text and input: NFC, white
// space collapsed to single spaces (ends kept), ’ as '.
func NormalizeText(s string) string {
	if plainASCII(s) {
		return s
	}
	s = strings.ReplaceAll(norm.NFC.String(s), "’", "'")
	var b strings.Builder
	b.Grow(len(s))
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

// plainASCII reports whether s is ASCII without white space runs, the common
// case that needs no work.
func plainASCII(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 || c < ' ' || c == ' ' && i > 0 && s[i-1] == ' ' {
			return false
		}
	}
	return true
}

// matchKey is text as matching compares it: normalised, without surrounding
// space and case.
func matchKey(s string) string {
	return strings.ToLower(strings.TrimSpace(NormalizeText(s)))
}

// speakable reports a character that has a sound.
func speakable(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Sc, r) || strings.ContainsRune("+%&=", r)
}

// wide reports a character that is written without spaces around it.
func wide(r rune) bool { return unicode.Is(unicode.Han, r) }

// tidy makes an expansion look as it would be typed: single spaces, none at
// the ends, and with tight none beside Chinese characters.
func tidy(s string, tight bool) string {
	s = strings.Join(strings.Fields(s), " ")
	if !tight || !strings.Contains(s, " ") {
		return s
	}
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if r != ' ' || !wide(runes[i-1]) && !wide(runes[i+1]) {
			b.WriteRune(r)
		}
	}
	return b.String()
}
