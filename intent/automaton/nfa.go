// Package automaton compiles templates and lists into deterministic automata
// over characters and words, and finds what an utterance may have meant in
// them: exactly, or with misheard, dropped and inserted syllables.
package automaton

import (
	"errors"
	"unicode"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/normal"
)

// Limits of one automaton; the shipped grammars need about one percent.
const (
	maxStates      = 1 << 21
	maxSubsets     = 1 << 19
	maxPermutation = 12 // items; 2^n states
	maxRuleDepth   = 60
)

// ErrTooLarge is returned when templates cannot be compiled within bounded
// memory: rules that double each other, or permutations of many items.
var ErrTooLarge = errors.New("the grammar is too large to compile: shorten rules that use each other, or permutations of many items")

// Ref is one {list} reference of a template.
type Ref struct {
	List    string // key of the list as Scope gave it
	Slot    string
	Capture bool
}

// Scope resolves names of one template.
type Scope struct {
	Rule func(name string) *grammar.Template // nil when there is none
	List func(ref *grammar.ListRef) string   // key of a list
}

type arcKind uint8

const (
	letterArc arcKind = iota // a letter or digit of a word
	signArc                  // a token of its own: a Chinese character, % or +
	breakArc                 // white space or punctuation: ends a word, matches nothing
	listArc
)

type charArc struct {
	kind arcKind
	r    rune
	ref  int32
	to   int32
}

// Builder collects templates. The zero value is ready.
type Builder struct {
	eps   [][]int32
	arcs  [][]charArc
	final map[int32][]int32
	refs  []Ref
	byRef map[Ref]int32
	err   error
}

func (b *Builder) state() int32 {
	if len(b.eps) == 0 {
		b.final = map[int32][]int32{}
		b.byRef = map[Ref]int32{}
		b.eps, b.arcs = append(b.eps, nil), append(b.arcs, nil) // 0 is the start
	}
	if len(b.eps) >= maxStates {
		b.err = ErrTooLarge
		return 0
	}
	b.eps, b.arcs = append(b.eps, nil), append(b.arcs, nil)
	return int32(len(b.eps) - 1)
}

func (b *Builder) link(from, to int32) {
	if from != to {
		b.eps[from] = append(b.eps[from], to)
	}
}

// Add compiles one template; a match of it reports id.
func (b *Builder) Add(root grammar.Node, scope Scope, id int32) error {
	start := b.state()
	if b.err != nil {
		return b.err
	}
	b.link(0, start)
	end := b.node(root, scope, start, 0)
	b.final[end] = append(b.final[end], id)
	return b.err
}

// node appends what n matches behind the state from and returns the state
// after it.
func (b *Builder) node(n grammar.Node, scope Scope, from int32, depth int) int32 {
	if b.err != nil {
		return from
	}
	if depth > maxRuleDepth {
		b.err = ErrTooLarge
		return from
	}
	switch n := n.(type) {
	case *grammar.Text:
		return b.text(n.Text, from)
	case *grammar.Sequence:
		for _, item := range n.Items {
			from = b.node(item, scope, from, depth)
		}
		return from
	case *grammar.Alternative:
		return b.alternative(n, scope, from, depth)
	case *grammar.Permutation:
		return b.permutation(n, scope, from, depth)
	case *grammar.ListRef:
		return b.list(n, scope, from)
	case *grammar.RuleRef:
		if body := scope.Rule(n.Rule); body != nil {
			return b.node(body.Root, scope, from, depth+1)
		}
	}
	// An unknown rule is an error of the grammar's check; here its template
	// simply never matches.
	return b.state()
}

func (b *Builder) alternative(n *grammar.Alternative, scope Scope, from int32, depth int) int32 {
	end := b.state()
	for _, item := range n.Items {
		start := b.state()
		if b.err != nil {
			return from
		}
		b.link(from, start)
		b.link(b.node(item, scope, start, depth), end)
	}
	if n.Optional {
		b.link(from, end)
	}
	return end
}

// permutation has one state for each set of items already matched.
func (b *Builder) permutation(n *grammar.Permutation, scope Scope, from int32, depth int) int32 {
	if len(n.Items) > maxPermutation {
		b.err = ErrTooLarge
		return from
	}
	sets := make([]int32, 1<<len(n.Items))
	sets[0] = from
	for set := 1; set < len(sets); set++ {
		sets[set] = b.state()
	}
	for set := range sets {
		for i, item := range n.Items {
			if set&(1<<i) != 0 || b.err != nil {
				continue
			}
			start := b.state()
			if b.err != nil {
				return from
			}
			b.arc(sets[set], charArc{kind: breakArc, to: start})
			b.arc(b.node(item, scope, start, depth), charArc{kind: breakArc, to: sets[set|1<<i]})
		}
	}
	return sets[len(sets)-1]
}

func (b *Builder) arc(from int32, a charArc) { b.arcs[from] = append(b.arcs[from], a) }

func (b *Builder) list(n *grammar.ListRef, scope Scope, from int32) int32 {
	end := b.state()
	if b.err != nil {
		return from
	}
	ref := Ref{List: scope.List(n), Slot: n.Slot, Capture: n.Capture}
	id, ok := b.byRef[ref]
	if !ok {
		id = int32(len(b.refs))
		b.refs, b.byRef[ref] = append(b.refs, ref), id
	}
	b.arc(from, charArc{kind: listArc, ref: id, to: end})
	return end
}

// text appends the characters of a word with the spaces around it.
func (b *Builder) text(s string, from int32) int32 {
	runes := []rune(s)
	if len(runes) == 0 {
		return from
	}
	if unicode.IsSpace(runes[0]) {
		from = b.char(from, charArc{kind: breakArc})
	}
	for _, r := range normal.Display(s) {
		switch {
		case r == '\'':
			continue
		case normal.IsHan(r) || r == '%' || r == '+':
			from = b.char(from, charArc{kind: signArc, r: r})
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			from = b.char(from, charArc{kind: letterArc, r: unicode.ToLower(r)})
		default:
			from = b.char(from, charArc{kind: breakArc})
		}
	}
	if last := runes[len(runes)-1]; !unicode.IsLetter(last) && !unicode.IsDigit(last) {
		from = b.char(from, charArc{kind: breakArc})
	}
	return from
}

func (b *Builder) char(from int32, a charArc) int32 {
	a.to = b.state()
	if b.err != nil {
		return from
	}
	b.arc(from, a)
	return a.to
}
