package phonetic

import (
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// spellings has the toneless pinyin of each character's usual reading.
var spellings = sync.OnceValue(func() []string {
	out := make([]string, lastHan-firstHan+1)
	for code, readings := range pinyin.PinyinDict {
		if code < firstHan || code > lastHan {
			continue
		}
		first, _, _ := strings.Cut(readings, ",")
		if s, ok := preferred[rune(code)]; ok {
			first = s
		}
		out[code-firstHan] = plain(first)
	}
	return out
})

func plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		if m, ok := toneMarks[r]; ok {
			b.WriteString(m.letter)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Spelling is the toneless pinyin of r's usual reading as people type it
// ("gong", "lv"), empty when r has none.
func Spelling(r rune) string {
	if r < firstHan || r > lastHan {
		return ""
	}
	return spellings()[r-firstHan]
}

// ParseSyllable reads one toneless syllable as people type it.
func ParseSyllable(s string) (Reading, bool) {
	initial, final, ok := split(s)
	return initial<<6 | final, ok
}
