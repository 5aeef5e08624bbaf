// Package number spells whole and decimal numbers as they are said in Chinese
// and English, in the forms of CLDR's spell-out rules and the common variants.
package number

import (
	"strconv"
	"strings"
)

// Spell lists how n is said in the language (a BCP 47 tag; Chinese and
// English), the CLDR cardinal first. It is nil for another language.
func Spell(n int64, lang string) []string {
	switch {
	case strings.HasPrefix(lang, "zh"):
		return unique(chineseForms(chinese(n)))
	case strings.HasPrefix(lang, "en"):
		return unique(englishForms(n))
	}
	return nil
}

// SpellTenths lists how tenths/10 is said: 15 is 一点五, "one point five".
// A whole number is said without the point.
func SpellTenths(tenths int64, lang string) []string {
	whole, part := tenths/10, tenths%10
	if part == 0 {
		return Spell(whole, lang)
	}
	minus := tenths < 0 && whole == 0
	if part < 0 {
		part = -part
	}
	point, sign, digit := " point ", "minus ", Spell(part, lang)
	if strings.HasPrefix(lang, "zh") {
		point, sign = "点", "负"
	}
	var out []string
	for _, w := range Spell(whole, lang) {
		if minus {
			w = sign + w
		}
		out = append(out, w+point+digit[0])
	}
	return unique(out)
}

func unique(forms []string) []string {
	out := forms[:0]
	seen := map[string]bool{}
	for _, f := range forms {
		if !seen[f] {
			seen[f] = true
			out = append(out, f)
		}
	}
	return out
}

// digits prints the absolute value of n, also of the least int64.
func digits(n int64) string { return strings.TrimPrefix(strconv.FormatInt(n, 10), "-") }
