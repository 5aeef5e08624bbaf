package grammar

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a template. An admin's longest template has a few hundred
// characters and five levels; these only bound memory and stack.
const (
	maxTemplateChars = 1 << 16
	maxDepth         = 200
)

// Dialect chooses how a template is read.
type Dialect int

const (
	// Tingdong also reads （）【】｛｝＜＞｜；： as brackets and separators, and
	// {0..100} as a range.
	Tingdong Dialect = iota
	// Hassil reads exactly what hassil reads; full-width signs are text.
	Hassil
)

// ParseTemplate reads one template in our dialect. The error is a Diagnostics
// with positions counted from line 1, column 1 of src.
func ParseTemplate(src string) (*Template, error) { return Tingdong.ParseTemplate(src) }

// ParseTemplate reads one template in dialect d.
func (d Dialect) ParseTemplate(src string) (*Template, error) {
	t, bad := parseTemplate(src, d, linePlaces(src, Pos{1, 1}))
	if bad != nil {
		return nil, Diagnostics{*bad}
	}
	return t, nil
}

// parser walks over the characters of one template.
type parser struct {
	src     []rune
	i       int // next character
	end     int // characters to read; behind it is stripped white space
	at      places
	dialect Dialect
	depth   int
	bad     *Diagnostic // the first error
}

func parseTemplate(src string, d Dialect, at places) (*Template, *Diagnostic) {
	p := &parser{src: []rune(src), at: at, dialect: d}
	p.strip()
	if p.i == p.end {
		p.fail("empty-template", 0, len(p.src), text("模板是空的", "the template is empty"))
		return nil, p.bad
	}
	if p.end-p.i > maxTemplateChars {
		p.fail("template-too-long", p.i, p.end, text("模板有 %d 个字符，上限是 %d", "the template has %d characters, the limit is %d", p.end-p.i, maxTemplateChars))
		return nil, p.bad
	}
	p.unwritable(src)
	start := p.i
	root := p.group(start, 0)
	if p.bad == nil && p.i < p.end {
		p.stray()
	}
	if p.bad != nil {
		return nil, p.bad
	}
	if seq, ok := root.(*Sequence); ok && len(seq.Items) == 1 && isGroup(seq.Items[0]) {
		root = seq.Items[0]
	}
	return &Template{Source: string(p.src[start:p.end]), Root: root, Span: p.span(start, p.end)}, nil
}

// unwritable reports characters that no text has: control characters, and
// what is left of bytes that are not UTF-8.
func (p *parser) unwritable(src string) {
	for i, r := range p.src[:p.end] {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			p.fail("control-character", i, i+1, text("模板里有控制字符 %U", "the template has the control character %U", r))
			return
		}
	}
	if !utf8.ValidString(src) {
		p.fail("bad-encoding", 0, len(p.src), text("模板不是 UTF-8 编码", "the template is not UTF-8"))
	}
}

// strip leaves out white space at both ends; an escaped space stays.
func (p *parser) strip() {
	p.end = len(p.src)
	for p.i < p.end && unicode.IsSpace(p.src[p.i]) {
		p.i++
	}
	for p.end > p.i && unicode.IsSpace(p.src[p.end-1]) && !p.escaped(p.end-1) {
		p.end--
	}
}

// escaped reports whether an odd number of backslashes stands before i.
func (p *parser) escaped(i int) bool {
	n := 0
	for ; i-1-n >= p.i && p.src[i-1-n] == '\\'; n++ {
	}
	return n%2 == 1
}

// char is the character at i with full-width signs as their half-width ones.
func (p *parser) char(i int) rune {
	r := p.src[i]
	if p.dialect == Hassil || r < 0x3000 {
		return r
	}
	switch r {
	case '（':
		return '('
	case '）':
		return ')'
	case '【', '［':
		return '['
	case '】', '］':
		return ']'
	case '｛':
		return '{'
	case '｝':
		return '}'
	case '＜':
		return '<'
	case '＞':
		return '>'
	case '｜':
		return '|'
	case '；':
		return ';'
	}
	return r
}

func (p *parser) span(from, to int) Span { return Span{p.at.pos(from), p.at.pos(to)} }

// fail keeps the first error; reading then runs to the end at once.
func (p *parser) fail(code string, from, to int, m Message) {
	if p.bad != nil {
		return
	}
	p.bad = &Diagnostic{Severity: Error, Code: code, Start: p.at.pos(from), End: p.at.pos(to), Message: m}
	p.i = p.end
}

// stray reports a closing bracket that nothing opened.
func (p *parser) stray() {
	c := string(p.src[p.i])
	p.fail("unexpected-bracket", p.i, p.i+1, text("多余的「%s」：前面没有与它配对的左括号；要作为文字请写成「\\%s」",
		"unexpected %q: no bracket before it is open; write \\%s for the character itself", c, c))
}

// group reads items up to the closing bracket (0: the end of the template)
// and leaves p.i on it. start is where the group's bracket stands.
func (p *parser) group(start int, closing rune) Node {
	if p.depth++; p.depth > maxDepth {
		p.fail("too-deep", start, start+1, text("括号嵌套超过 %d 层", "brackets are nested more than %d deep", maxDepth))
	}
	defer func() { p.depth-- }()
	g := groupBuilder{start: p.i}
	for p.bad == nil && p.i < p.end {
		switch c := p.char(p.i); {
		case c == closing:
			return g.finish(p)
		case strings.ContainsRune(")]}>", c):
			if closing == 0 {
				p.stray()
			} else {
				p.fail("mismatched-bracket", p.i, p.i+1, text("这里的「%[1]s」与 %[2]s 处的「%[3]s」不配对",
					"%[1]q here does not close the %[3]q at %[2]s", string(p.src[p.i]), p.at.pos(start), string(p.src[start])))
			}
		case c == '|' || c == ';':
			g.separator(p, c)
			p.i++
		default:
			if n := p.item(c); n != nil {
				g.current = append(g.current, n)
			}
		}
	}
	if closing != 0 {
		p.unclosed(start, closing)
	}
	return g.finish(p)
}

func (p *parser) unclosed(start int, closing rune) {
	p.fail("unclosed-bracket", start, start+1, text("「%[1]s」没有配对的「%[2]s」", "%[1]q is not closed by %[2]q",
		string(p.src[start]), string(closing)))
	if p.bad.Suggestion == "" && p.bad.Code == "unclosed-bracket" {
		p.bad.Suggestion = string(p.src[:p.end]) + string(closing)
	}
}
