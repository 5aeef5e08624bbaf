package intent

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tingdong/tingdong/intent/automaton"
	"github.com/tingdong/tingdong/intent/normal"
)

// say fills {slot}, {column} and {utterance} in the text of a block.
func say(format string, c *Candidate) string {
	if !strings.Contains(format, "{") {
		return format
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(format, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString("{" + rest)
			return b.String()
		}
		b.WriteString(field(name, c))
		format = after
	}
}

func field(name string, c *Candidate) string {
	if v, ok := c.Slots[name]; ok {
		return text(v)
	}
	switch {
	case (name == "column" || name == "name") && c.Column != nil:
		return c.Column.Name
	case name == "utterance":
		return c.Utterance
	}
	return ""
}

// text prints a slot's value as people write it: 2, not 2.000.
func text(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// fillers are sounds and words that say nothing when they stand alone or at
// the ends of a question.
const fillers = "嗯啊呃哦呀吧呢吗嘛那个这就是的了诶哎唉喂额噢"

// trim takes skip words, fillers and punctuation off the ends of a query; ""
// when nothing else is in it.
func (m *Matcher) trim(s string) string {
	t := normal.Parse(s, 0)
	tokens := automaton.Variants(t)[0]
	from, to := m.core(tokens)
	if from == to {
		return ""
	}
	return t.Slice(tokens[from].Source, tokens[to-1].Source+1)
}

// core is where the tokens without skip words at their ends begin and end;
// nothing when they are only fillers.
func (m *Matcher) core(tokens []automaton.Token) (from, to int) {
	to = len(tokens)
	for changed := true; changed && from < to; {
		changed = false
		for _, w := range m.skips {
			n := len(w)
			if n <= to-from && equalTokens(tokens[from:from+n], w) {
				from, changed = from+n, true
			}
			if n <= to-from && equalTokens(tokens[to-n:to], w) {
				to, changed = to-n, true
			}
		}
	}
	if onlyFillers(tokens[from:to]) {
		return 0, 0
	}
	return from, to
}

func equalTokens(tokens []automaton.Token, w automaton.SkipWord) bool {
	for i := range w {
		if tokens[i].Rune != w[i].Rune || tokens[i].Word != w[i].Word {
			return false
		}
	}
	return true
}

func onlyFillers(tokens []automaton.Token) bool {
	for _, t := range tokens {
		if t.Word != "" && t.Word != "um" && t.Word != "uh" || t.Rune != 0 && !strings.ContainsRune(fillers, t.Rune) {
			return false
		}
	}
	return true
}
