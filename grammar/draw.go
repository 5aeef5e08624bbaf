package grammar

import "strings"

// drawer writes one text of a template at a time. At each choice it asks
// choose for one of n, naming what is chosen from.
type drawer struct {
	s        scope
	lang     string
	choose   func(from any, n int) int
	wildcard func(*ListRef) string
	b        strings.Builder
	steps    int
	left     *int // nodes it may still visit in all, with others that share them
	depth    int
}

// maxDrawSteps bounds the nodes of one text; the longest sentences of real
// grammars have a few dozen.
const maxDrawSteps = 20_000

// draw is one text of n; false when there is none or it is too long.
func (d *drawer) draw(n Node) (string, bool) {
	d.b.Reset()
	d.steps, d.depth = maxDrawSteps, 0
	ok := d.write(n) && d.finish()
	return d.b.String(), ok
}

func (d *drawer) finish() bool { return d.steps >= 0 && d.b.Len() <= maxSampleBytes }

// write appends one text of n; false when it has none.
func (d *drawer) write(n Node) bool {
	d.steps--
	if *d.left--; !d.finish() || d.depth > maxRuleDepth {
		return false
	}
	switch n := n.(type) {
	case *Text:
		d.b.WriteString(n.Text)
	case *Sequence:
		for _, item := range n.Items {
			if !d.write(item) {
				return false
			}
		}
	case *Alternative:
		return d.alternative(n)
	case *Permutation:
		return d.permutation(n)
	case *ListRef:
		return d.list(n)
	case *RuleRef:
		r := d.s.rule(n.Rule)
		if r == nil {
			return false
		}
		d.depth++
		defer func() { d.depth-- }()
		return d.write(r.Body.Root)
	}
	return true
}

func (d *drawer) alternative(n *Alternative) bool {
	choices := len(n.Items)
	if n.Optional {
		choices++
	}
	i := d.choose(n, choices)
	return i >= len(n.Items) || d.write(n.Items[i])
}

func (d *drawer) permutation(n *Permutation) bool {
	left := append([]Node(nil), n.Items...)
	for len(left) > 0 {
		i := d.choose(n, len(left))
		if n.Padded {
			d.b.WriteByte(' ')
		}
		if !d.write(left[i]) {
			return false
		}
		if n.Padded {
			d.b.WriteByte(' ')
		}
		left = append(left[:i], left[i+1:]...)
	}
	return true
}

func (d *drawer) list(n *ListRef) bool {
	list, r := d.s.list(n.List), n.Range
	if r == nil && list != nil {
		r = list.Range
	}
	switch {
	case r != nil:
		return d.number(r)
	case list == nil || list.Wildcard:
		d.b.WriteString(d.wildcard(n))
		return true
	case len(list.Values) == 0:
		return false
	}
	d.depth++
	defer func() { d.depth-- }()
	return d.write(list.Values[d.choose(list, len(list.Values))].Template.Root)
}

func (d *drawer) number(r *Range) bool {
	lang := d.lang
	if r.WordsLanguage != "" {
		lang = r.WordsLanguage
	}
	n := r.Len()
	if n == 0 {
		return false
	}
	forms := r.texts(d.choose(r, n), lang)
	if len(forms) == 0 {
		return false
	}
	d.b.WriteString(forms[d.choose(nil, len(forms))])
	return true
}
