package grammar

import (
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// source is a file's text by lines, for positions inside scalars.
type source struct {
	data   []byte
	starts []int // byte offset of each line
	// The line decoded last: a file of one huge line must not be decoded again
	// for each scalar on it.
	number int
	runes  []rune
}

func newSource(data []byte) *source {
	s := &source{data: data, starts: []int{0}, number: -1}
	for i, c := range data {
		if c == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// line returns the characters of a 1-based line without its line break.
func (s *source) line(n int) []rune {
	if s == nil || n < 1 || n > len(s.starts) {
		return nil
	}
	if s.number != n {
		end := len(s.data)
		if n < len(s.starts) {
			end = s.starts[n] - 1
		}
		s.number, s.runes = n, []rune(string(s.data[s.starts[n-1]:end]))
	}
	return s.runes
}

// scalarPlaces finds where each character of a scalar stands: directly when
// it is written on one line as it is, else by walking both texts side by side.
func (l *loader) scalarPlaces(n *yaml.Node) places {
	start := Pos{n.Line, n.Column}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		start.Column++
	}
	line := l.src.line(start.Line)
	if at(start).matches(line, n.Value) {
		return at(start)
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		start = Pos{n.Line + 1, 1} // the text starts below the | or >
	}
	a := aligner{src: l.src, p: start, style: n.Style}
	t := make(table, 0, len(n.Value)+1)
	for _, r := range n.Value {
		t = append(t, a.next(r))
	}
	return append(t, a.p)
}

// matches reports whether value stands on line at this place as it is.
func (a at) matches(line []rune, value string) bool {
	i := a.Column - 1
	for _, r := range value {
		if i < 0 || i >= len(line) || line[i] != r || r == '\\' || r == '\'' {
			return false // \ and ' may be halves of an escape
		}
		i++
	}
	return true
}

// aligner walks through a scalar's source as its value is read.
type aligner struct {
	src   *source
	p     Pos
	style yaml.Style
}

// next gives the place of the value's next character r and steps over it.
// White space may be folded: any run of it in the source may stand for any.
func (a *aligner) next(r rune) Pos {
	if !unicode.IsSpace(r) {
		a.skipSpace()
	}
	at, line := a.p, a.src.line(a.p.Line)
	i := at.Column - 1
	if i < 0 || i >= len(line) {
		if unicode.IsSpace(r) && a.p.Line < len(a.src.starts) {
			a.p = Pos{a.p.Line + 1, 1}
		}
		return at
	}
	a.p.Column += a.width(line[i:], r)
	return at
}

// skipSpace moves to the next character that is no white space.
func (a *aligner) skipSpace() {
	for a.p.Line <= len(a.src.starts) {
		line := a.src.line(a.p.Line)
		for a.p.Column <= len(line) && unicode.IsSpace(line[a.p.Column-1]) {
			a.p.Column++
		}
		if a.p.Column <= len(line) || a.p.Line == len(a.src.starts) {
			return
		}
		a.p = Pos{a.p.Line + 1, 1}
	}
}

// width is how many source characters stand for the value's character r.
func (a *aligner) width(line []rune, r rune) int {
	switch {
	case a.style&yaml.DoubleQuotedStyle != 0 && line[0] == '\\' && len(line) > 1:
		n := map[rune]int{'x': 4, 'u': 6, 'U': 10}[line[1]]
		if n == 6 && utf8.RuneLen(r) == 4 {
			n = 12 // JSON's pair of surrogates
		}
		return max(n, 2)
	case a.style&yaml.SingleQuotedStyle != 0 && r == '\'':
		return 2
	}
	return 1
}
