package number

import "strings"

var englishSmall = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
var englishTens = strings.Fields("_ _ twenty thirty forty fifty sixty seventy eighty ninety")

// maxEnglish bounds the numbers that are spelled out.
const maxEnglish = 1_000_000_000_000

// English spells n out: "twenty-five", "one hundred five"; "" beyond ±10^12.
func English(n int) string {
	switch {
	case n < -maxEnglish || n > maxEnglish:
		return ""
	case n < 0:
		return "minus " + English(-n)
	case n < 20:
		return englishSmall[n]
	case n < 100:
		if n%10 == 0 {
			return englishTens[n/10]
		}
		return englishTens[n/10] + "-" + englishSmall[n%10]
	}
	for _, unit := range []struct {
		value int
		name  string
	}{{1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}, {1000, "thousand"}, {100, "hundred"}} {
		if n >= unit.value {
			s := English(n/unit.value) + " " + unit.name
			if rest := n % unit.value; rest > 0 {
				s += " " + English(rest)
			}
			return s
		}
	}
	return ""
}

func englishValue(word string) int {
	for i, w := range englishSmall {
		if w == word {
			return i
		}
	}
	for i, w := range englishTens {
		if w == word {
			return 10 * i
		}
	}
	return map[string]int{"hundred": 100, "thousand": 1000, "million": 1e6, "billion": 1e9, "trillion": 1e12}[word]
}

// ParseEnglish reads a number spelled out in lower case, with or without
// hyphens; ok only when s is a number as English writes it.
func ParseEnglish(s string) (n int, ok bool) {
	words := strings.Fields(strings.ReplaceAll(s, "-", " "))
	total, section := 0, 0
	for i, w := range words {
		v := englishValue(w)
		switch {
		case w == "minus" && i == 0, w == "zero":
		case v == 0 || total > maxEnglish || section > maxEnglish:
			return 0, false
		case v == 100:
			section *= 100
		case v >= 1000:
			total, section = total+section*v, 0
		default:
			section += v
		}
	}
	n = total + section
	if len(words) > 0 && words[0] == "minus" {
		n = -n
	}
	spaced := strings.Join(words, " ")
	return n, len(words) > 0 && strings.ReplaceAll(English(n), "-", " ") == spaced
}
