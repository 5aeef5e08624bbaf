package grammar

import (
	"strings"
	"unicode"
)

// item reads one word, group or reference that starts with c.
func (p *parser) item(c rune) Node {
	start := p.i
	switch c {
	case '(', '[':
		return p.bracketed(start, c)
	case '{':
		name, ok := p.name(start, '{', '}')
		if !ok {
			return nil
		}
		return p.listRef(start, name)
	case '<':
		name, ok := p.name(start, '<', '>')
		if !ok {
			return nil
		}
		return &RuleRef{Span: p.span(start, p.i), Rule: name}
	}
	return p.word()
}

// bracketed reads "(…)" or "[…]".
func (p *parser) bracketed(start int, opening rune) Node {
	closing := ')'
	if opening == '[' {
		closing = ']'
	}
	p.i++
	if p.i < p.end && p.char(p.i) == closing {
		p.fail("empty-brackets", start, p.i+1, text("括号里是空的", "there is nothing between the brackets"))
		return nil
	}
	n := p.group(start, closing)
	if p.bad != nil {
		return nil
	}
	p.i++
	span := p.span(start, p.i)
	if opening == '[' {
		return optional(n, span)
	}
	switch n := n.(type) {
	case *Sequence:
		n.Span = span
	case *Alternative:
		n.Span = span
	case *Permutation:
		n.Span = span
	}
	return n
}

func optional(n Node, span Span) Node {
	if alt, ok := n.(*Alternative); ok {
		alt.Optional, alt.Span = true, span
		return alt
	}
	return &Alternative{Span: span, Items: []Node{n}, Optional: true}
}

// word reads literal text: leading spaces, characters, trailing spaces. Only
// the space itself ends a word; a tab or line break is inside one.
func (p *parser) word() Node {
	start := p.i
	var b strings.Builder
	inWord, after := false, false
	for p.i < p.end {
		r := p.src[p.i]
		if unicode.IsSpace(r) {
			after = after || r == ' ' && inWord
		} else if after || strings.ContainsRune("()[]{}<>|;", p.char(p.i)) {
			break
		}
		if r == '\\' {
			if p.i++; p.i == p.end {
				p.fail("dangling-escape", p.i-1, p.i, text("末尾的「\\」后面没有字符", "nothing follows the backslash at the end"))
				return nil
			}
			r = p.src[p.i]
		}
		inWord = inWord || !unicode.IsSpace(r)
		b.WriteRune(r)
		p.i++
	}
	return &Text{Span: p.span(start, p.i), Text: NormalizeText(b.String()), Original: b.String()}
}
