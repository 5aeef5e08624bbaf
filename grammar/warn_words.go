package grammar

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// maxWordChars bounds a word of the speech model's vocabulary.
const maxWordChars = 12

// unheard reports words of templates and lists that the speech model does not
// know. Rules are looked at once, where they are written.
func (c *checker) unheard() {
	for _, in := range c.f.Intents {
		for _, b := range in.Blocks {
			for _, t := range b.Sentences {
				c.templateWords(t)
			}
			c.definitionWords(b.Lists, b.Rules)
		}
	}
	c.definitionWords(c.f.Lists, c.f.Rules)
}

func (c *checker) definitionWords(lists map[string]*List, rules map[string]*Rule) {
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		for _, v := range lists[name].Values {
			c.templateWords(v.Template)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		c.templateWords(rules[name].Body)
	}
}

func (c *checker) templateWords(t *Template) {
	Walk(t.Root, func(n Node) bool {
		if n, ok := n.(*Text); ok {
			c.vocabulary(n.Text, Span{n.start, n.end})
		}
		return true
	})
}

// vocabulary reports the parts of a text that no words of the model spell.
func (c *checker) vocabulary(s string, at Span) {
	if c.o.Vocabulary == nil {
		return
	}
	for _, run := range wordRuns(s) {
		for _, part := range unknownParts(run, c.o.Vocabulary) {
			c.add(Warning, "out-of-vocabulary", at, text("语音模型不认识「%s」，说出来也听不到", "the speech model does not know %q, so it cannot be heard", part))
		}
	}
}

// wordRuns splits a text into runs of Chinese characters and words of other
// letters. Digits are left out: they are heard as number words.
func wordRuns(s string) []string {
	var runs []string
	var run []rune
	flush := func() {
		if len(run) > 0 {
			runs = append(runs, string(run))
		}
		run = nil
	}
	for _, r := range strings.ToLower(s) {
		letter := unicode.IsLetter(r) || r == '\''
		if len(run) > 0 && (!letter || wide(r) != wide(run[0])) {
			flush()
		}
		if letter {
			run = append(run, r)
		}
	}
	flush()
	return runs
}

// unknownParts are the parts of a run that cannot be put together from words
// that known accepts. Other letters than Chinese are one word.
func unknownParts(run string, known func(string) bool) []string {
	runes := []rune(run)
	if !wide(runes[0]) {
		if known(run) {
			return nil
		}
		return []string{run}
	}
	var parts []string
	gap := 0 // start of the part that nothing spells
	for i := 0; i < len(runes); {
		n := longestPath(runes[i:], known)
		if n > 0 && gap < i {
			parts = append(parts, string(runes[gap:i]))
		}
		if n == 0 {
			i++
			continue
		}
		i += n
		gap = i
	}
	if gap < len(runes) {
		parts = append(parts, string(runes[gap:]))
	}
	return parts
}

// longestPath is how many characters from the start words of the vocabulary
// can spell without a gap.
func longestPath(runes []rune, known func(string) bool) int {
	reached := make([]bool, len(runes)+1)
	reached[0] = true
	best := 0
	for i := range runes {
		if !reached[i] {
			continue
		}
		for j := i + 1; j <= min(len(runes), i+maxWordChars); j++ {
			if !reached[j] && known(string(runes[i:j])) {
				reached[j] = true
				best = max(best, j)
			}
		}
	}
	return best
}
