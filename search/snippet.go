package search

import (
	"html"
	"slices"
	"strings"

	"github.com/tingdong/tingdong/search/analysis"
	"github.com/tingdong/tingdong/zhtext"
)

// snippetSize is the length of a snippet in characters.
const snippetSize = 120

func newHit(c *candidate, score float64, m *matcher, words *analysis.Words) Hit {
	d := c.doc
	h := Hit{ID: d.ID, Score: score, Title: d.Title, URL: d.URL, Column: d.Column, Date: d.Date}
	if m == nil {
		h.TitleHTML = html.EscapeString(d.Title)
		h.Snippet = html.EscapeString(cut(d.Body, 0, snippetSize))
		return h
	}
	h.TitleHTML = mark(d.Title, m, words)
	at := 0
	if hits := m.hits(c.body, nil); len(hits) > 0 {
		_, at = m.window(hits)
	}
	h.Snippet = mark(cut(d.Body, sentenceStart(c.body, at), snippetSize), m, words)
	return h
}

// sentenceStart goes back from at to the sentence's beginning, if it is near.
func sentenceStart(text []rune, at int) int {
	for i := at; i > 0 && i > at-30; i-- {
		if strings.ContainsRune("。！？；\n!?;", text[i-1]) {
			return i
		}
	}
	return max(0, at-10)
}

// cut takes n characters of body from the folded rune offset at, on one line.
func cut(body string, at, n int) string {
	from, to := zhtext.Span(body, at, at+n)
	if from >= len(body) {
		return ""
	}
	out := strings.Join(strings.Fields(strings.ToValidUTF8(body[from:to], "\ufffd")), " ")
	if at > 0 {
		out = "…" + out
	}
	if to < len(body) {
		out += "…"
	}
	return out
}

// mark escapes text for HTML and wraps the words that the query hit.
func mark(text string, m *matcher, words *analysis.Words) string {
	t := zhtext.Map(text)
	on := m.marked(t.Runes, words)
	var b strings.Builder
	for i := 0; i < len(t.Runes); {
		j := i
		for j < len(t.Runes) && on[j] == on[i] {
			j++
		}
		part := html.EscapeString(strings.ToValidUTF8(text[t.Start[i]:t.Start[j]], "\ufffd"))
		if on[i] && part != "" {
			part = "<mark>" + part + "</mark>"
		}
		b.WriteString(part)
		i = j
	}
	return b.String()
}

// A pair of characters is shown as a hit if it weighs at least this share of
// the heaviest: not 如何. A word is, if two thirds of it are hit.
const (
	markedShare = 0.1
	markedWord  = 2.0 / 3
)

// marked tells which characters of folded text to show as hit: whole words,
// of which the query has most, or single characters where words do not fit.
func (m *matcher) marked(text []rune, words *analysis.Words) []bool {
	hit, on := make([]bool, len(text)), make([]bool, len(text))
	heaviest := 0.0
	for _, w := range m.weight {
		heaviest = max(heaviest, w)
	}
	for _, h := range m.hits(text, nil) {
		if m.weight[h.pair] >= markedShare*heaviest {
			hit[h.at], hit[h.at+1] = true, true
		}
	}
	analysis.Runs(text, func(k analysis.Kind, from, to int) {
		if k == analysis.Word {
			fill(on[from:to], m.stems[analysis.Stem(text[from:to])])
			return
		}
		if !slices.Contains(hit[from:to], true) {
			return
		}
		words.Segment(text[from:to], func(i, j int) {
			n := 0
			for _, h := range hit[from+i : from+j] {
				if h {
					n++
				}
			}
			fill(on[from+i:from+j], float64(n) >= markedWord*float64(j-i))
		})
	})
	if !slices.Contains(on, true) {
		return hit
	}
	return on
}

func fill(s []bool, v bool) {
	for i := range s {
		s[i] = v
	}
}
