package grammar

import (
	"cmp"
	"slices"
	"strings"
)

// Bounds of the comparisons between sentences, so that a save is checked in a
// fraction of a second. Whether a template with more forms than
// formsPerTemplate is always beaten by others is not known.
const (
	formsPerTemplate = 500
	coresPerTemplate = 50
	formsOfAll       = 100_000
	formSteps        = 3_000_000 // nodes visited for all forms
)

// sentence is a template with all its forms: texts with list references kept
// as they are.
type sentence struct {
	t     *Template
	b     *Block
	in    *Intent
	order int
	forms []string
	cores []string // forms without what is optional
	rest  bool     // there are more forms than were enumerated
}

// warn finds what hassil does not: sentences that another always wins over,
// entries that sound alike, and words that the recogniser cannot hear.
func (c *checker) warn() {
	sentences := c.sentences()
	c.unreachable(sentences)
	c.catchAll(sentences)
	if c.o.Sound != nil {
		c.alikeSentences(sentences)
		c.alikeValues()
	}
	if c.o.Vocabulary != nil {
		c.unheard()
	}
}

// sentences enumerates the forms of all templates, within bounds.
func (c *checker) sentences() []*sentence {
	var out []*sentence
	total, left := 0, formSteps
	for _, in := range c.f.Intents {
		for _, b := range in.Blocks {
			for _, t := range b.Sentences {
				s := &sentence{t: t, b: b, in: in, order: len(out)}
				s.forms, s.rest = c.forms(s, formsPerTemplate, false, &left)
				s.cores, _ = c.forms(s, coresPerTemplate, true, &left)
				if total += len(s.forms); total > formsOfAll || left <= 0 {
					return out
				}
				out = append(out, s)
			}
		}
	}
	return out
}

// forms enumerates up to limit different forms of a template, and tells
// whether there are more. What it visits is taken from left.
func (c *checker) forms(s *sentence, limit int, core bool, left *int) (forms []string, more bool) {
	steps := min(*left, 50*limit)
	defer func(before int) { *left -= before - max(steps, 0) }(steps)
	e := expander{s: c.scope(s.b), steps: &steps, core: core}
	e.reference = func(l *ListRef) string { return "\x00" + l.List + "\x00" }
	seen := map[string]bool{}
	done := e.each(s.t.Root, "", func(form string) bool {
		form = strings.ToLower(tidy(form, false))
		if c.f.Settings.IgnoreWhitespace {
			form = strings.ReplaceAll(form, " ", "")
		}
		if !seen[form] {
			seen[form] = true
			forms = append(forms, form)
		}
		return len(forms) < limit
	})
	return forms, !done
}

// unreachable reports a sentence each of whose forms another sentence wins:
// one of greater weight, or of the same and earlier in the file.
func (c *checker) unreachable(sentences []*sentence) {
	ranked := slices.Clone(sentences)
	slices.SortStableFunc(ranked, func(a, b *sentence) int { return cmp.Compare(b.b.Weight, a.b.Weight) })
	owner := map[string]*sentence{}
	for _, s := range ranked {
		var first *sentence
		covered := !s.rest && len(s.forms) > 0
		for _, form := range s.forms {
			o := owner[form]
			if o == nil || !alwaysApplies(o.b, s.b) {
				covered = false
			} else if first == nil {
				first = o
			}
			if o == nil || alwaysApplies(s.b, o.b) {
				owner[form] = cmp.Or(o, s)
			}
		}
		if covered && first.t != s.t {
			c.add(Warning, "unreachable-template", s.t.Span, text("这条永远轮不到：%[1]s 处的「%[2]s」总是先匹配", "this never applies: %[2]q at %[1]s always wins",
				first.t.Pos(), first.t.Source))
		}
	}
}

// alwaysApplies reports whether winner applies whenever loser would: it has no
// condition, or both stand in one block.
func alwaysApplies(winner, loser *Block) bool {
	return winner == loser || len(winner.RequiresContext)+len(winner.ExcludesContext)+
		len(winner.RequiredKeywords)+len(winner.Roles)+len(winner.Lists) == 0 && len(loser.Lists) == 0
}

// catchAll reports sentences that any utterance matches: nothing but a
// wildcard is needed.
func (c *checker) catchAll(sentences []*sentence) {
	for _, s := range sentences {
		for _, form := range s.cores {
			name, ok := strings.CutPrefix(strings.TrimSpace(form), "\x00")
			name, whole := strings.CutSuffix(name, "\x00")
			if l := c.scope(s.b).list(name); ok && whole && l != nil && l.Wildcard {
				c.add(Warning, "catch-all", s.t.Span, text("什么话都会匹配这一条：除了通配的 {%s} 没有要说的字", "any utterance matches this: nothing but the wildcard {%s} has to be said", name))
				break
			}
		}
	}
}
