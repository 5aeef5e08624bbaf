package grammar

import "unicode"

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
