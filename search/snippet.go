package search

import (
	"html"
	"strings"

	"github.com/tingdong/tingdong/zhtext"
)

// snippetSize is the length of a snippet in characters.
const snippetSize = 120

func newHit(c *candidate, score float64, m *matcher) Hit {
	d := c.doc
	h := Hit{ID: d.ID, Score: score, Title: d.Title, URL: d.URL, Column: d.Column, Date: d.Date}
	if m == nil {
		h.TitleHTML = html.EscapeString(d.Title)
		h.Snippet = html.EscapeString(cut(d.Body, 0, snippetSize))
		return h
	}
	h.TitleHTML = mark(d.Title, m)
	at := 0
	if hits := m.hits(c.body, nil); len(hits) > 0 {
		_, at = m.window(hits)
	}
	h.Snippet = mark(cut(d.Body, sentenceStart(c.body, at), snippetSize), m)
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

// mark escapes text for HTML and wraps what the query hit.
func mark(text string, m *matcher) string {
	t := zhtext.Map(text)
	on := make([]bool, len(t.Runes)+1)
	for _, h := range m.hits(t.Runes, nil) {
		if m.weight[h.pair] > 0 {
			on[h.at], on[h.at+1] = true, true
		}
	}
	var b strings.Builder
	for i := 0; i < len(t.Runes); {
		j := i
		for j < len(t.Runes) && on[j] == on[i] {
			j++
		}
		part := html.EscapeString(strings.ToValidUTF8(text[t.Start[i]:t.Start[j]], "\ufffd"))
		if on[i] {
			b.WriteString("<mark>" + part + "</mark>")
		} else {
			b.WriteString(part)
		}
		i = j
	}
	return b.String()
}
