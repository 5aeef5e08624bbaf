package grammar

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v3"
)

// maxFlowChars is how long a bracketed [list] or {mapping} may be to stay on
// one line.
const maxFlowChars = 100

// Format prints a grammar file in its canonical form: keys in the order of the
// documentation, templates in half-width signs and single spaces, two spaces
// of indentation, comments kept. YAML stays YAML and JSON stays JSON. The
// result reads as the same grammar, and formatting it again changes nothing.
// A file with errors is not printed.
func Format(name string, data []byte) ([]byte, Diagnostics) {
	f, diags := Parse(name, data)
	if diags.HasErrors() {
		return nil, diags
	}
	out := data
	for range 4 { // comments may settle only after being read back
		next, err := formatOnce(out)
		if err != nil {
			return nil, append(diags, formatFailed(name, err.Error()))
		}
		if bytes.Equal(next, out) {
			break
		}
		out = next
	}
	again, rediags := Parse(name, out)
	if rediags.HasErrors() || !sameFile(f, again) {
		return nil, append(diags, formatFailed(name, "the printed file would read differently"))
	}
	return out, diags
}

func formatFailed(name, why string) Diagnostic {
	return Diagnostic{Severity: Error, Code: "not-formatted", File: name, Start: Pos{1, 1}, End: Pos{1, 1},
		Message: text("无法排版而不改变含义：%[1]s", "cannot be printed without changing its meaning: %[1]s", why)}
}

func formatOnce(data []byte) ([]byte, error) {
	p := &formatter{}
	if isJSON(data) {
		root, err := jsonNodes(data)
		if err != nil {
			return nil, err
		}
		p.file(root)
		return printJSON(root), nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return data, nil
	}
	p.anchors = hasAnchors(&doc)
	p.file(doc.Content[0])
	p.layout(&doc)
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// formatter rewrites the nodes of a file.
type formatter struct {
	anchors bool // keys stay in their order, so that no alias comes before its anchor
}

func hasAnchors(n *yaml.Node) bool {
	return n.Anchor != "" || n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasAnchors)
}

// The order of keys.
var (
	fileKeys  = []string{"language", "settings", "skip_words", "lists", "rules", "intents"}
	valueKeys = []string{"in", "out", "context", "metadata", "literal"}
)

func (p *formatter) file(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	p.renameRules(n)
	p.order(n, fileKeys)
	p.eachKey(n, func(key string, v *yaml.Node) {
		switch key {
		case "lists":
			p.lists(v)
		case "rules":
			p.eachKey(v, func(_ string, body *yaml.Node) { reprint(body) })
		case "intents":
			p.eachKey(v, func(_ string, in *yaml.Node) {
				p.blocks(in)
				p.eachKey(in, func(key string, data *yaml.Node) { p.blocks(data) })
			})
		}
	})
}

// renameRules gives hassil's older key its present name.
func (p *formatter) renameRules(n *yaml.Node) {
	var old *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch n.Content[i].Value {
		case "rules":
			return
		case "expansion_rules":
			old = n.Content[i]
		}
	}
	if old != nil {
		old.Value = "rules"
	}
}

func (p *formatter) blocks(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		return
	}
	for _, b := range n.Content {
		if b.Kind != yaml.MappingNode {
			continue
		}
		p.renameRules(b)
		p.order(b, blockKeys)
		p.eachKey(b, func(key string, v *yaml.Node) {
			switch key {
			case "sentences":
				reprintAll(v)
			case "lists":
				p.lists(v)
			case "rules":
				p.eachKey(v, func(_ string, body *yaml.Node) { reprint(body) })
			}
		})
	}
}

func (p *formatter) lists(n *yaml.Node) {
	p.eachKey(n, func(_ string, list *yaml.Node) {
		p.values(list)
		p.eachKey(list, func(key string, v *yaml.Node) {
			if key == "values" {
				p.values(v)
			}
		})
	})
}

func (p *formatter) values(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		return
	}
	for _, v := range n.Content {
		if v.Kind == yaml.MappingNode {
			p.order(v, valueKeys)
			literal := false
			p.eachKey(v, func(key string, x *yaml.Node) { literal = literal || key == "literal" && x.Value == "true" })
			p.eachKey(v, func(key string, x *yaml.Node) {
				if key == "in" && !literal {
					reprint(x)
				}
			})
			continue
		}
		reprint(v)
	}
}
