// Package exact matches a text against one template with the meaning of
// GRAMMAR.md's language, letter by letter and without tolerance, and yields
// every way in which it matches.
package exact

import (
	"strings"
	"unicode"

	"github.com/tingdong/tingdong/grammar"
)

// Scope resolves the names of a template; what is nil never matches.
type Scope struct {
	Rule func(name string) *grammar.Template
	List func(ref *grammar.ListRef) *grammar.List
	// Requires and Excludes filter list values by their context before they
	// are tried.
	Requires, Excludes []grammar.Condition
	Context            map[string]any
	Language           string
	IgnoreSpace        bool
}

// Entity is one slot that was filled, in the order of the text.
type Entity struct {
	Slot     string
	Text     string // as it stands in the text
	Value    any
	Wildcard bool
	Capture  bool
}

// Result is one way to match.
type Result struct {
	Entities []Entity
	Context  map[string]any
	Literal  int // characters that the template itself says, without white space
}

// Budget bounds the steps of any number of matches; the sentences of the
// largest public grammar need some hundred each.
type Budget struct{ Steps int }

// DefaultBudget is what one utterance may cost: about 50 ms.
const DefaultBudget = 2_000_000

// maxNesting bounds rules that use themselves.
const maxNesting = 100

// Match calls yield for each way in which text matches root, in the order of
// the template's choices, until yield returns false. text must be normalised
// as GRAMMAR.md says; without IgnoreSpace a space must end it.
func Match(text string, root grammar.Node, scope *Scope, budget *Budget, yield func(Result) bool) {
	w := &walker{scope: scope, text: []rune(text), budget: budget, yield: yield}
	w.lower = make([]rune, len(w.text))
	for i, r := range w.text {
		w.lower[i] = unicode.ToLower(r)
	}
	w.node(root, state{start: true, context: scope.Context}, w.finish)
}

// state is how far the text is matched.
type state struct {
	pos     int
	start   bool // a word may begin here, so white space does not count
	broken  bool // - and _ count as a space from here on
	open    bool // the last entity is a wildcard that has no text yet
	from    int  // where the open wildcard begins
	whole   bool // the open wildcard ends with a whole word
	depth   int
	literal int
	last    *entity
	context map[string]any
}

// entity is a linked list, the last one first.
type entity struct {
	Entity
	before *entity
}

type walker struct {
	scope  *Scope
	text   []rune
	lower  []rune
	budget *Budget
	done   bool
	yield  func(Result) bool
}

// next is what follows a part that matched.
type next func(state)

func (w *walker) spent() bool {
	w.budget.Steps--
	return w.done || w.budget.Steps < 0
}

func (w *walker) node(n grammar.Node, st state, k next) {
	if w.spent() {
		return
	}
	switch n := n.(type) {
	case *grammar.Text:
		w.chunk(n.Text, st, k)
	case *grammar.Sequence:
		w.sequence(n.Items, st, k)
	case *grammar.Alternative:
		for _, item := range n.Items {
			w.node(item, st, k)
		}
		if n.Optional {
			k(st)
		}
	case *grammar.Permutation:
		w.permutation(n, n.Items, st, k)
	case *grammar.ListRef:
		w.list(n, st, k)
	case *grammar.RuleRef:
		if body := w.scope.Rule(n.Rule); body != nil && st.depth < maxNesting {
			st.depth++
			w.node(body.Root, st, func(st state) { st.depth--; k(st) })
		}
	}
}

func (w *walker) sequence(items []grammar.Node, st state, k next) {
	if len(items) == 0 {
		k(st)
		return
	}
	w.node(items[0], st, func(st state) { w.sequence(items[1:], st, k) })
}

