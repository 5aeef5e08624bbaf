package grammar

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

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
