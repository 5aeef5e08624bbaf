// Package number knows how numbers are said in Chinese and English, in both
// directions: 一百五十 and 150, twenty-five and 25, 二零二四 and 2024.
package number

import (
	"math"
	"strings"
)

const hanDigits = "零一二三四五六七八九"

// Chinese writes n as it is spelled out: 十, 一百零五, 负三.
func Chinese(n int) string {
	switch {
	case n == math.MinInt:
		return ""
	case n < 0:
		return "负" + Chinese(-n)
	case n == 0:
		return "零"
	}
	s := chinese(n, false)
	return trimTen(s)
}

// trimTen drops the 一 of a leading 一十.
func trimTen(s string) string {
	if rest, ok := strings.CutPrefix(s, "一十"); ok {
		return "十" + rest
	}
	return s
}

// chinese writes n > 0; gap says that a higher place stands before it, so that
// empty places need a 零.
func chinese(n int, gap bool) string {
	for _, unit := range []struct {
		value int
		name  string
	}{{1e16, "亿亿"}, {1e8, "亿"}, {1e4, "万"}, {1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		if n < unit.value {
			continue
		}
		var s string
		if count := n / unit.value; count < 10 {
			s = digit(count)
		} else { // above 万 only
			s = chinese(count, false)
		}
		s += unit.name
		rest := n % unit.value
		if rest > 0 && rest < unit.value/10 {
			s += "零"
		}
		if rest > 0 {
			s += chinese(rest, true)
		}
		return s
	}
	return ""
}

func digit(n int) string { return string([]rune(hanDigits)[n]) }

// ChineseForms lists the ways n is said, the spelled-out one first: with 两 for
// 二, 〇 for 零, and the short 一百五 for 一百五十.
func ChineseForms(n int) []string {
	s := Chinese(n)
	forms := []string{s}
	add := func(f string) {
		for _, have := range forms {
			if have == f {
				return
			}
		}
		forms = append(forms, f)
	}
	if strings.HasPrefix(s, "二") && !strings.HasPrefix(s, "二十") {
		add("两" + strings.TrimPrefix(s, "二"))
	}
	if n > 100 && n < 10000 && n%10 == 0 && n%100 != 0 && !strings.Contains(s, "零") {
		add(strings.TrimSuffix(s, "十")) // 一百五
	}
	if n == 2 {
		add("俩")
	}
	if strings.Contains(s, "零") {
		add(strings.ReplaceAll(s, "零", "〇"))
	}
	return forms
}

var hanValues = map[rune]int{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '俩': 2, '幺': 1}
var hanUnits = map[rune]int{'十': 10, '百': 100, '千': 1000, '万': 1e4, '亿': 1e8}

// IsChinese reports whether r can be part of a spelled-out number.
func IsChinese(r rune) bool {
	_, value := hanValues[r]
	_, unit := hanUnits[r]
	return value || unit || r == '负'
}

// ParseChinese reads a spelled-out number; ok only when s is one exactly as
// ChineseForms writes it.
func ParseChinese(s string) (n int, ok bool) {
	rest, negative := strings.CutPrefix(s, "负")
	total, section, current := 0, 0, 0
	lastUnit := 1
	for _, r := range rest {
		if v, is := hanValues[r]; is {
			current = v
			continue
		}
		u, is := hanUnits[r]
		if !is || total > math.MaxInt/int(1e9) {
			return 0, false
		}
		switch {
		case u < 1e4:
			section += max(current, btoi(current == 0)) * u
		case u == 1e4:
			total += (section + current) * u
			section = 0
		default: // 一万亿
			total = (total + section + current) * u
			section = 0
		}
		current, lastUnit = 0, u
	}
	n = total + section + current
	if current > 0 && lastUnit >= 100 && !strings.ContainsAny(rest, "零〇") {
		n = total + section + current*lastUnit/10 // 一百五
	}
	if negative {
		n = -n
	}
	for _, form := range ChineseForms(n) {
		if form == s || strings.ReplaceAll(s, "两", "二") == strings.ReplaceAll(form, "两", "二") {
			return n, true
		}
	}
	return 0, false
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Digits writes a run of ASCII digits digit by digit: 2024 is 二零二四.
func Digits(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteString(digit(int(r - '0')))
		case r == '.':
			b.WriteString("点")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
