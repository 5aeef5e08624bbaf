package number

import (
	"strconv"
	"strings"
)

// maxCardinal bounds the digits that are read as one number; longer runs are
// telephone and document numbers and read digit by digit.
const maxCardinal = 8

// Readings lists how a run of digits may have been said, in Chinese: digit by
// digit, as one number, and (145) as 十四五, which recognisers write 145.
func Readings(digits string) []string {
	out := []string{Digits(digits)}
	add := func(s string) {
		for _, have := range out {
			if have == s {
				return
			}
		}
		out = append(out, s)
	}
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	if n, err := strconv.Atoi(whole); err == nil && len(whole) <= maxCardinal && (whole[0] != '0' || whole == "0") {
		s := Chinese(n)
		if hasFraction {
			s += "点" + Digits(fraction)
		}
		add(s)
	}
	if len(digits) == 3 && digits[0] == '1' && !hasFraction {
		add("十" + Digits(digits[1:]))
	}
	return out
}
