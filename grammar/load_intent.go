package grammar

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

func (l *loader) intent(at entry) *Intent {
	in := &Intent{Name: at.key, Pos: posOf(at.keyAt)}
	if at.val != nil && at.val.Kind == yaml.SequenceNode { // short for {data: […]}
		in.Blocks = l.blocks(at.val)
		return in
	}
	for _, e := range l.mapping(at.val, at.key) {
		switch e.key {
		case "data":
			in.Blocks = l.blocks(e.val)
		default:
			l.unknownKey(e, "data")
		}
	}
	return in
}

func (l *loader) blocks(n *yaml.Node) []*Block {
	var out []*Block
	for _, c := range l.items(n, "data", false) {
		b := &Block{Weight: 1, Pos: posOf(c)}
		for _, e := range l.mapping(c, "data") {
			l.blockKey(b, e)
		}
		out = append(out, b)
	}
	return out
}

// blockKeys are the keys of a block: hassil's, then ours.
var blockKeys = []string{"sentences", "slots", "requires_context", "excludes_context", "required_keywords",
	"metadata", "lists", "rules", "response", "settings", "route", "control", "action", "say", "weight", "roles"}

func (l *loader) blockKey(b *Block, e entry) {
	switch e.key {
	case "sentences":
		for _, n := range l.items(e.val, e.key, true) {
			if t := l.template(n, e.key); t != nil {
				b.Sentences = append(b.Sentences, t)
			}
		}
	case "slots":
		b.Slots = l.valueMap(e.val, e.key)
	case "requires_context":
		b.RequiresContext = l.conditions(e.val, e.key)
	case "excludes_context":
		b.ExcludesContext = l.conditions(e.val, e.key)
	case "required_keywords":
		b.RequiredKeywords = l.strs(e.val, e.key)
	case "metadata":
		b.Metadata = l.valueMap(e.val, e.key)
	case "lists":
		b.Lists = l.lists(e.val)
	case "rules", "expansion_rules":
		b.Rules = l.rules(e.val)
	case "response":
		b.Response = l.str(e.val, e.key)
	case "settings":
		var ignored Settings // hassil's optimisation switches
		l.settings(&ignored, e.val)
	default:
		l.ourKey(b, e)
	}
}

// ourKey reads the keys beside hassil's: what the portal does.
func (l *loader) ourKey(b *Block, e entry) {
	switch e.key {
	case "route":
		b.Route, b.RoutePos = l.str(e.val, e.key), posOf(e.val)
	case "control":
		b.Control = l.control(e.val)
	case "action":
		b.Action, b.ActionPos = l.oneOf(e, "navigate", "control", "search", "clarify", "none"), posOf(e.val)
	case "say":
		b.Say = l.str(e.val, e.key)
	case "weight":
		b.Weight = l.number(e.val, e.key)
		if b.Weight < 0 {
			l.report(Error, "bad-value", e.val, text("weight 不能是负数", "weight cannot be negative"))
		}
	case "roles":
		b.Roles = l.strs(e.val, e.key)
		l.checkRoles(e, b.Roles)
	default:
		l.unknownKey(e, blockKeys...)
	}
}

var roleNames = []string{"resident", "enterprise", "tourist"}

func (l *loader) checkRoles(e entry, roles []string) {
	for _, r := range roles {
		if !slices.Contains(roleNames, r) {
			d := l.report(Error, "bad-value", e.val, text("没有角色「%[1]s」，只有 %[2]v", "there is no role %[1]q, only %[2]v", r, roleNames))
			d.Suggestion = nearest(r, roleNames)
		}
	}
}

// control reads a name, or {name: zoom_set, percent: 150}.
func (l *loader) control(n *yaml.Node) *Control {
	c := &Control{Pos: posOf(n)}
	if n.Kind == yaml.ScalarNode {
		c.Name = l.str(n, "control")
		return c
	}
	for _, e := range l.mapping(n, "control") {
		if e.key == "name" {
			c.Name, c.Pos = l.str(e.val, e.key), posOf(e.val)
			continue
		}
		if c.Args == nil {
			c.Args = map[string]any{}
		}
		c.Args[e.key] = l.value(e.val, e.key)
	}
	if c.Name == "" {
		l.report(Error, "bad-value", n, text("control 没有 name", "control has no name"))
		return nil
	}
	return c
}

// conditions reads requires_context and excludes_context: a scalar, a list,
// null for any value, or {value: …, slot: true or a name}.
func (l *loader) conditions(n *yaml.Node, what string) []Condition {
	var out []Condition
	for _, e := range l.mapping(n, what) {
		c := Condition{Key: e.key, Pos: posOf(e.keyAt)}
		value := e.val
		if e.val.Kind == yaml.MappingNode {
			value = nil
			for _, m := range l.mapping(e.val, e.key) {
				switch m.key {
				case "value":
					value = m.val
				case "slot":
					c.Slot = l.slotName(m.val, e.key)
				default:
					l.unknownKey(m, "value", "slot")
				}
			}
		}
		c.Values = l.choices(value, e.key)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Condition) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// choices reads a scalar or a list of them; none for null or an absent node.
func (l *loader) choices(n *yaml.Node, what string) []any {
	if n == nil || isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return []any{l.value(n, what)}
	}
	out := []any{}
	for _, c := range l.items(n, what, false) {
		out = append(out, l.value(c, what))
	}
	return out
}

// slotName reads slot: true (the key's own name), false (none) or a name.
func (l *loader) slotName(n *yaml.Node, key string) string {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!bool" {
		if l.boolean(n, "slot") {
			return key
		}
		return ""
	}
	return l.str(n, "slot")
}
