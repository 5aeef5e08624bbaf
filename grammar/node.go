package grammar

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// maxAliasDepth bounds how far *alias is followed; data of ours nests four deep.
const maxAliasDepth = 20

// loader reads the nodes of one document and collects what is wrong.
type loader struct {
	name    string
	src     *source
	json    bool
	dialect Dialect
	diags   Diagnostics
}

func (l *loader) report(sev Severity, code string, n *yaml.Node, m Message) *Diagnostic {
	d := Diagnostic{Severity: sev, Code: code, File: l.name, Message: m}
	if n != nil {
		d.Start = Pos{n.Line, n.Column}
		d.End = Pos{n.Line, n.Column + len([]rune(n.Value))}
	}
	l.diags = append(l.diags, d)
	return &l.diags[len(l.diags)-1]
}

func (l *loader) badType(n *yaml.Node, what string, wantZH, wantEN string) {
	l.report(Error, "bad-type", n, text("%[1]s 应该是%[2]s", "%[1]s must be %[3]s", what, wantZH, wantEN))
}

func posOf(n *yaml.Node) Pos { return Pos{n.Line, n.Column} }

// resolve follows aliases.
func resolve(n *yaml.Node) *yaml.Node {
	for range maxAliasDepth {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	keyAt *yaml.Node
	val   *yaml.Node
}

// mapping returns the entries of n in file order, with merge keys (<<) one
// level deep, and reports what is no mapping and keys given twice.
func (l *loader) mapping(n *yaml.Node, what string) []entry {
	n = resolve(n)
	if n == nil || isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		l.badType(n, what, "键值对", "a mapping")
		return nil
	}
	seen := make(map[string]Pos, len(n.Content)/2)
	var out, merged []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := resolve(n.Content[i]), n.Content[i+1]
		if k == nil || k.Kind != yaml.ScalarNode {
			l.badType(n.Content[i], what, "以文字为键的键值对", "a mapping with text keys")
			continue
		}
		if k.Tag == "!!merge" {
			merged = append(merged, l.merged(v, what)...)
			continue
		}
		if at, dup := seen[k.Value]; dup {
			l.report(Error, "duplicate-key", k, text("「%[1]s」在 %[2]s 已经写过", "%[1]q was already given at %[2]s", k.Value, at))
			continue
		}
		seen[k.Value] = posOf(k)
		out = append(out, entry{k.Value, k, resolve(v)})
	}
	for _, e := range merged {
		if _, own := seen[e.key]; !own {
			seen[e.key] = posOf(e.keyAt)
			out = append(out, e)
		}
	}
	return out
}

// merged reads the mapping of a merge key; it does not follow further merges.
func (l *loader) merged(v *yaml.Node, what string) []entry {
	v = resolve(v)
	if v == nil || v.Kind != yaml.MappingNode {
		l.badType(v, what, "可合并的键值对", "a mapping to merge")
		return nil
	}
	var out []entry
	for i := 0; i+1 < len(v.Content); i += 2 {
		if k := resolve(v.Content[i]); k != nil && k.Kind == yaml.ScalarNode && k.Tag != "!!merge" {
			out = append(out, entry{k.Value, k, resolve(v.Content[i+1])})
		}
	}
	return out
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// items returns the elements of a sequence; a single scalar counts as a
// sequence of one where oneToo is set.
func (l *loader) items(n *yaml.Node, what string, oneToo bool) []*yaml.Node {
	n = resolve(n)
	switch {
	case n == nil || isNull(n):
		return nil
	case n.Kind == yaml.SequenceNode:
		out := make([]*yaml.Node, 0, len(n.Content))
		for _, c := range n.Content {
			if c = resolve(c); c != nil {
				out = append(out, c)
			}
		}
		return out
	case oneToo && n.Kind == yaml.ScalarNode:
		return []*yaml.Node{n}
	}
	l.badType(n, what, "列表", "a list")
	return nil
}

// str reads text; numbers and booleans are taken as they are written.
func (l *loader) str(n *yaml.Node, what string) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		l.badType(n, what, "文字", "text")
		return ""
	}
	if isNull(n) {
		return ""
	}
	return n.Value
}

func (l *loader) strs(n *yaml.Node, what string) []string {
	var out []string
	for _, c := range l.items(n, what, true) {
		out = append(out, l.str(c, what))
	}
	return out
}

func (l *loader) boolean(n *yaml.Node, what string) bool {
	if n != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!bool" {
		b, err := strconv.ParseBool(n.Value)
		if err == nil {
			return b
		}
	}
	l.badType(n, what, " true 或 false", "true or false")
	return false
}

func (l *loader) integer(n *yaml.Node, what string) int {
	if n != nil && n.Kind == yaml.ScalarNode {
		var i int
		if err := n.Decode(&i); err == nil && n.Tag != "!!str" {
			return i
		}
	}
	l.badType(n, what, "整数", "a whole number")
	return 0
}

func (l *loader) number(n *yaml.Node, what string) float64 {
	if n != nil && n.Kind == yaml.ScalarNode {
		var f float64
		if err := n.Decode(&f); err == nil && n.Tag != "!!str" {
			return f
		}
	}
	l.badType(n, what, "数字", "a number")
	return 0
}

// value reads any data; the YAML library bounds what aliases expand to.
func (l *loader) value(n *yaml.Node, what string) (v any) {
	if n == nil {
		return nil
	}
	if err := n.Decode(&v); err != nil {
		l.report(Error, "bad-value", n, text("%[1]s 无法读取：%[2]v", "%[1]s cannot be read: %[2]v", what, err))
		return nil
	}
	return plain(v)
}

// plain gives maps text keys, as JSON has them.
func plain(v any) any {
	switch v := v.(type) {
	case map[any]any:
		m := make(map[string]any, len(v))
		for k, x := range v {
			m[fmt.Sprint(k)] = plain(x)
		}
		return m
	case map[string]any:
		for k, x := range v {
			v[k] = plain(x)
		}
	case []any:
		for i, x := range v {
			v[i] = plain(x)
		}
	}
	return v
}

// valueMap reads a mapping of any data.
func (l *loader) valueMap(n *yaml.Node, what string) map[string]any {
	entries := l.mapping(n, what)
	if len(entries) == 0 {
		return nil
	}
	m := make(map[string]any, len(entries))
	for _, e := range entries {
		m[e.key] = l.value(e.val, what)
	}
	return m
}

// template parses a scalar as template text.
func (l *loader) template(n *yaml.Node, what string) *Template {
	if n == nil || n.Kind != yaml.ScalarNode {
		l.badType(n, what, "模板文字", "template text")
		return nil
	}
	src := n.Value
	if isNull(n) {
		src = ""
	}
	t, bad := parseTemplate(src, l.dialect, l.scalarPlaces(n))
	if bad != nil {
		bad.File = l.name
		l.diags = append(l.diags, *bad)
		return nil
	}
	return t
}
