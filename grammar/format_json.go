package grammar

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// printJSON writes nodes that came from JSON with two spaces of indentation;
// what is short and holds only scalars stays on one line.
func printJSON(n *yaml.Node) []byte {
	var b bytes.Buffer
	writeJSON(&b, n, "\n")
	b.WriteByte('\n')
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, n *yaml.Node, newline string) {
	opening, closing := "[", "]"
	step := 1
	switch n.Kind {
	case yaml.ScalarNode:
		b.WriteString(jsonScalar(n))
		return
	case yaml.MappingNode:
		opening, closing = "{", "}"
		step = 2
	}
	inner, sep := newline+"  ", ","
	if oneLine(n) {
		newline, inner, sep = "", "", ", "
	}
	b.WriteString(opening)
	for i := 0; i < len(n.Content); i += step {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(inner)
		if step == 2 {
			b.WriteString(jsonScalar(n.Content[i]) + ": ")
		}
		writeJSON(b, n.Content[i+step-1], inner)
	}
	b.WriteString(newline + closing)
}

// oneLine reports a list or mapping of few scalars.
func oneLine(n *yaml.Node) bool {
	for _, c := range n.Content {
		if len(c.Content) > 0 {
			return false
		}
	}
	size, _ := flowSize(n)
	return size <= maxFlowChars
}

func jsonScalar(n *yaml.Node) string {
	if n.Tag != "!!str" {
		return n.Value
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(n.Value); err != nil {
		return `""` // a string always has an encoding
	}
	return strings.TrimSuffix(b.String(), "\n")
}
