package grammar

import (
	"fmt"
	"strings"
)

// maxRangeNumbers bounds what a range may hold: page numbers and percentages
// have hundreds, years thousands.
const maxRangeNumbers = 1_000_000

// list checks the values of a list that the file holds.
func (c *checker) list(l *List, s scope) {
	if l.Range != nil {
		c.rangeValues(l.Range, wordSpan(l.Pos, l.Name), "{"+l.Name+"}")
	}
	walked := map[*Rule]bool{}
	seen := map[string]*Value{}
	for _, v := range l.Values {
		c.refs(v.Template, s, walked)
		key := matchKey(v.In)
		if strings.IndexFunc(key, speakable) < 0 && plainTemplate(v.Template) {
			c.add(Warning, "never-matches", v.Template.Span, text("「%s」里没有能说出来的字，永远不会匹配", "%q has nothing that can be said, so it never matches", v.In))
			continue
		}
		key += "\x00" + fmt.Sprint(v.Context)
		if first := seen[key]; first != nil {
			c.add(Warning, "never-matches", v.Template.Span, text("「%[1]s」与 %[2]s 处的一样，这一项永远轮不到", "%[1]q is the same as the entry at %[2]s, which always wins", v.In, first.Pos))
			continue
		}
		seen[key] = v
	}
}

func (c *checker) rangeValues(r *Range, at Span, name string) {
	bad := func(code, zh, en string, args ...any) { c.add(Error, code, at, text(zh, en, args...)) }
	switch {
	case r.Step < 1:
		bad("bad-range", "%[1]s 的步长是 %[2]d，至少要是 1", "the step of %[1]s is %[2]d, it must be at least 1", name, r.Step)
	case r.From > r.To:
		bad("bad-range", "%[1]s 里没有数：%[2]d 大于 %[3]d", "%[1]s is empty: %[2]d is greater than %[3]d", name, r.From, r.To)
		c.diags[len(c.diags)-1].Suggestion = fmt.Sprintf("%d..%d", r.To, r.From)
	case uint64(r.To)-uint64(r.From) >= maxRangeNumbers*uint64(r.Step):
		bad("range-too-large", "%[1]s 里的数超过 %[2]d 个", "%[1]s holds more than %[2]d numbers", name, maxRangeNumbers)
	case !r.Digits && !r.Words:
		bad("bad-range", "%[1]s 的 digits 和 words 都关掉了，什么也匹配不了", "%[1]s has digits and words both off, so nothing matches", name)
	}
}

// plainTemplate reports a template of literal text only.
func plainTemplate(t *Template) bool {
	return Walk(t.Root, func(n Node) bool {
		switch n.(type) {
		case *ListRef, *RuleRef:
			return false
		}
		return true
	})
}
