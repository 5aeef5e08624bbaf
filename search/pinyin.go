package search

import (
	"sync"

	"github.com/tingdong/tingdong/intent/phonetic"
)

// syllables are all syllables of pinyin as typed, with their sound.
var syllables = sync.OnceValue(func() map[string]uint16 {
	out := map[string]uint16{}
	for r := rune(0x4e00); r <= 0x9fa5; r++ {
		s := phonetic.Spelling(r)
		if _, known := out[s]; s == "" || known {
			continue
		}
		if reading, ok := phonetic.ParseSyllable(s); ok {
			out[s] = reading.Class()
		}
	}
	return out
})

// longestSyllable is zhuang and its like.
const longestSyllable = 6

// parsePinyin cuts letters into as few syllables as possible.
func parsePinyin(s string) ([]uint16, bool) {
	const none = 1 << 20
	all := syllables()
	cost, from := make([]int, len(s)+1), make([]int, len(s)+1)
	for i := 1; i <= len(s); i++ {
		cost[i] = none
		for j := max(0, i-longestSyllable); j < i; j++ {
			if _, ok := all[s[j:i]]; ok && cost[j]+1 < cost[i] {
				cost[i], from[i] = cost[j]+1, j
			}
		}
	}
	if cost[len(s)] >= none {
		return nil, false
	}
	out := make([]uint16, cost[len(s)])
	for i, k := len(s), len(out)-1; i > 0; i, k = from[i], k-1 {
		out[k] = all[s[from[i]:i]]
	}
	return out, true
}

// fromPinyin gives what letters typed as pinyin or initials may mean, the
// most likely first; none when they are neither.
func (l *lexicon) fromPinyin(letters string) []string {
	if out := l.words.exact(letters, 3); len(out) > 0 {
		return out
	}
	sound, ok := parsePinyin(letters)
	if !ok || len(sound) < 2 {
		return nil
	}
	d := l.newDecoder(len(sound))
	for i, c := range sound {
		d.classes[i] = []uint16{c}
	}
	text := d.run()
	if text == nil {
		return nil
	}
	for i := 1; i < len(text); i++ {
		if l.pair(text[i-1], text[i]) == 0 {
			return nil
		}
	}
	return []string{string(text)}
}
