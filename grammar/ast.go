package grammar

// Pos is a place in a file: 1-based line and column, the column counted in
// characters as an editor shows them. The zero Pos means "unknown".
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Before reports whether p stands earlier in the file than q.
func (p Pos) Before(q Pos) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column
}

// Node is one part of a template. The concrete types are *Text, *Sequence,
// *Alternative, *Permutation, *ListRef and *RuleRef.
//
// String prints the node as template text that parses back to the same tree.
type Node interface {
	Pos() Pos // first character
	End() Pos // one past the last character
	String() string
}

var (
	_ Node = (*Text)(nil)
	_ Node = (*Sequence)(nil)
	_ Node = (*Alternative)(nil)
	_ Node = (*Permutation)(nil)
	_ Node = (*ListRef)(nil)
	_ Node = (*RuleRef)(nil)
)

// Span is where a node stands; every node embeds one.
type Span struct{ start, end Pos }

// Pos is the place of the node's first character.
func (s Span) Pos() Pos { return s.start }

// End is the place one past the node's last character.
func (s Span) End() Pos { return s.end }

// Text is a literal word with the white space that follows it.
type Text struct {
	Span
	Text     string // NFC, white space collapsed to single spaces, ’ as '
	Original string // as written, escapes removed
}

// Sequence is items one after the other. It may be empty: a branch like that
// of "(a|)".
type Sequence struct {
	Span
	Items []Node
}

// Alternative is a choice of one item. Optional adds the choice of nothing,
// which is not among the Items: "[a|b]" has two items.
type Alternative struct {
	Span
	Items    []Node // *Sequence, or *Permutation for "(a;b|c)"
	Optional bool
}

// Permutation is all items in any order.
type Permutation struct {
	Span
	Items []Node // *Sequence
	// Padded says that each item is matched as if one space stood before and
	// one after it. Only a permutation that shares its group with a "|", as
	// "(a;b|c)", is not padded.
	Padded bool
}

// ListRef is a slot filled from a list: {list}, {list:slot}, {list:@capture},
// {@capture} or a range {from..to,step:slot}.
type ListRef struct {
	Span
	List      string
	Slot      string // the list's name unless given
	EndOfWord bool   // white space follows in the template
	Capture   bool   // reported beside the slots, not as one
	Range     *Range // for {0..100,5:slot}; List is then the text "0..100,5"
	// hasSlot tells {a:a} from {a}; both have the same meaning.
	hasSlot bool
}

// RuleRef is <rule>: the body of a named rule.
type RuleRef struct {
	Span
	Rule string
}

// Template is one parsed template with its source text.
type Template struct {
	Source string // as written, without surrounding white space
	Root   Node   // *Sequence, *Alternative or *Permutation
	Span
}

// Walk calls visit for n and all nodes below it, parents first, until visit
// returns false.
func Walk(n Node, visit func(Node) bool) bool {
	if !visit(n) {
		return false
	}
	var items []Node
	switch n := n.(type) {
	case *Sequence:
		items = n.Items
	case *Alternative:
		items = n.Items
	case *Permutation:
		items = n.Items
	}
	for _, item := range items {
		if !Walk(item, visit) {
			return false
		}
	}
	return true
}
