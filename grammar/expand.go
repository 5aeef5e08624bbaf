package grammar

import (
	"strconv"
	"strings"

	"github.com/tingdong/tingdong/grammar/number"
)

// Bounds of an expansion: an utterance of a thousand characters takes minutes
// to say, and rules of a file that was never checked may call themselves.
const (
	maxSampleBytes = 3000
	maxRuleDepth   = 100
)

// expander enumerates the texts of a template, first branches first, without
// ever holding more than one of them.
type expander struct {
	s     scope
	lang  string // for number words; empty gives digits only
	steps *int   // nodes it may still visit, with others that share them
	depth int
	// reference prints a list reference as it is; nil fills in the values.
	reference func(*ListRef) string
	core      bool // what is optional is left out
}

// each calls yield with prefix followed by each text of n, until yield returns
// false or the steps are used up; it returns false then.
func (e *expander) each(n Node, prefix string, yield func(string) bool) bool {
	if *e.steps--; *e.steps < 0 {
		return false
	}
	if len(prefix) > maxSampleBytes {
		return true
	}
	switch n := n.(type) {
	case *Text:
		return yield(prefix + n.Text)
	case *Sequence:
		return e.sequence(n.Items, prefix, yield)
	case *Alternative:
		if n.Optional && e.core {
			return yield(prefix)
		}
		for _, item := range n.Items {
			if !e.each(item, prefix, yield) {
				return false
			}
		}
		return !n.Optional || yield(prefix)
	case *Permutation:
		return e.permutation(n, make([]bool, len(n.Items)), len(n.Items), prefix, yield)
	case *ListRef:
		return e.list(n, prefix, yield)
	case *RuleRef:
		return e.rule(n, prefix, yield)
	}
	return true
}

func (e *expander) sequence(items []Node, prefix string, yield func(string) bool) bool {
	if len(items) == 0 {
		return yield(prefix)
	}
	return e.each(items[0], prefix, func(s string) bool { return e.sequence(items[1:], s, yield) })
}

func (e *expander) permutation(n *Permutation, used []bool, left int, prefix string, yield func(string) bool) bool {
	if left == 0 {
		return yield(prefix)
	}
	pad := ""
	if n.Padded {
		pad = " "
	}
	for i, item := range n.Items {
		if used[i] {
			continue
		}
		used[i] = true
		more := e.each(item, prefix+pad, func(s string) bool { return e.permutation(n, used, left-1, s+pad, yield) })
		used[i] = false
		if !more {
			return false
		}
	}
	return true
}

func (e *expander) rule(n *RuleRef, prefix string, yield func(string) bool) bool {
	r := e.s.rule(n.Rule)
	if r == nil || e.depth >= maxRuleDepth {
		return true
	}
	e.depth++
	more := e.each(r.Body.Root, prefix, func(s string) bool {
		e.depth-- // what follows the reference is not inside the rule
		defer func() { e.depth++ }()
		return yield(s)
	})
	e.depth--
	return more
}

func (e *expander) list(n *ListRef, prefix string, yield func(string) bool) bool {
	if e.reference != nil {
		return yield(prefix + e.reference(n))
	}
	list, r := e.s.list(n.List), n.Range
	if r == nil && list != nil {
		r = list.Range
	}
	switch {
	case r != nil:
		return r.each(e.lang, func(s string) bool { *e.steps--; return *e.steps >= 0 && yield(prefix+s) })
	case list == nil || list.Wildcard:
		return yield(prefix + "{" + n.List + "}")
	}
	if e.depth >= maxRuleDepth {
		return true
	}
	e.depth++
	defer func() { e.depth-- }()
	for _, v := range list.Values {
		if !e.each(v.Template.Root, prefix, yield) {
			return false
		}
	}
	return true
}

// each calls yield with the texts of the range's numbers: digits, then words
// in lang unless it is empty.
func (r *Range) each(lang string, yield func(string) bool) bool {
	if r.WordsLanguage != "" {
		lang = r.WordsLanguage
	}
	for i := range r.Len() {
		for _, s := range r.texts(i, lang) {
			if !yield(s) {
				return false
			}
		}
	}
	return true
}

// parts are how many texts one whole number stands for, with its fractions.
func (r *Range) parts() int {
	return map[string]int{"halves": 2, "tenths": 10}[r.Fractions] + map[string]int{"": 1}[r.Fractions]
}

// Len is how many numbers the range holds, fractions included; 0 for a range
// whose bounds are wrong.
func (r *Range) Len() int {
	if r.Step < 1 || r.From > r.To {
		return 0
	}
	n := (uint64(r.To)-uint64(r.From))/uint64(r.Step) + 1
	return int(min(n, maxRangeNumbers)) * r.parts()
}

// texts are the spellings of the range's i-th number.
func (r *Range) texts(i int, lang string) []string {
	n := int64(r.From) + int64(i/r.parts())*int64(r.Step)
	tenths := int64(i%r.parts()) * int64(10/max(r.parts(), 1))
	if r.parts() == 1 {
		tenths = 0
	}
	var out []string
	if r.Digits {
		s := strconv.FormatInt(n, 10)
		if tenths != 0 {
			s += "." + strconv.FormatInt(tenths, 10)
		}
		out = append(out, s)
	}
	if r.Words && lang != "" {
		if tenths == 0 {
			return append(out, number.Spell(n, lang)...)
		}
		return append(out, number.SpellTenths(10*n+tenths, lang)...)
	}
	return out
}

// tidy makes an expansion look as it would be typed: single spaces, none at
// the ends, and with tight none beside Chinese characters.
func tidy(s string, tight bool) string {
	s = strings.Join(strings.Fields(s), " ")
	if !tight || !strings.Contains(s, " ") {
		return s
	}
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if r != ' ' || !wide(runes[i-1]) && !wide(runes[i+1]) {
			b.WriteRune(r)
		}
	}
	return b.String()
}
