package grammar

import "go.yaml.in/yaml/v3"

// scalarPlaces finds where each character of a scalar stands.
func (l *loader) scalarPlaces(n *yaml.Node) places {
	column := n.Column
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		column++
	}
	return linePlaces(n.Value, Pos{n.Line, column})
}
