package grammar

import (
	"strconv"
	"strings"
)

// special are the characters with a meaning in a template, in both widths; a
// literal one is printed behind a backslash.
const special = `()[]{}<>|;\` + "（）【】｛｝＜＞｜；"

// String prints the template; ParseTemplate of the result gives an equal tree.
func (t *Template) String() string {
	body := printBody(t.Root)
	seq, ok := t.Root.(*Sequence)
	if !ok {
		return t.Root.String()
	}
	if len(seq.Items) == 1 && isGroup(seq.Items[0]) {
		return "(" + body + ")" // the parser unpacks one redundant group
	}
	return protectEnds(body)
}

// protectEnds escapes white space at either end, which the parser strips.
func protectEnds(s string) string {
	if strings.HasPrefix(s, " ") {
		s = `\` + s
	}
	if body, ok := strings.CutSuffix(s, " "); ok {
		if escapes := len(body) - len(strings.TrimRight(body, `\`)); escapes%2 == 0 {
			s = body + `\ `
		}
	}
	return s
}

func isGroup(n Node) bool {
	switch n.(type) {
	case *Sequence, *Alternative, *Permutation:
		return true
	}
	return false
}

// printBody prints what stands between a group's brackets.
func printBody(n Node) string {
	switch n := n.(type) {
	case *Sequence:
		return joinItems(n.Items)
	case *Alternative:
		return joinBodies(n.Items, "|")
	case *Permutation:
		return joinBodies(n.Items, ";")
	}
	return n.String()
}

// joinItems prints items one after the other. White space at the start of a
// word that follows a word is escaped, else it would end the word before.
func joinItems(items []Node) string {
	var b strings.Builder
	for i, item := range items {
		s := item.String()
		if i > 0 && strings.HasPrefix(s, " ") {
			if _, ok := items[i-1].(*Text); ok {
				b.WriteByte('\\')
			}
		}
		b.WriteString(s)
	}
	return b.String()
}

func joinBodies(items []Node, sep string) string {
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = printBody(item)
	}
	return strings.Join(parts, sep)
}

// String prints the text with the characters escaped that would mean
// something else in a template.
func (t *Text) String() string {
	var b strings.Builder
	inWord := false
	rest := strings.TrimRight(t.Text, " ")
	for _, r := range rest {
		if strings.ContainsRune(special, r) || r == ' ' && inWord {
			b.WriteByte('\\')
		}
		inWord = inWord || r != ' '
		b.WriteRune(r)
	}
	b.WriteString(t.Text[len(rest):])
	return b.String()
}

// String prints the sequence as a group.
func (s *Sequence) String() string { return "(" + printBody(s) + ")" }

// String prints "(a|b)", or "[a|b]" when optional.
func (a *Alternative) String() string {
	if a.Optional {
		return "[" + printBody(a) + "]"
	}
	return "(" + printBody(a) + ")"
}

// String prints "(a;b)".
func (p *Permutation) String() string { return "(" + printBody(p) + ")" }

// String prints the reference in its shortest form.
func (l *ListRef) String() string {
	switch {
	case l.Capture && l.List == l.Slot:
		return "{@" + l.Slot + "}"
	case l.Capture:
		return "{" + l.List + ":@" + l.Slot + "}"
	case l.Slot != l.List || l.hasSlot:
		return "{" + l.List + ":" + l.Slot + "}"
	}
	return "{" + l.List + "}"
}

// String prints "<rule>".
func (r *RuleRef) String() string { return "<" + r.Rule + ">" }

// String prints the place as "line:column".
func (p Pos) String() string {
	return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}
