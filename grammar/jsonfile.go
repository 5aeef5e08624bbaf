package grammar

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// isJSON reports whether data is a JSON object. JSON is nearly, but not quite,
// a subset of YAML (tabs, surrogate pairs), so it gets a reader of its own.
func isJSON(data []byte) bool {
	head := bytes.TrimLeft(data, " \t\r\n")
	return len(head) > 0 && head[0] == '{' && json.Valid(data)
}

// jsonReader turns JSON into the nodes that a YAML file has.
type jsonReader struct {
	data []byte
	dec  *json.Decoder
	off  int // bytes up to which p has counted
	p    Pos
}

// jsonNodes reads data, which isJSON has accepted.
func jsonNodes(data []byte) (*yaml.Node, error) {
	r := &jsonReader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), p: Pos{1, 1}}
	r.dec.UseNumber()
	return r.value()
}

// start finds where the next token begins.
func (r *jsonReader) start() Pos {
	i := int(r.dec.InputOffset())
	for i < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[i]) >= 0 {
		i++
	}
	for r.off < i {
		c, size := utf8.DecodeRune(r.data[r.off:])
		r.off += size
		r.p.Column++
		if c == '\n' {
			r.p = Pos{r.p.Line + 1, 1}
		}
	}
	return r.p
}

func (r *jsonReader) value() (*yaml.Node, error) {
	at := r.start()
	tok, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: at.Line, Column: at.Column}
	switch tok := tok.(type) {
	case json.Delim:
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
		if tok == '[' {
			n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		}
		n.Style = yaml.FlowStyle
		return n, r.children(n)
	case string:
		n.Value, n.Tag, n.Style = tok, "!!str", yaml.DoubleQuotedStyle
	case json.Number:
		n.Value, n.Tag = tok.String(), "!!int"
		if bytes.ContainsAny([]byte(n.Value), ".eE") {
			n.Tag = "!!float"
		}
	case bool:
		n.Value, n.Tag = "false", "!!bool"
		if tok {
			n.Value = "true"
		}
	case nil:
		n.Value, n.Tag = "null", "!!null"
	}
	return n, nil
}

// children reads up to and with the closing bracket.
func (r *jsonReader) children(n *yaml.Node) error {
	for r.dec.More() {
		c, err := r.value()
		if err != nil {
			return err
		}
		n.Content = append(n.Content, c)
	}
	_, err := r.dec.Token()
	return err
}
