package phonetic

import (
	"strings"

	"github.com/tingdong/tingdong/intent/normal"
)

// Sound is the key under which s sounds the same: toneless pinyin of the usual
// readings with the accents merged (zh and z, n and l, f and h, an and ang),
// words as lower-case letters, parts separated by a space. Signs are left out.
// 权力清单 and 权利清单 have one key, 食品 and 视频 too.
func Sound(s string) string {
	var b strings.Builder
	for _, t := range normal.Parse(s, 0).Tokens {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if t.Kind != normal.Han {
			b.WriteString(t.Text)
			continue
		}
		r := []rune(t.Text)[0]
		reading := Readings(r)[0]
		if reading == 0 {
			b.WriteRune(r)
			continue
		}
		initial, final := merged(initials[reading.initial()], finals[reading.final()])
		b.WriteString(initial + final)
	}
	return b.String()
}
