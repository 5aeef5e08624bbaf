package insights

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Bounds of what is a number of somebody.
const (
	leastDigits = 7 // hotlines have five (12345), postcodes six
	// leastWithLetters is the same behind one or two letters: A123456.
	leastWithLetters = 6
	// maxGap is how many separators may stand between two digits of a number;
	// a stretch of white space is one.
	maxGap = 4
	// presentFrom is the first year whose full dates stay: older ones are
	// birthdays more often than notices.
	presentFrom = 2010
)

// A run is digits with nothing but separators in between.
type run struct {
	from, to int      // runes, first to last digit
	digits   string   // 0 to 9, ? where the value is not known
	groups   []string // the same, divided where separators were
}

// numbers finds the runs that are somebody's numbers.
func (c canon) numbers() []span {
	var out []span
	for _, r := range c.runs() {
		letters := c.lettersBefore(r.from)
		switch {
		case r.isDate(), c.isStandard(r):
			continue
		case letters > 0 && len(r.digits) >= leastWithLetters && len(r.digits) <= 10:
			out = append(out, span{r.from - letters, r.to, kindPassport})
			continue
		case len(r.digits) < leastDigits:
			continue
		}
		s := span{r.from, r.to, r.kind()}
		if n := c.checkLetter(r.to); n > 0 && (len(r.digits) == 17 || len(r.digits) == 14) {
			s.to, s.kind = r.to+n, kindID
		}
		out = append(out, s)
	}
	return out
}

// runs divides the text. English number words count as digits: the portal has
// an English site.
func (c canon) runs() []run {
	var out []run
	var cur *run
	gap, space := 0, false
	for i := 0; i < len(c.runes); {
		digit, n, sep := c.token(i)
		switch {
		case digit != 0:
			if cur == nil || gap > maxGap {
				out = append(out, run{from: i})
				cur = &out[len(out)-1]
			}
			cur.add(digit, gap > 0)
			cur.to, gap = i+n, 0
		case cur != nil && sep:
			if white := unicode.IsSpace(c.runes[i]); !white || !space {
				gap++
			}
		default:
			cur, gap = nil, 0
		}
		space = unicode.IsSpace(c.runes[i])
		i += n
	}
	return out
}

func (r *run) add(digit byte, apart bool) {
	if len(r.groups) == 0 || apart {
		r.groups = append(r.groups, "")
	}
	r.digits += string(digit)
	r.groups[len(r.groups)-1] += string(digit)
}

var (
	digitWords = map[string]byte{"zero": '0', "one": '1', "two": '2', "three": '3', "four": '4', "five": '5', "six": '6', "seven": '7', "eight": '8', "nine": '9'}
	gapWords   = map[string]bool{"oh": true, "o": true, "double": true, "triple": true, "dash": true, "hyphen": true, "plus": true}
)

// gapRunes stand between the groups of a number, written or spoken (杠, and
// what people say while they look it up).
const gapRunes = "-_.,·•/\\()+*~、，，…‐‑‒–—―−－嗯呃啊额哦个杠横转"

// token reads one digit, separator or other piece: its value (0: none), its
// length in runes, and whether it may stand inside a number.
func (c canon) token(i int) (digit byte, n int, sep bool) {
	r := c.runes[i]
	switch {
	case r >= '0' && r <= '9':
		return byte(r), 1, false
	case r == unknownDigit:
		return '?', 1, false
	case isLetter(r):
		for n = 1; i+n < len(c.runes) && isLetter(c.runes[i+n]); n++ {
		}
		word := string(c.runes[i : i+n])
		return digitWords[word], n, gapWords[word]
	}
	return 0, 1, unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) || strings.ContainsRune(gapRunes, r)
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' }

// lettersBefore counts the letters that belong to a number at i: one or two,
// which are no part of a word.
func (c canon) lettersBefore(i int) int {
	n := 0
	for n < 3 && i-n-1 >= 0 && isLetter(c.runes[i-n-1]) {
		n++
	}
	if n > 2 || n > 0 && isLetter(c.runes[i]) {
		return 0
	}
	return n
}

// checkLetter is the length of the X that ends an identity card's number.
func (c canon) checkLetter(i int) int {
	rest := c.runes[i:]
	for n := range min(len(rest), 2) { // at most one space before
		for _, x := range []string{"艾克斯", "x", "叉"} {
			if strings.HasPrefix(string(rest[n:min(len(rest), n+3)]), x) {
				return n + len([]rune(x))
			}
		}
		if !unicode.IsSpace(rest[n]) {
			return 0
		}
	}
	return 0
}

// isDate reports a year, two years (2023-2024), or a day of the present.
func (r run) isDate() bool {
	years := 0
	for _, g := range r.groups {
		if len(g) == 4 && g >= "1900" && g <= "2099" {
			years++
		}
	}
	switch {
	case years == len(r.groups):
		return len(r.groups) <= 2
	case len(r.groups) == 3:
		t, err := time.Parse("2006-1-2", strings.Join(r.groups, "-"))
		return err == nil && t.Year() >= presentFrom && t.Year() <= 2099
	}
	return false
}

// standardPattern ends with the name of a series of standards.
var standardPattern = regexp.MustCompile(`(?:^|[^a-z])(?:gb|gb/t|gbj|db|db44/t|dbj|sjg|jgj|cjj|iso|iec)[ -]?$`)

// isStandard reports the number of a standard: GB 50016-2014, GB/T 35273-2020.
func (c canon) isStandard(r run) bool {
	if len(r.groups) != 2 || len(r.groups[0]) > 5 || len(r.groups[1]) != 4 || r.groups[1] < "1900" || r.groups[1] > "2099" {
		return false
	}
	return standardPattern.MatchString(string(c.runes[max(0, r.from-12):r.from]))
}

// kind says what a number most likely is. All are masked; this is the label.
func (r run) kind() kind {
	d := r.digits
	switch {
	case strings.Contains(d, "?"):
		return kindNumber
	case len(d) == 18 && isDay(d[6:14]), len(d) == 15 && isDay("19"+d[6:12]):
		return kindID
	case isPhone(strings.TrimPrefix(strings.TrimPrefix(d, "00"), "86")), isPhone(d):
		return kindPhone
	case len(d) >= 12 && len(d) <= 19 && luhn(d):
		return kindCard
	}
	return kindNumber
}

func isDay(s string) bool {
	t, err := time.Parse("20060102", s)
	return err == nil && t.Year() >= 1900 && t.Year() <= 2099
}

// isPhone reports a mobile number, a landline with or without its area, or a
// service number (400).
func isPhone(d string) bool {
	switch {
	case len(d) == 11 && d[0] == '1' && d[1] >= '3':
		return true
	case d[0] == '0' && d[1] != '0':
		return len(d) >= 10 && len(d) <= 16 // with an extension
	case len(d) == 10:
		return strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800")
	}
	return len(d) <= 8 && d[0] >= '2' && d[0] <= '8'
}

func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
