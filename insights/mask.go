package insights

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A kind is what a masked stretch was. It is shown between ⟨ and ⟩, in no
// language, so that a console can name it in its own.
type kind string

const (
	kindID       kind = "id"    // of a resident: 15 or 18 digits
	kindPhone    kind = "phone" // mobile or landline
	kindCard     kind = "card"  // of a bank: 12 to 19 digits with Luhn's check
	kindEmail    kind = "email"
	kindPlate    kind = "plate"    // of a vehicle
	kindPassport kind = "passport" // and permits: one or two letters and digits
	kindAccount  kind = "account"  // QQ, WeChat
	kindNumber   kind = "number"   // any other of seven digits or more
)

func (k kind) String() string { return "⟨" + string(k) + "⟩" }

// A span is a stretch of runes that is masked.
type span struct {
	from, to int
	kind     kind
}

// Mask takes out of a text what could name a person: numbers of identity
// cards, phones, bank cards, passports, plates and accounts, mail addresses,
// and every other run of seven digits or more, however it is written – full
// width, in groups, spoken in Chinese (幺三八…) or English. Years and dates of
// the present stay, and the short numbers of hotlines. Masking twice changes
// nothing more.
func Mask(text string) string {
	text = strings.ToValidUTF8(text, "?")
	for {
		masked := maskOnce(text)
		if masked == text {
			return masked
		}
		text = masked // a mask may have freed what was part of a longer stretch
	}
}

func maskOnce(text string) string {
	c := canonical(text)
	spans := c.patterns()
	spans = append(spans, c.numbers()...)
	if len(spans) == 0 {
		return text
	}
	slices.SortStableFunc(spans, func(a, b span) int { return a.from - b.from })
	runes := []rune(text)
	var b strings.Builder
	at := 0
	for _, s := range spans {
		if s.from < at { // overlaps one that is masked already; seen again in the next round
			continue
		}
		b.WriteString(string(runes[at:s.from]))
		b.WriteString(s.kind.String())
		at = s.to
	}
	b.WriteString(string(runes[at:]))
	return b.String()
}

// canon is a text rune by rune in one form: half width, lower case, and every
// digit as 0 to 9 (other numerals as ?).
type canon struct {
	runes []rune
	text  string
}

func canonical(text string) canon {
	c := canon{runes: make([]rune, 0, len(text))}
	for _, r := range text {
		c.runes = append(c.runes, canonicalRune(r))
	}
	c.text = string(c.runes)
	return c
}

func canonicalRune(r rune) rune {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	if d, ok := spokenDigits[r]; ok {
		return d
	}
	switch {
	case r < utf8.RuneSelf:
		return unicode.ToLower(r)
	case unicode.IsDigit(r): // a script's digits stand in a row of ten
		zero := r
		for unicode.IsDigit(zero-1) && r-zero < 9 {
			zero--
		}
		if r-zero <= 9 {
			return '0' + r - zero
		}
		return unknownDigit
	case unicode.IsNumber(r):
		return unknownDigit
	}
	return r
}

// unknownDigit stands for numerals that are none of 0 to 9 (⑫, Ⅷ). It is a
// private character: a text's own question marks are no digits.
const unknownDigit = '\uE0D1'

var spokenDigits = func() map[rune]rune {
	m := map[rune]rune{}
	for i, forms := range []string{"零〇○", "一幺壹弌", "二两贰貳兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖"} {
		for _, r := range forms {
			m[r] = '0' + rune(i)
		}
	}
	return m
}()

var (
	emailPattern = regexp.MustCompile(`[a-z0-9._%+\-]+\s*(?:@|艾特|\(at\)|\[at\]|\sat\s)\s*[a-z0-9\-]+(?:\s*(?:\.|点|。|\sdot\s)\s*[a-z0-9\-]+)*`)
	platePattern = regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][a-z][ ·•.\-]?[a-z0-9]{5,6}`)
	// An account's name must hold a digit: 微信公众号 and "wechat official" do not.
	accountPattern = regexp.MustCompile(`(?:qq|微信|wechat|weixin|vx|wx)\s*(?:号码|号|账号|id)?\s*(?:是|为|:)?\s*([a-z0-9_\-]{5,})`)
)

// patterns finds what has letters in it.
func (c canon) patterns() []span {
	var out []span
	for _, m := range emailPattern.FindAllStringIndex(c.text, -1) {
		out = append(out, c.span(m[0], m[1], kindEmail))
	}
	for _, m := range platePattern.FindAllStringIndex(c.text, -1) {
		if digitsIn(c.text[m[0]:m[1]]) >= 3 {
			out = append(out, c.span(m[0], m[1], kindPlate))
		}
	}
	for _, m := range accountPattern.FindAllStringSubmatchIndex(c.text, -1) {
		if digitsIn(c.text[m[2]:m[3]]) >= 1 {
			out = append(out, c.span(m[2], m[3], kindAccount))
		}
	}
	return out
}

// span counts runes where a pattern counted bytes.
func (c canon) span(from, to int, k kind) span {
	start := utf8.RuneCountInString(c.text[:from])
	return span{start, start + utf8.RuneCountInString(c.text[from:to]), k}
}

func digitsIn(s string) (n int) {
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}
