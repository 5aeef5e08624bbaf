package asr

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Spoken turns a recogniser's words into the text a person would write:
// between two words that are both Chinese the space goes, elsewhere it stays.
// lang is BCP 47; English keeps all its spaces.
func Spoken(text, lang string) string {
	if strings.HasPrefix(strings.ToLower(lang), "en") || !strings.Contains(text, " ") {
		return strings.TrimSpace(text)
	}
	words := strings.Fields(text)
	var b strings.Builder
	for i, w := range words {
		if i > 0 && !(endsHan(words[i-1]) && startsHan(w)) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

func startsHan(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.Is(unicode.Han, r)
}

func endsHan(w string) bool {
	r, _ := utf8.DecodeLastRuneInString(w)
	return unicode.Is(unicode.Han, r)
}
