package intent

import (
	"unicode/utf8"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/exact"
)

// maxShapeDepth bounds rules that use themselves.
const maxShapeDepth = 50

// hasWildcard reports whether a template can contain a wildcard.
func hasWildcard(n grammar.Node, s *exact.Scope, depth int) bool {
	found := false
	grammar.Walk(n, func(n grammar.Node) bool {
		switch n := n.(type) {
		case *grammar.ListRef:
			l := s.List(n)
			found = found || l != nil && l.Wildcard
		case *grammar.RuleRef:
			if body := s.Rule(n.Rule); body != nil && depth < maxShapeDepth {
				found = found || hasWildcard(body.Root, s, depth+1)
			}
		}
		return !found
	})
	return found
}

// literalLen is how much text a template has itself, all its choices counted.
func literalLen(n grammar.Node, s *exact.Scope, depth int) int {
	total := 0
	grammar.Walk(n, func(n grammar.Node) bool {
		switch n := n.(type) {
		case *grammar.Text:
			total += utf8.RuneCountInString(n.Text)
		case *grammar.RuleRef:
			if body := s.Rule(n.Rule); body != nil && depth < maxShapeDepth {
				total += literalLen(body.Root, s, depth+1)
			}
		}
		return true
	})
	return total
}

// edgeWildcard reports whether a template can begin (or end) with a wildcard.
func edgeWildcard(n grammar.Node, s *exact.Scope, begin bool, depth int) bool {
	switch n := n.(type) {
	case *grammar.Sequence:
		if len(n.Items) == 0 {
			return false
		}
		if begin {
			return edgeWildcard(n.Items[0], s, begin, depth)
		}
		return edgeWildcard(n.Items[len(n.Items)-1], s, begin, depth)
	case *grammar.Alternative:
		for _, item := range n.Items {
			if edgeWildcard(item, s, begin, depth) {
				return true
			}
		}
	case *grammar.Permutation:
		for _, item := range n.Items {
			if edgeWildcard(item, s, begin, depth) {
				return true
			}
		}
	case *grammar.RuleRef:
		if body := s.Rule(n.Rule); body != nil && depth < maxShapeDepth {
			return edgeWildcard(body.Root, s, begin, depth+1)
		}
	case *grammar.ListRef:
		l := s.List(n)
		return l != nil && l.Wildcard
	}
	return false
}
