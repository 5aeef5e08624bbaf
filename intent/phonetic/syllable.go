// Package phonetic says how alike two characters or words sound. Chinese is
// compared by toneless pinyin with the readings of polyphones and the
// confusions of accents and recognisers, English by letters and consonants.
package phonetic

import (
	"slices"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// Reading is one pronunciation of a character: tone<<12 | initial<<6 | final,
// the last two indexes into initials and finals. 0 means none.
type Reading uint16

// maxReadings bounds the readings kept of a polyphone; the dictionary lists
// the common ones first and rare ones behind.
const maxReadings = 3

// The tables cover the characters of the two Unicode blocks in daily use.
const (
	firstHan = 0x3400
	lastHan  = 0x9fff
)

var initials = []string{"", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "zh", "ch", "sh", "r", "z", "c", "s"}

// finals starts with a filler so that a Reading is never 0; "ii" is the vowel
// of zi, zhi and ri.
var finals = []string{"?", "a", "o", "e", "ii", "i", "u", "v", "er", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong",
	"ia", "ie", "iao", "iu", "ian", "in", "iang", "ing", "iong", "ua", "uo", "uai", "ui", "uan", "un", "uang", "ueng", "ve", "van", "vn", "m", "n", "ng", "ê"}

type readingTable [lastHan - firstHan + 1][maxReadings]Reading

// table is built on first use: decomposing the dictionary takes some 20 ms.
var table = sync.OnceValue(func() *readingTable {
	t := new(readingTable)
	for code, readings := range pinyin.PinyinDict {
		if code < firstHan || code > lastHan {
			continue
		}
		slot := &t[code-firstHan]
		n := 0
		most := 1
		if strings.ContainsRune(polyphones, rune(code)) {
			most = maxReadings
		}
		for _, s := range strings.Split(readings, ",") {
			r, ok := parseReading(s)
			if ok && n < most && !slices.Contains(slot[:n], r) {
				slot[n] = r
				n++
			}
		}
	}
	for r, s := range preferred {
		r0, ok := parseReading(s)
		if ok {
			prefer(&t[r-firstHan], r0)
		}
	}
	costs.fillBetween(t.syllables())
	return t
})

// syllables are the toneless readings in t, each once.
func (t *readingTable) syllables() []Reading {
	var seen [1 << 11]bool
	var out []Reading
	for _, slot := range t {
		for _, r := range slot {
			if r &= 0x7ff; r != 0 && !seen[r] {
				seen[r] = true
				out = append(out, r)
			}
		}
	}
	return out
}

// polyphones are the characters in daily use that have more than one reading in
// daily use. Of all others only the first reading counts: the dictionary has
// rare ones, as yǐn for 听, that make unlike words alike.
const polyphones = "行长重乐都还和着了地得的为中种数处传调降弹发分干更观冠好合会几假间将角教结解尽禁看空卡累量率落没模难内宁铺奇强切曲省少舍什识似属说宿提吐系相校兴血压要应与晕载藏曾占涨折正只转车区单参查差场朝称盛乘冲创答当倒度恶佛给供过号喝荷横划晃混济夹监觉劲卷圈据缝扇散塞色厦石拓鲜巷吓炸扎症挣子作钻大薄柏泊便否露绿俩夫背奔别并脏钥旋挑撒熟刷屏片胖闷蒙秘埋论壳可"

// preferred is the usual reading of characters whose first reading in the
// dictionary is not the one of everyday words.
var preferred = map[rune]string{'还': "hái", '都': "dōu", '行': "xíng", '长': "zhǎng", '重': "zhòng", '的': "de", '地': "dì", '得': "dé", '会': "huì", '传': "chuán", '调': "diào", '系': "xì", '卡': "kǎ", '区': "qū", '车': "chē", '和': "hé", '说': "shuō", '要': "yào", '大': "dà", '厦': "shà", '降': "jiàng", '处': "chù", '数': "shù", '给': "gěi"}

func prefer(slot *[maxReadings]Reading, r Reading) {
	at := slices.Index(slot[:], r)
	if at < 0 {
		at = 0
	}
	copy(slot[1:at+1], slot[:at])
	slot[0] = r
}

// Readings are the pronunciations of r, the usual one first, then zeros; all
// zero when r is no Chinese character with a known reading.
func Readings(r rune) [maxReadings]Reading {
	if r < firstHan || r > lastHan {
		return [maxReadings]Reading{}
	}
	return table()[r-firstHan]
}

// toneMarks gives the letter and tone of a pinyin letter with a mark.
var toneMarks = map[rune]struct {
	letter string
	tone   Reading
}{
	'ā': {"a", 1}, 'á': {"a", 2}, 'ǎ': {"a", 3}, 'à': {"a", 4}, 'ē': {"e", 1}, 'é': {"e", 2}, 'ě': {"e", 3}, 'è': {"e", 4},
	'ī': {"i", 1}, 'í': {"i", 2}, 'ǐ': {"i", 3}, 'ì': {"i", 4}, 'ō': {"o", 1}, 'ó': {"o", 2}, 'ǒ': {"o", 3}, 'ò': {"o", 4},
	'ū': {"u", 1}, 'ú': {"u", 2}, 'ǔ': {"u", 3}, 'ù': {"u", 4}, 'ü': {"v", 0}, 'ǖ': {"v", 1}, 'ǘ': {"v", 2}, 'ǚ': {"v", 3}, 'ǜ': {"v", 4},
	'ń': {"n", 2}, 'ň': {"n", 3}, 'ǹ': {"n", 4}, 'ḿ': {"m", 2},
}

// parseReading reads a syllable with its tone mark, as "zhǎng".
func parseReading(s string) (Reading, bool) {
	var plain strings.Builder
	var tone Reading
	for _, r := range s {
		if m, ok := toneMarks[r]; ok {
			plain.WriteString(m.letter)
			tone = max(tone, m.tone)
			continue
		}
		plain.WriteRune(r)
	}
	initial, final, ok := split(plain.String())
	return tone<<12 | initial<<6 | final, ok
}

// split cuts a toneless syllable into the indexes of its initial and final,
// writing y and w as the vowels they stand for.
func split(s string) (initial, final Reading, ok bool) {
	switch {
	case s == "":
		return 0, 0, false
	case s[0] == 'y':
		s = strings.TrimPrefix(s, "y")
		switch {
		case strings.HasPrefix(s, "u"):
			s = "v" + s[1:]
		case s == "ou":
			s = "iu"
		case !strings.HasPrefix(s, "i"):
			s = "i" + s
		}
	case s[0] == 'w':
		switch s = strings.TrimPrefix(s, "w"); {
		case s == "ei":
			s = "ui"
		case s == "en":
			s = "un"
		case s != "u":
			s = "u" + s
		}
	default:
		for i := len(initials) - 1; i > 0; i-- {
			if rest, cut := strings.CutPrefix(s, initials[i]); cut && rest != "" && len(initials[i]) >= matchedLen(s) {
				initial, s = Reading(i), rest
				break
			}
		}
	}
	s = spelling(initials[initial], s)
	i := slices.Index(finals, s)
	return initial, Reading(max(i, 0)), i > 0
}

// matchedLen is 2 when s begins with a two-letter initial.
func matchedLen(s string) int {
	if len(s) > 1 && s[1] == 'h' && strings.ContainsRune("zcs", rune(s[0])) {
		return 2
	}
	return 1
}

// spelling undoes the abbreviations of pinyin: ju is jv, zi is z + ii.
func spelling(initial, final string) string {
	switch initial {
	case "j", "q", "x":
		if strings.HasPrefix(final, "u") {
			return "v" + final[1:]
		}
	case "zh", "ch", "sh", "r", "z", "c", "s":
		if final == "i" {
			return "ii"
		}
	}
	if final == "ue" {
		return "ve"
	}
	return final
}
