package automaton

import (
	"strings"
	"unicode"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/normal"
	"github.com/tingdong/tingdong/intent/number"
)

// Bounds of a list.
const (
	maxForms     = 2000 // ways of saying one value
	maxFormLen   = 64   // tokens of one value
	maxRangeSize = 3000 // numbers whose words are indexed; larger ranges are read exactly
)

// List is a compiled list: any text, numbers, or a trie of values.
type List struct {
	Wildcard bool
	Range    *grammar.Range // set for a range, also when the trie holds its words
	trie     *Automaton
	numbers  []float64 // for a range in the trie: the number of each id
}

// ListBuilder collects the values of one list.
type ListBuilder struct {
	states []mutable
	next   map[trieKey]int32
	limit  []float32
	depth  []uint8
}

type trieKey struct {
	from int32
	label
}

// AddText adds one way of saying the value id: plain text, no template.
func (l *ListBuilder) AddText(text string, id int32) {
	parsed := normal.Parse(text, maxFormLen)
	path := make([]label, 0, len(parsed.Tokens))
	for _, t := range parsed.Tokens {
		switch t.Kind {
		case normal.Han, normal.Sign:
			path = append(path, label{r: []rune(t.Text)[0]})
		case normal.Word:
			path = append(path, label{word: t.Text})
		case normal.Digits:
			l.addTemplate(grammar.LiteralTemplate(text, grammar.Pos{}).Root, Scope{}, id)
			return
		}
	}
	l.addPath(path, id)
}

// Add adds a value whose text is a template; scope resolves its rules.
func (l *ListBuilder) Add(root grammar.Node, scope Scope, id int32) {
	if text, ok := plainText(root); ok {
		l.AddText(text, id)
		return
	}
	l.addTemplate(root, scope, id)
}

// plainText joins a node of words only.
func plainText(root grammar.Node) (string, bool) {
	var b strings.Builder
	plain := grammar.Walk(root, func(n grammar.Node) bool {
		switch n := n.(type) {
		case *grammar.Text:
			b.WriteString(n.Text)
		case *grammar.Sequence:
		default:
			return false
		}
		return true
	})
	return b.String(), plain
}

// addTemplate adds each of the ways a template can be said, up to maxForms.
func (l *ListBuilder) addTemplate(root grammar.Node, scope Scope, id int32) {
	var b Builder
	if scope.List == nil {
		scope.List = func(*grammar.ListRef) string { return "" }
	}
	if b.Add(root, scope, 0) != nil {
		return
	}
	forms := 0
	l.enumerate(&b, 0, nil, &forms, id, map[int32]bool{})
}

func (l *ListBuilder) enumerate(b *Builder, s int32, path []label, forms *int, id int32, loop map[int32]bool) {
	if *forms >= maxForms || len(path) > maxFormLen || loop[s] {
		return
	}
	loop[s] = true
	defer delete(loop, s)
	if len(b.final[s]) > 0 {
		*forms++
		l.addPath(path, id)
	}
	for _, e := range b.edges(s) {
		if e.ref == 0 {
			l.enumerate(b, e.to, append(path[:len(path):len(path)], e.label), forms, id, map[int32]bool{})
		}
	}
	for _, a := range b.arcs[s] {
		if a.kind == breakArc {
			l.enumerate(b, a.to, path, forms, id, loop)
		}
	}
	for _, to := range b.eps[s] {
		l.enumerate(b, to, path, forms, id, loop)
	}
}

func (l *ListBuilder) addPath(path []label, id int32) {
	if len(path) == 0 || len(path) > maxFormLen {
		return
	}
	if l.next == nil {
		l.next = map[trieKey]int32{}
		l.states, l.limit, l.depth = make([]mutable, 1), make([]float32, 1), make([]uint8, 1)
	}
	allowed := Allow(len(path))
	at := int32(0)
	l.limit[0] = max(l.limit[0], allowed)
	for _, step := range path {
		key := trieKey{at, step}
		to, ok := l.next[key]
		if !ok {
			to = int32(len(l.states))
			l.states, l.limit = append(l.states, mutable{}), append(l.limit, 0)
			l.depth = append(l.depth, l.depth[at]+1)
			l.next[key] = to
			l.states[at].next = append(l.states[at].next, edge{step, to})
		}
		at = to
		l.limit[at] = max(l.limit[at], allowed)
	}
	finals := l.states[at].finals
	if len(finals) == 0 || finals[len(finals)-1] != id {
		l.states[at].finals = append(finals, id)
	}
}

// Build makes the list.
func (l *ListBuilder) Build() *List {
	if l.next == nil {
		l.states, l.limit, l.depth = make([]mutable, 1), make([]float32, 1), make([]uint8, 1)
	}
	trie := freeze(l.states, nil)
	trie.limit, trie.depth = l.limit, l.depth
	return &List{trie: trie}
}

// NewRange compiles a range of numbers.
func NewRange(r *grammar.Range, language string) *List {
	out := &List{Range: r}
	size := (r.To - r.From) / max(r.Step, 1)
	parts := map[string]int{"halves": 2, "tenths": 10}[r.Fractions]
	if size < 0 || size*max(parts, 1) > maxRangeSize {
		return out
	}
	var b ListBuilder
	if r.WordsLanguage != "" {
		language = r.WordsLanguage
	}
	for n := r.From; n <= r.To; n += max(r.Step, 1) {
		for part := range max(parts, 1) {
			out.addNumber(&b, n, part*10/max(parts, 1), language)
		}
	}
	out.trie = b.Build().trie
	for s := range out.trie.limit {
		out.trie.limit[s] = numberLimit
	}
	return out
}

// numberLimit is the dearest match of a number: a homophone, as 武 for 五, but
// no other digit.
const numberLimit = 0.1

// addNumber adds the words of n and tenths.
func (l *List) addNumber(b *ListBuilder, n, tenths int, language string) {
	id := int32(len(l.numbers))
	value, tail := float64(n), ""
	if tenths > 0 {
		value, tail = value+float64(tenths)/10, "点"+number.Chinese(tenths)
	}
	l.numbers = append(l.numbers, value)
	for _, form := range number.ChineseForms(n) { // also how digits are read
		b.AddText(form+tail, id)
	}
	if strings.HasPrefix(strings.ToLower(language), "en") && l.Range.Words {
		words := number.English(n)
		if tenths > 0 {
			words += " point " + number.English(tenths)
		}
		b.AddText(words, id)
	}
}

// exactNumber reads the longest spelled-out number at the start of tokens, for
// ranges too large to index. It returns the tokens read, 0 for none.
func (l *List) exactNumber(tokens []Token) (value float64, used int) {
	var b strings.Builder
	for i := range tokens {
		r := tokens[i].Rune
		if !unicode.Is(unicode.Han, r) && r != '〇' || !number.IsChinese(r) {
			break
		}
		b.WriteRune(r)
		n, ok := number.ParseChinese(b.String())
		if ok && n >= l.Range.From && n <= l.Range.To && (n-l.Range.From)%max(l.Range.Step, 1) == 0 {
			value, used = float64(n), i+1
		}
	}
	return value, used
}
