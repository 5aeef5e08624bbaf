package grammar

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxAlikeReports bounds the reports about one sound.
const maxAlikeReports = 3

// heardEntry is a text that may be said, and what it leads to.
type heardEntry struct {
	text, outcome string
	at            Span
	file          string
}

// alike reports entries that sound as an earlier one with another text and
// another outcome does, two places once.
func (c *checker) alike(entries []heardEntry) {
	bySound := map[string][]heardEntry{}
	reported := map[[2]Span]bool{}
	for _, e := range entries {
		sound := c.o.Sound(e.text)
		if sound == "" {
			continue
		}
		reports := 0
		for _, first := range bySound[sound] {
			pair := [2]Span{first.at, e.at}
			if first.text == e.text || first.outcome == e.outcome || reports >= maxAlikeReports || reported[pair] && first.at != e.at {
				continue
			}
			reports++
			reported[pair] = true
			c.diags = append(c.diags, Diagnostic{Severity: Warning, Code: "sounds-alike", File: e.file, Start: e.at.start, End: e.at.end,
				Message: text("「%[1]s」和 %[2]s 处的「%[3]s」听起来一样", "%[1]q sounds like %[3]q at %[2]s", e.text, first.at.start, first.text)})
		}
		if len(bySound[sound]) < maxAlikeReports {
			bySound[sound] = append(bySound[sound], e)
		}
	}
}

// alikeSentences compares sentences without list references and without what
// is optional in them.
func (c *checker) alikeSentences(sentences []*sentence) {
	var entries []heardEntry
	for _, s := range sentences {
		for _, form := range s.cores {
			if !strings.Contains(form, "\x00") {
				entries = append(entries, heardEntry{form, blockOutcome(s.b), s.t.Span, c.f.Name})
			}
		}
	}
	c.alike(entries)
}

// blockOutcome is what a block does; two blocks that do the same may sound
// alike.
func blockOutcome(b *Block) string {
	control := Control{}
	if b.Control != nil {
		control = *b.Control
	}
	if b.Route == "" && control.Name == "" {
		return fmt.Sprintf("%p", b)
	}
	return fmt.Sprint(b.Route, "\x00", control.Name, control.Args)
}

// alikeValues compares the values of each list with one another.
func (c *checker) alikeValues() {
	for _, name := range slices.Sorted(maps.Keys(c.f.Lists)) {
		var entries []heardEntry
		for _, v := range c.f.Lists[name].Values {
			outcome := fmt.Sprint(v.Out)
			if v.Out == nil {
				outcome = v.In
			}
			for _, s := range valueForms(v, c.scope(nil)) {
				entries = append(entries, heardEntry{s, outcome, v.Template.Span, c.f.Name})
			}
		}
		c.alike(entries)
	}
}

// maxValueForms bounds the texts of one list value that are compared.
const maxValueForms = 50

// valueForms are the texts of a list value without references.
func valueForms(v *Value, s scope) []string {
	steps := 10 * maxValueForms
	e := expander{s: s, steps: &steps, reference: func(*ListRef) string { return "\x00" }}
	var out []string
	e.each(v.Template.Root, "", func(form string) bool {
		if !strings.Contains(form, "\x00") {
			out = append(out, tidy(form, true))
		}
		return len(out) < maxValueForms
	})
	return out
}
