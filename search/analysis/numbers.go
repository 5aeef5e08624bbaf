package analysis

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// counted is a number that counts something, in digits or as it is spoken.
var (
	countedDigits = regexp.MustCompile(`\d{1,4}(条|款|章|届|次|批|期|号|项|年|月|日|周年|级|类)`)
	countedSpoken = regexp.MustCompile(`[零〇一二三四五六七八九十百千]{1,9}(条|款|章|届|次|批|期|号|项|年|月|日|周年|级|类)`)
)

// NumberVariant writes the numbers of folded text the other way: 民法典第54条
// as 民法典第五十四条, 二零二四年三月 as 2024年3月. It is empty when there are none.
func NumberVariant(text string) string {
	out := countedDigits.ReplaceAllStringFunc(text, func(s string) string {
		digits := strings.TrimRight(s, strings.TrimLeft(s, "0123456789"))
		unit := s[len(digits):]
		n, err := strconv.Atoi(digits)
		if err != nil || n == 0 || unit == "年" && len(digits) == 4 {
			return s
		}
		return Chinese(n) + unit
	})
	if out != text {
		return out
	}
	out = countedSpoken.ReplaceAllStringFunc(text, arabic)
	if out == text {
		return ""
	}
	return out
}

// Chinese writes a number of 1 to 9999 as it is spoken: 54 is 五十四.
func Chinese(n int) string {
	if n < 1 || n > 9999 {
		return strconv.Itoa(n)
	}
	digits := []rune(chineseDigits)
	var b strings.Builder
	gap := false
	for _, p := range []struct {
		unit int
		name string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / p.unit % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteRune(digits[0])
			gap = false
		}
		if !(d == 1 && p.unit == 10 && b.Len() == 0) {
			b.WriteRune(digits[d])
		}
		b.WriteString(p.name)
	}
	return b.String()
}

// dateAt reads a date that begins with a year of four digits at text[i]:
// 2024年3月1日, 2024-03-01, 2024/3/1 and 2024.3.1 give the term d20240301.
func dateAt(text []rune, i int) (string, bool) {
	year, i := number(text, i, 4)
	if year < 1900 || year > 2099 || i >= len(text) || !strings.ContainsRune("年-/.", text[i]) {
		return "", false
	}
	month, j := number(text, i+1, 2)
	if month < 1 || month > 12 || j >= len(text) || !strings.ContainsRune("月-/.", text[j]) {
		return "", false
	}
	day, _ := number(text, j+1, 2)
	if day < 1 || day > 31 {
		return "", false
	}
	return fmt.Sprintf("d%04d%02d%02d", year, month, day), true
}

// number reads at most n digits and gives the value and what follows.
func number(text []rune, i, n int) (value, next int) {
	for n > 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' {
		value = value*10 + int(text[i]-'0')
		i, n = i+1, n-1
	}
	return value, i
}

// Dates gives the terms of the dates in folded text.
func Dates(text []rune) []string {
	var out []string
	Runs(text, func(k Kind, from, to int) {
		if k == Word && to-from == 4 {
			if d, ok := dateAt(text, from); ok {
				out = append(out, d)
			}
		}
	})
	return out
}
