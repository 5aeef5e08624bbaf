package grammar

import (
	"strings"
	"unicode"
)

// groupBuilder collects the branches of one group. The first "|" makes the
// group an alternative, the first ";" a permutation; "(a;b|c)" is the
// alternative of a permutation and c, and "(a|b;c)" is an error.
type groupBuilder struct {
	start   int
	current []Node
	perm    []Node
	alt     []Node
	kind    rune // 0, '|' or ';'
}

func (g *groupBuilder) separator(p *parser, c rune) {
	switch {
	case c == '|' && g.kind == ';':
		g.perm = append(g.perm, g.branch(p))
		g.alt = append(g.alt, &Permutation{Span: p.span(g.start, p.i), Items: g.perm})
		g.kind, g.perm = '|', nil
	case c == '|':
		g.alt = append(g.alt, g.branch(p))
		g.kind = '|'
	case g.kind == '|':
		p.fail("mixed-separators", p.i, p.i+1, text("「;」不能跟在「|」之后：请用括号分开，如 (a|(b;c))",
			"\";\" cannot follow \"|\" in one group: add brackets, as (a|(b;c))"))
	default:
		g.perm = append(g.perm, g.branch(p))
		g.kind = ';'
	}
	g.current = nil
}

func (g *groupBuilder) branch(p *parser) Node {
	span := p.span(p.i, p.i)
	if n := len(g.current); n > 0 {
		span = Span{g.current[0].Pos(), g.current[n-1].End()}
	}
	return &Sequence{Span: span, Items: g.current}
}

func (g *groupBuilder) finish(p *parser) Node {
	last := g.branch(p)
	span := p.span(g.start, p.i)
	switch g.kind {
	case '|':
		return &Alternative{Span: span, Items: append(g.alt, last)}
	case ';':
		return &Permutation{Span: span, Items: append(g.perm, last), Padded: true}
	}
	return last
}

// name reads "{…}" or "<…>": the text up to the matching bracket. Round
// brackets inside a name must pair up, because the groups around it count them.
func (p *parser) name(start int, opening, closing rune) (string, bool) {
	depth, round := 0, 0
	for ; p.i < p.end; p.i++ {
		switch c := p.char(p.i); c {
		case '\\':
			p.i++
		case '(':
			round++
		case ')':
			if round--; round < 0 {
				p.unclosed(start, closing)
				return "", false
			}
		case opening:
			depth++
		case closing:
			if depth--; depth > 0 {
				continue
			}
			return p.closeName(start, round)
		}
	}
	p.unclosed(start, closing)
	return "", false
}

func (p *parser) closeName(start, round int) (string, bool) {
	name := string(p.src[start+1 : p.i])
	p.i++
	if name == "" {
		p.fail("empty-brackets", start, p.i, text("括号里没有名字", "there is no name between the brackets"))
	}
	if round != 0 {
		p.fail("unclosed-bracket", start, p.i, text("名字「%s」里的圆括号不配对", "the round brackets in the name %q do not pair up", name))
	}
	return name, p.bad == nil
}

// listRef makes the reference whose text between the brackets is body.
func (p *parser) listRef(start int, body string) Node {
	ref := &ListRef{Span: p.span(start, p.i)}
	ref.EndOfWord = p.i < p.end && unicode.IsSpace(p.src[p.i])
	if p.dialect == Tingdong {
		body = strings.Replace(body, "：", ":", 1)
	}
	list, slot, hasSlot := strings.Cut(body, ":")
	if capture, ok := strings.CutPrefix(list, "@"); ok && !hasSlot {
		ref.List, ref.Slot, ref.Capture = capture, capture, true
		return ref
	}
	ref.List, ref.Slot = list, list
	if hasSlot {
		ref.Slot, ref.Capture = strings.CutPrefix(slot, "@")
		ref.hasSlot = !ref.Capture
	}
	if hasSlot || p.dialect == Tingdong {
		ref.Range = parseRange(list)
	}
	if ref.List == "" || ref.Slot == "" {
		p.fail("empty-brackets", start, p.i, text("列表引用缺少名字", "a list reference needs a name on both sides of the colon"))
	}
	return ref
}
