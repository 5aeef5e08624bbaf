package grammar

// Pos is a place in a file: 1-based line and column, the column counted in
// characters as an editor shows them. The zero Pos means "unknown".
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Node is one part of a template. The concrete types are *Text, *Sequence,
// *Alternative, *Permutation, *ListRef and *RuleRef.
//
// String prints the node as template text that parses back to the same tree.
type Node interface {
	Pos() Pos
	String() string
}
