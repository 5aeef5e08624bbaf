package grammar

import (
	"maps"
	"slices"
	"strings"
)

// definition is a rule or a list as something that may lead back to itself.
type definition struct {
	id    any    // *Rule or *List
	shown string // as a template refers to it
	at    Span
}

func ruleDefinition(r *Rule) definition {
	return definition{r, "<" + r.Name + ">", wordSpan(r.Pos, r.Name)}
}

func listDefinition(l *List) definition {
	return definition{l, "{" + l.Name + "}", wordSpan(l.Pos, l.Name)}
}

// circles finds rules and lists that lead back to themselves, each circle
// once, in one walk over all definitions of a scope.
type circles struct {
	c    *checker
	s    scope
	done map[any]bool // false while the definition is on the path
	path []definition
}

// circles reports the circles among the given rules and lists and what they
// use.
func (c *checker) circles(s scope, rules map[string]*Rule, lists map[string]*List) {
	w := &circles{c: c, s: s, done: map[any]bool{}}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		w.visit(ruleDefinition(rules[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		w.visit(listDefinition(lists[name]))
	}
}

func (w *circles) visit(d definition) {
	done, seen := w.done[d.id]
	if seen && !done {
		w.report(d)
	}
	if seen {
		return
	}
	w.done[d.id] = false
	w.path = append(w.path, d)
	for _, ref := range w.c.refsOf(d.id) {
		if next := w.s.definition(ref); next.id != nil {
			w.visit(next)
		}
	}
	w.path = w.path[:len(w.path)-1]
	w.done[d.id] = true
}

// maxShownCircle bounds the names in a message.
const maxShownCircle = 8

// report tells the way from d, which is on the path, back to d.
func (w *circles) report(d definition) {
	w.c.looping = true
	i := slices.IndexFunc(w.path, func(x definition) bool { return x.id == d.id })
	var names []string
	for _, x := range w.path[i:] {
		if len(names) == maxShownCircle {
			names = append(names, "…")
			break
		}
		names = append(names, x.shown)
	}
	way := strings.Join(append(names, d.shown), " → ")
	w.c.add(Error, "recursive-rule", d.at, text("「%[2]s」调用了自己：%[1]s", "%[2]s calls itself: %[1]s", way, d.shown))
}

// definition is the rule or list that a node refers to; its id is nil when
// there is none.
func (s scope) definition(n Node) definition {
	switch n := n.(type) {
	case *RuleRef:
		if r := s.rule(n.Rule); r != nil {
			return ruleDefinition(r)
		}
	case *ListRef:
		if l := s.list(n.List); l != nil && n.Range == nil {
			return listDefinition(l)
		}
	}
	return definition{}
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
