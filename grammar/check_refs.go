package grammar

import (
	"maps"
	"slices"
	"strings"
)

// refs checks the names that a template uses, and follows its rules.
func (c *checker) refs(t *Template, s scope, walked map[*Rule]bool) {
	Walk(t.Root, func(n Node) bool {
		switch n := n.(type) {
		case *Text:
			c.lookalike(n, s)
		case *ListRef:
			c.listRef(n, s)
		case *RuleRef:
			c.ruleRef(n, s, walked)
		case *Permutation:
			if !n.Padded {
				c.add(Warning, "unpadded-permutation", n.Span, text("与「|」同组的「;」各项之间不留空格；请写成 ((a;b)|c)",
					"items of \";\" beside \"|\" are matched without spaces between them; write ((a;b)|c)"))
			}
		}
		return true
	})
}

func (c *checker) listRef(n *ListRef, s scope) {
	if n.Range != nil {
		c.rangeValues(n.Range, n.Span, "{"+n.List+"}")
		return
	}
	if l := s.list(n.List); l != nil {
		c.usedLists[l] = true
		return
	}
	if slices.Contains(c.o.Lists, n.List) {
		return
	}
	d := c.add(Error, "unknown-list", n.Span, text("没有列表 {%s}", "there is no list {%s}", n.List))
	if s.rule(n.List) != nil {
		d.Suggestion = "<" + n.List + ">"
	} else if name := nearest(n.List, c.listNames(s)); name != "" {
		ref := *n
		if ref.List = name; !n.hasSlot && !n.Capture {
			ref.Slot = name
		}
		d.Suggestion = ref.String()
	}
}

func (c *checker) listNames(s scope) []string {
	names := slices.Concat(slices.Collect(maps.Keys(c.f.Lists)), c.o.Lists)
	if s.block != nil {
		names = slices.AppendSeq(names, maps.Keys(s.block.Lists))
	}
	return names
}

func (c *checker) ruleRef(n *RuleRef, s scope, walked map[*Rule]bool) {
	r := s.rule(n.Rule)
	if r != nil {
		c.usedRules[r] = true
		c.rule(r, s, walked)
		return
	}
	d := c.add(Error, "unknown-rule", n.Span, text("没有规则 <%s>", "there is no rule <%s>", n.Rule))
	names := slices.Collect(maps.Keys(c.f.Rules))
	if s.block != nil {
		names = slices.AppendSeq(names, maps.Keys(s.block.Rules))
	}
	if s.list(n.Rule) != nil {
		d.Suggestion = "{" + n.Rule + "}"
	} else if name := nearest(n.Rule, names); name != "" {
		d.Suggestion = "<" + name + ">"
	}
}

// rule walks a rule's body once in each scope.
func (c *checker) rule(r *Rule, s scope, walked map[*Rule]bool) {
	if walked[r] {
		return
	}
	walked[r] = true
	c.refs(r.Body, s, walked)
}

// lookalikes are quotes that a Chinese input method types on the keys of
// < > { and }.
var lookalikes = []struct {
	open, close string
	rule        bool
}{{"《", "》", true}, {"〈", "〉", true}, {"「", "」", false}, {"『", "』", false}}

// lookalike reports 《rule》 and 「list」 where a rule or list of that name
// exists, and characters that nobody can say.
func (c *checker) lookalike(n *Text, s scope) {
	for _, q := range lookalikes {
		_, rest, ok := strings.Cut(n.Text, q.open)
		name, _, closed := strings.Cut(rest, q.close)
		if !ok || !closed {
			continue
		}
		want := ""
		switch {
		case s.rule(name) != nil && (q.rule || s.list(name) == nil):
			want = "<" + name + ">"
		case s.list(name) != nil:
			want = "{" + name + "}"
		default:
			continue
		}
		d := c.add(Warning, "lookalike-bracket", n.Span, text("「%[1]s」会按文字匹配；是不是想写 %[2]s？", "%[1]q is matched as text; did you mean %[2]s?", q.open+name+q.close, want))
		d.Suggestion = want
	}
	if i := strings.IndexFunc(n.Text, invisible); i >= 0 {
		c.add(Warning, "invisible-character", n.Span, text("文字里有看不见的字符 %U，没有人能说出它", "the text has an invisible character %U that nobody can say", []rune(n.Text[i:])[0]))
	}
}
