package grammar

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

func (l *loader) lists(n *yaml.Node) map[string]*List {
	lists := map[string]*List{}
	for _, e := range l.mapping(n, "lists") {
		lists[e.key] = l.list(e)
	}
	return lists
}

func (l *loader) list(at entry) *List {
	list := &List{Name: at.key, Pos: posOf(at.keyAt)}
	n := at.val
	if n != nil && n.Kind == yaml.SequenceNode { // short for {values: […]}
		list.Values = l.values(n, at.key)
		return list
	}
	for _, e := range l.mapping(n, at.key) {
		switch e.key {
		case "values":
			list.Values = l.values(e.val, at.key)
		case "range":
			list.Range = l.numbers(e.val)
		case "wildcard":
			list.Wildcard = l.boolean(e.val, e.key)
		case "metadata":
			list.Metadata = l.valueMap(e.val, e.key)
		default:
			l.unknownKey(e, "values", "range", "wildcard", "metadata")
		}
	}
	if list.Wildcard && (list.Values != nil || list.Range != nil) || list.Values != nil && list.Range != nil {
		l.report(Error, "mixed-list", at.keyAt, text("列表「%s」只能是 values、range、wildcard 之一", "list %q can have only one of values, range and wildcard", at.key))
	}
	return list
}

func (l *loader) values(n *yaml.Node, what string) []*Value {
	out := []*Value{}
	for _, c := range l.items(n, what, false) {
		if v := l.listValue(c, what); v != nil {
			out = append(out, v)
		}
	}
	return out
}

func (l *loader) listValue(n *yaml.Node, what string) *Value {
	if n.Kind == yaml.ScalarNode && !isNull(n) {
		return l.in(&Value{Pos: posOf(n)}, n, false)
	}
	if n.Kind != yaml.MappingNode {
		l.badType(n, what, "文字或带 in 的键值对", "a text or a mapping with in")
		return nil
	}
	v := &Value{Pos: posOf(n)}
	var in *yaml.Node
	literal := false
	for _, e := range l.mapping(n, what) {
		switch e.key {
		case "in":
			in = e.val
		case "out":
			v.Out = l.value(e.val, e.key)
		case "context":
			v.Context = l.valueMap(e.val, e.key)
		case "metadata":
			v.Metadata = l.valueMap(e.val, e.key)
		case "literal": // In is no template: names that come from data
			literal = l.boolean(e.val, e.key)
		default:
			l.unknownKey(e, "in", "out", "context", "metadata", "literal")
		}
	}
	if in == nil {
		l.report(Error, "missing-in", n, text("列表「%s」的这一项没有 in", "this entry of list %q has no in", what))
		return nil
	}
	return l.in(v, in, literal)
}

// in sets what is said for a value; nil when its template is wrong.
func (l *loader) in(v *Value, n *yaml.Node, literal bool) *Value {
	v.In = n.Value
	if literal {
		v.Template = LiteralTemplate(n.Value, posOf(n))
		return v
	}
	if v.Template = l.template(n, "in"); v.Template == nil {
		return nil
	}
	return v
}

// LiteralTemplate is the template that matches text as it is, whatever
// characters it holds; at is where the text stands.
func LiteralTemplate(text string, at Pos) *Template {
	end := Pos{at.Line, at.Column + len([]rune(text))}
	t := &Text{Span: Span{at, end}, Text: NormalizeText(text), Original: text}
	return &Template{Source: t.String(), Root: &Sequence{Span: t.Span, Items: []Node{t}}, Span: t.Span}
}

func (l *loader) numbers(n *yaml.Node) *Range {
	r := &Range{Step: 1, Digits: true, Words: true}
	seen := map[string]bool{}
	for _, e := range l.mapping(n, "range") {
		seen[e.key] = true
		l.rangeKey(r, e)
	}
	for _, key := range []string{"from", "to"} {
		if !seen[key] {
			l.report(Error, "bad-range", n, text("range 缺少 %s", "the range has no %s", key))
			return nil
		}
	}
	return r
}

func (l *loader) rangeKey(r *Range, e entry) {
	if isNull(e.val) && e.key != "from" && e.key != "to" {
		return // as absent
	}
	switch e.key {
	case "from":
		r.From = l.integer(e.val, e.key)
	case "to":
		r.To = l.integer(e.val, e.key)
	case "step":
		r.Step = l.integer(e.val, e.key)
	case "multiplier":
		r.Multiplier = l.number(e.val, e.key)
	case "digits":
		r.Digits = l.boolean(e.val, e.key)
	case "words":
		r.Words = l.boolean(e.val, e.key)
	case "words_language":
		r.WordsLanguage = l.str(e.val, e.key)
	case "words_ruleset":
		// hassil chooses one of a language's spell-outs by it; we read all.
	case "fractions", "fraction_type":
		r.Fractions = l.oneOf(e, "halves", "tenths")
	case "type":
		r.Type = l.oneOf(e, "number", "percentage", "temperature")
	default:
		l.unknownKey(e, "from", "to", "step", "multiplier", "digits", "words", "words_language", "fractions", "type")
	}
}

// oneOf reads a text that must be one of choices.
func (l *loader) oneOf(e entry, choices ...string) string {
	s := l.str(e.val, e.key)
	if slices.Contains(choices, s) {
		return s
	}
	d := l.report(Error, "bad-value", e.val, text("%[1]s 只能是 %[2]v 之一，不能是「%[3]s」", "%[1]s must be one of %[2]v, not %[3]q", e.key, choices, s))
	d.Suggestion = nearest(s, choices)
	return ""
}
