package grammar

import (
	"strings"
	"unicode"
)

// maxExpanded bounds the nodes of a template with its rules filled in. Rules
// that use rules double with each level; this keeps a small file from growing
// to a huge automaton.
const maxExpanded = 200_000

// sizes reports sentences that grow too large when their rules are filled in.
// There is no circle among the rules.
func (c *checker) sizes(b *Block, s scope) {
	memo := map[*Rule]int{}
	for _, t := range b.Sentences {
		if n := expandedSize(t.Root, s, memo); n > maxExpanded {
			c.add(Error, "too-large", t.Span, text("展开规则后超过 %d 个部分，请拆成几条模板", "with its rules filled in the template has more than %d parts; split it", maxExpanded))
		}
	}
}

// expandedSize counts nodes with rules filled in, up to one beyond the bound.
func expandedSize(root Node, s scope, memo map[*Rule]int) int {
	size := 0
	Walk(root, func(n Node) bool {
		size++
		if ref, ok := n.(*RuleRef); ok {
			if r := s.rule(ref.Rule); r != nil {
				if _, done := memo[r]; !done {
					memo[r] = expandedSize(r.Body.Root, s, memo)
				}
				size += memo[r]
			}
		}
		return size <= maxExpanded
	})
	return min(size, maxExpanded+1)
}

// invisible reports format and control characters: marks for writing
// direction, zero-width joiners, NUL.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.IsControl(r)
}

// circle reports a rule or list (id, a pointer) that leads back to itself.
func (c *checker) circle(id any, name, shown string, at Pos, s scope) {
	if path := c.wayBack(id, shown, s); path != nil {
		c.looping = true
		c.add(Error, "recursive-rule", wordSpan(at, name), text("「%[2]s」调用了自己：%[1]s", "%[2]s calls itself: %[1]s", strings.Join(path, " → "), shown))
	}
}

// wayBack is the way from a definition back to itself, nil when there is none.
func (c *checker) wayBack(from any, shown string, s scope) []string {
	seen := map[any]bool{}
	var search func(id any, shown string) []string
	search = func(id any, shown string) []string {
		for _, ref := range c.refsOf(id) {
			next, name := s.definition(ref)
			if next == from {
				return []string{shown, name}
			}
			if next == nil || seen[next] {
				continue
			}
			seen[next] = true
			if path := search(next, name); path != nil {
				return append([]string{shown}, path...)
			}
		}
		return nil
	}
	return search(from, shown)
}

// definition is the rule or list that a node refers to (nil: none), and the
// reference as it is written.
func (s scope) definition(n Node) (any, string) {
	switch n := n.(type) {
	case *RuleRef:
		if r := s.rule(n.Rule); r != nil {
			return r, n.String()
		}
	case *ListRef:
		if l := s.list(n.List); l != nil && n.Range == nil {
			return l, "{" + n.List + "}"
		}
	}
	return nil, ""
}

// refsOf lists the references inside a rule or a list's values, once each.
func (c *checker) refsOf(id any) []Node {
	if refs, done := c.inside[id]; done {
		return refs
	}
	refs := []Node{}
	seen := map[string]bool{}
	collect := func(n Node) bool {
		switch n.(type) {
		case *RuleRef, *ListRef:
			if !seen[n.String()] {
				seen[n.String()] = true
				refs = append(refs, n)
			}
		}
		return true
	}
	switch d := id.(type) {
	case *Rule:
		Walk(d.Body.Root, collect)
	case *List:
		for _, v := range d.Values {
			Walk(v.Template.Root, collect)
		}
	}
	c.inside[id] = refs
	return refs
}
