package grammar

// Bounds of an expansion: an utterance of a thousand characters takes minutes
// to say, and rules of a file that was never checked may call themselves.
const (
	maxSampleBytes = 3000
	maxRuleDepth   = 100
)

// expander enumerates the texts of a template, first branches first, without
// ever holding more than one of them.
type expander struct {
	s     scope
	lang  string // for number words; empty gives digits only
	steps *int   // nodes it may still visit, with others that share them
	depth int
	// reference prints a list reference as it is; nil fills in the values.
	reference func(*ListRef) string
	core      bool // what is optional is left out
}

// each calls yield with prefix followed by each text of n, until yield returns
// false or the steps are used up; it returns false then.
func (e *expander) each(n Node, prefix string, yield func(string) bool) bool {
	if *e.steps--; *e.steps < 0 {
		return false
	}
	if len(prefix) > maxSampleBytes {
		return true
	}
	switch n := n.(type) {
	case *Text:
		return yield(prefix + n.Text)
	case *Sequence:
		return e.sequence(n.Items, prefix, yield)
	case *Alternative:
		if n.Optional && e.core {
			return yield(prefix)
		}
		for _, item := range n.Items {
			if !e.each(item, prefix, yield) {
				return false
			}
		}
		return !n.Optional || yield(prefix)
	case *Permutation:
		return e.permutation(n, make([]bool, len(n.Items)), len(n.Items), prefix, yield)
	case *ListRef:
		return e.list(n, prefix, yield)
	case *RuleRef:
		return e.rule(n, prefix, yield)
	}
	return true
}

func (e *expander) sequence(items []Node, prefix string, yield func(string) bool) bool {
	if len(items) == 0 {
		return yield(prefix)
	}
	return e.each(items[0], prefix, func(s string) bool { return e.sequence(items[1:], s, yield) })
}

func (e *expander) permutation(n *Permutation, used []bool, left int, prefix string, yield func(string) bool) bool {
	if left == 0 {
		return yield(prefix)
	}
	pad := ""
	if n.Padded {
		pad = " "
	}
	for i, item := range n.Items {
		if used[i] {
			continue
		}
		used[i] = true
		more := e.each(item, prefix+pad, func(s string) bool { return e.permutation(n, used, left-1, s+pad, yield) })
		used[i] = false
		if !more {
			return false
		}
	}
	return true
}

func (e *expander) rule(n *RuleRef, prefix string, yield func(string) bool) bool {
	r := e.s.rule(n.Rule)
	if r == nil || e.depth >= maxRuleDepth {
		return true
	}
	e.depth++
	more := e.each(r.Body.Root, prefix, func(s string) bool {
		e.depth-- // what follows the reference is not inside the rule
		defer func() { e.depth++ }()
		return yield(s)
	})
	e.depth--
	return more
}

func (e *expander) list(n *ListRef, prefix string, yield func(string) bool) bool {
	if e.reference != nil {
		return yield(prefix + e.reference(n))
	}
	list, r := e.s.list(n.List), n.Range
	if r == nil && list != nil {
		r = list.Range
	}
	switch {
	case r != nil:
		return r.each(e.lang, func(s string) bool { *e.steps--; return *e.steps >= 0 && yield(prefix+s) })
	case list == nil || list.Wildcard:
		return yield(prefix + "{" + n.List + "}")
	}
	if e.depth >= maxRuleDepth {
		return true
	}
	e.depth++
	defer func() { e.depth-- }()
	for _, v := range list.Values {
		if !e.each(v.Template.Root, prefix, yield) {
			return false
		}
	}
	return true
}
