package grammar

import (
	"slices"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// eachKey calls visit with the keys and values of a mapping; anything else has
// none. What an alias stands for is printed where its anchor is.
func (p *formatter) eachKey(n *yaml.Node, visit func(key string, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		visit(n.Content[i].Value, n.Content[i+1])
	}
}

// order sorts a mapping's keys; unknown ones stay in their order at the end.
func (p *formatter) order(n *yaml.Node, keys []string) {
	if p.anchors {
		return
	}
	type pair struct {
		key, val *yaml.Node
		rank     int
	}
	var pairs []pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		rank := slices.Index(keys, n.Content[i].Value)
		if rank < 0 {
			rank = len(keys)
		}
		pairs = append(pairs, pair{n.Content[i], n.Content[i+1], rank})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return a.rank - b.rank })
	n.Content = n.Content[:0]
	for _, x := range pairs {
		n.Content = append(n.Content, x.key, x.val)
	}
}

func reprintAll(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		reprint(n)
	}
	if n.Kind == yaml.SequenceNode {
		for _, c := range n.Content {
			reprint(c)
		}
	}
}

// reprint writes a scalar's template in its canonical form.
func reprint(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || isNull(n) {
		return
	}
	t, err := ParseTemplate(n.Value)
	if err != nil {
		return
	}
	if s := t.String(); s != n.Value {
		n.Value, n.Tag = s, "!!str"
	}
	if n.Tag == "!!str" {
		n.Style = 0 // quoted only where YAML needs it
	}
}

// layout keeps a bracketed list or mapping on one line where it is short and
// has no comments, and gives all else its own lines.
func (p *formatter) layout(n *yaml.Node) {
	if isNull(n) && n.Value == "" {
		n.Value = "null" // in brackets the library would print ''
	}
	if n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode {
		size, plain := flowSize(n)
		if n.Style&yaml.FlowStyle == 0 || !plain || size > maxFlowChars {
			n.Style &^= yaml.FlowStyle
		}
	}
	for _, c := range n.Content {
		p.layout(c)
	}
}

// flowSize is about how many characters a node has on one line, and whether
// it can be written so.
func flowSize(n *yaml.Node) (size int, plain bool) {
	plain = n.HeadComment == "" && n.LineComment == "" && n.FootComment == "" && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0
	size = utf8.RuneCountInString(n.Value) + 2
	for _, c := range n.Content {
		s, ok := flowSize(c)
		size += s
		plain = plain && ok
	}
	return size, plain
}
