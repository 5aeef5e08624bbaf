package analysis

import (
	"regexp"
	"strings"

	"github.com/tingdong/tingdong/zhtext"
)

// docNo finds a document number in folded text without spaces: the issuing
// body's code, the year in any bracket or none, 第 or not, and the number.
// The code is at least two characters, so that 在2017年47号 does not count.
var docNo = regexp.MustCompile(`(\p{Han}[\p{Han}a-z]{0,14}\p{Han}|\p{Han}{2})` +
	`[\[(〔【〈<{《「\x{2018}\x{201c}]*((?:19|20)\d\d)年?[\])〕】〉>}》」\x{2019}\x{201d}]*年?第?(\d{1,5})号`)

// strictDocNo demands brackets: what counts as a citation inside running text.
var strictDocNo = regexp.MustCompile(`(\p{Han}[\p{Han}a-z]{0,14}\p{Han}|\p{Han}{2})[\[(〔【]((?:19|20)\d\d)[\])〕】]第?(\d{1,5})号`)

// DocNo gives the canonical key of a document number in any spelling
// (国办发〔2017〕47号, 国办发[2017]第47号, 国办发２０１７４７号 are all 国办发2017-47) and
// whether text is one, all of it.
func DocNo(text string) (string, bool) {
	s := squeeze(text)
	m := docNo.FindStringSubmatchIndex(s)
	if m == nil || m[0] != 0 || m[1] != len(s) {
		return "", false
	}
	return key(s, m), true
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
// most limit of them. The code before the bracket may carry words of the
// sentence; keys of its shorter endings are not given, the caller looks the
// exact key up.
func CitedDocNos(text string, limit int) []string {
	s := squeeze(text)
	var out []string
	for _, m := range strictDocNo.FindAllStringSubmatchIndex(s, limit) {
		out = append(out, key(s, m))
	}
	return out
}

func squeeze(text string) string {
	return strings.ReplaceAll(zhtext.Fold(text), " ", "")
}

func key(s string, m []int) string {
	num := strings.TrimLeft(s[m[6]:m[7]], "0")
	return s[m[2]:m[3]] + s[m[4]:m[5]] + "-" + num
}