// permutation takes each of the items that are left first.
func (w *walker) permutation(n *grammar.Permutation, left []grammar.Node, st state, k next) {
	if len(left) == 0 {
		k(st)
		return
	}
	pad := func(st state, k next) {
		if n.Padded {
			w.chunk(" ", st, k)
			return
		}
		k(st)
	}
	for i, item := range left {
		if w.spent() {
			return
		}
		rest := make([]grammar.Node, 0, len(left)-1)
		rest = append(append(rest, left[:i]...), left[i+1:]...)
		pad(st, func(st state) {
			w.node(item, st, func(st state) {
				pad(st, func(st state) { w.permutation(n, rest, st, k) })
			})
		})
	}
}

// at is the lower-case character at i.
func (w *walker) at(i int, broken bool) rune {
	r := w.lower[i]
	if broken && (r == '-' || r == '_') {
		return ' '
	}
	return r
}

func (w *walker) hasAt(i int, chunk []rune, broken bool) bool {
	if i+len(chunk) > len(w.lower) {
		return false
	}
	for j, r := range chunk {
		if w.at(i+j, broken) != r {
			return false
		}
	}
	return true
}

func (w *walker) skipSpace(i int, broken bool) int {
	for i < len(w.text) && unicode.IsSpace(w.at(i, broken)) {
		i++
	}
	return i
}

// chunk matches a word of the template with the white space around it.
func (w *walker) chunk(text string, st state, k next) {
	if text == "" {
		k(st)
		return
	}
	word := text
	if w.scope.IgnoreSpace {
		word = strings.Join(strings.Fields(text), "")
	} else if st.start {
		word = strings.TrimLeftFunc(text, unicode.IsSpace)
		st.pos = w.skipSpace(st.pos, st.broken)
	}
	chunk := []rune(strings.ToLower(word))
	blank := strings.TrimSpace(word) == ""
	if st.open {
		w.chunkAfterWildcard(text, chunk, blank, st, k)
		return
	}
	endsWord := strings.HasSuffix(text, " ")
	switch {
	case w.hasAt(st.pos, chunk, st.broken):
		st.pos += len(chunk)
		st.start = endsWord
	case blank && w.skipSpace(st.pos, st.broken) == len(w.text):
		// Nothing is left to match; the template may still end in spaces.
	case w.hasAt(st.pos, chunk, true):
		st.pos += len(chunk)
		st.broken = true
	default:
		return
	}
	st.literal += len([]rune(strings.TrimSpace(word)))
	k(st)
}

// chunkAfterWildcard lets the wildcard take the text up to each place where
// the chunk stands.
func (w *walker) chunkAfterWildcard(text string, chunk []rune, blank bool, st state, k next) {
	if blank {
		st.start = true
		k(st)
		return
	}
	for i := st.pos + 1; i+len(chunk) <= len(w.text); i++ {
		if !w.hasAt(i, chunk, st.broken) || st.whole && !w.scope.IgnoreSpace && !unicode.IsSpace(w.at(i-1, st.broken)) {
			continue
		}
		if w.spent() {
			return
		}
		if closed, ok := w.close(st, i); ok {
			closed.start = true
			w.chunk(text, closed, k)
		}
	}
}

// close gives the open wildcard the text up to end; false when that is blank.
func (w *walker) close(st state, end int) (state, bool) {
	text := strings.TrimSpace(string(w.text[st.from:end]))
	if text == "" {
		return st, false
	}
	e := *st.last
	e.Text, e.Value = text, text
	st.last, st.open, st.pos = &e, false, end
	return st, true
}

// finish accepts a state when nothing but white space and punctuation is left.
func (w *walker) finish(st state) {
	if st.open {
		closed, ok := w.close(st, len(w.text))
		if !ok {
			return
		}
		st = closed
	}
	for _, r := range w.text[st.pos:] {
		if !unicode.IsSpace(r) && !strings.ContainsRune(punctuation, r) {
			return
		}
	}
	n := 0
	for e := st.last; e != nil; e = e.before {
		n++
	}
	out := Result{Context: st.context, Literal: st.literal, Entities: make([]Entity, n)}
	for e := st.last; e != nil; e = e.before {
		n--
		out.Entities[n] = e.Entity
	}
	if !w.yield(out) {
		w.done = true
	}
}

const punctuation = ".。,，?¿？؟!¡！;；:：’"
