package analysis

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/tingdong/tingdong/zhtext"
)

const (
	docCode  = `(\p{Han}[\p{Han}a-z]{0,14}\p{Han}|\p{Han}{2})`
	docOpen  = `[\[(〔【〈<{《「\x{2018}\x{201c}]`
	docClose = `[\])〕】〉>}》」\x{2019}\x{201d}]`
	docYear  = `((?:19|20)\d\d)`
)

// docNo finds a document number in folded text without spaces: the issuing
// body's code, the year in any bracket or none, 第 or not, and the number.
// The code is at least two characters, so that 在2017年47号 does not count.
var docNo = regexp.MustCompile(docCode + docOpen + `*` + docYear + `年?` + docClose + `*年?第?(\d{1,5})号`)

// bareDocNo is a number written without 号, which then must be separated from
// the year: 国办发 2017 47, 国办发[2017]47, 国办发2017-47.
var bareDocNo = regexp.MustCompile(`^` + docCode + `\s*(?:` + docOpen + `\s*)*` + docYear +
	`(?:\s*(?:年|` + docClose + `|[-_/—])\s*|\s+)+第?\s*(\d{1,5})$`)

// strictDocNo demands brackets: what counts as a citation inside running text.
var strictDocNo = regexp.MustCompile(docCode + `[\[(〔【]` + docYear + `[\])〕】]第?(\d{1,5})号`)

// DocNo gives the canonical key of a document number in any spelling
// (国办发〔2017〕47号, 国办发[2017]第47号, 国办发２０１７４７号 are all 国办发2017-47) and
// whether text is one, all of it.
func DocNo(text string) (string, bool) {
	s := squeeze(text)
	if m := docNo.FindStringSubmatchIndex(s); m != nil && m[0] == 0 && m[1] == len(s) {
		return key(s, m), true
	}
	spaced := strings.TrimSpace(zhtext.Fold(text))
	if m := bareDocNo.FindStringSubmatchIndex(spaced); m != nil {
		return key(spaced, m), true
	}
	if d := arabic(s); d != s {
		return DocNo(d)
	}
	return "", false
}

// FindDocNo gives the document number inside a longer query, if it has one.
func FindDocNo(text string) (string, bool) {
	s := squeeze(text)
	m := docNo.FindStringSubmatchIndex(s)
	if m == nil {
		return "", false
	}
	return key(s, m), true
}

// CitedDocNos gives the keys of document numbers cited in running text, at
// most limit citations. Words of the sentence may stand right before the
// issuer's code, so each ending of it that may be the code gives a key.
func CitedDocNos(text string, limit int) []string {
	s := squeeze(text)
	var out []string
	for _, m := range strictDocNo.FindAllStringSubmatchIndex(s, limit) {
		code, rest := []rune(s[m[2]:m[3]]), key(s, m)[m[3]-m[2]:]
		for n := 2; n <= min(len(code), longestCode); n++ {
			out = append(out, string(code[len(code)-n:])+rest)
		}
	}
	return out
}

// longestCode is how many characters an issuer's code has: 粤府办函.
const longestCode = 6

func squeeze(text string) string {
	return strings.ReplaceAll(zhtext.Fold(text), " ", "")
}

func key(s string, m []int) string {
	num := strings.TrimLeft(s[m[6]:m[7]], "0")
	return s[m[2]:m[3]] + s[m[4]:m[5]] + "-" + num
}

const (
	chineseDigits = "零一二三四五六七八九"
	chineseUnits  = "十百千"
)

// arabic rewrites numbers as they are spoken: 二零一七年四十七号 → 2017年47号. A year
// read digit by digit ends after four digits: 二零一七四十七号 is 2017, 47.
func arabic(s string) string {
	var out strings.Builder
	var run []rune
	flush := func() {
		out.WriteString(arabicRun(run))
		run = run[:0]
	}
	for _, r := range strings.ReplaceAll(s, "〇", "零") {
		if strings.ContainsRune(chineseDigits+chineseUnits, r) {
			run = append(run, r)
			continue
		}
		flush()
		out.WriteRune(r)
	}
	flush()
	return out.String()
}

func arabicRun(run []rune) string {
	if len(run) == 0 {
		return ""
	}
	if len(run) > 4 && !strings.ContainsAny(string(run[:4]), chineseUnits) {
		return arabicRun(run[:4]) + arabicRun(run[4:])
	}
	if !strings.ContainsAny(string(run), chineseUnits) {
		var b strings.Builder
		for _, r := range run {
			b.WriteByte('0' + byte(strings.IndexRune(chineseDigits, r)/3))
		}
		return b.String()
	}
	total, digit := 0, 0
	for _, r := range run {
		unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
		if unit == 0 {
			digit = strings.IndexRune(chineseDigits, r) / 3
			continue
		}
		if digit == 0 {
			digit = 1 // 十 alone is ten
		}
		total, digit = total+digit*unit, 0
	}
	return strconv.Itoa(total + digit)
}
