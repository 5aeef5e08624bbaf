package number

import "strings"

var (
	englishSmall = [20]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
		"eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"}
	englishTens   = [10]string{2: "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
	englishGroups = [7]string{"", " thousand", " million", " billion", " trillion", " quadrillion", " quintillion"}
)

// englishForms is CLDR's spellout-cardinal ("one hundred twenty-one") and
// verbose ("one hundred and twenty-one"), each also without the hyphen, as
// recognisers write it.
func englishForms(n int64) []string {
	short, long := english(n, " "), english(n, " and ")
	space := func(s string) string { return strings.ReplaceAll(s, "-", " ") }
	return []string{short, long, space(short), space(long)}
}

// english spells n with and between hundreds and what follows them.
func english(n int64, and string) string {
	d := digits(n)
	var parts []string
	for group := (len(d) - 1) / 3; group >= 0; group-- {
		v := 0
		for _, c := range []byte(d[max(0, len(d)-3*group-3) : len(d)-3*group]) {
			v = v*10 + int(c-'0')
		}
		if v == 0 {
			continue
		}
		word := below1000(v, and) + englishGroups[group]
		if group == 0 && v < 100 && len(parts) > 0 && and != " " {
			word = strings.TrimPrefix(and, " ") + word // "one thousand and five"
		}
		parts = append(parts, word)
	}
	s := strings.Join(parts, " ")
	if s == "" {
		s = "zero"
	}
	if n < 0 {
		s = "minus " + s
	}
	return s
}

func below1000(v int, and string) string {
	switch {
	case v >= 100 && v%100 == 0:
		return englishSmall[v/100] + " hundred"
	case v >= 100:
		return englishSmall[v/100] + " hundred" + and + below1000(v%100, and)
	case v < 20:
		return englishSmall[v]
	case v%10 == 0:
		return englishTens[v/10]
	}
	return englishTens[v/10] + "-" + englishSmall[v%10]
}
