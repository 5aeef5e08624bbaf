package grammar

import "go.yaml.in/yaml/v3"

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
