package grammar

import (
	"strings"
	"unicode"
)

// Phrases lists what a recogniser should expect to hear: texts of the files'
// sentences, cut at wildcards, without repetitions, at most limit of them.
//
// segment splits a text into words that the speech model knows, and returns
// nil for a text with a word it does not know, which is then left out; the
// words are joined by spaces. A nil segment leaves texts as they are.
//
// The phrases are no enumeration, which would be endless: each choice of a
// template takes its next branch each time it is reached, templates take
// turns, and a template is done when all its choices have gone through once.
// That is what a recogniser learns from: which word follows which. What is
// optional is mostly said alone, as people do: 请打开…, 帮我打开…, seldom both.
func Phrases(files []*File, columns *Columns, segment func(string) []string, limit int) []string {
	p := &phraser{segment: segment, limit: limit, left: 1_000_000 + 1000*limit, next: map[any]int{}, seen: map[string]bool{}}
	for _, f := range files {
		s := Sampler{File: f, Columns: columns}
		call := s.call()
		for _, b := range s.blocks() {
			sc := scope{f, b, call}
			for _, t := range b.Sentences {
				p.turns = append(p.turns, &turn{t: t, s: sc, f: f, left: map[any]int{}, order: map[any]int{}})
			}
		}
	}
	return p.run()
}

// turn is a template that takes part, and what it has still to go through.
type turn struct {
	t *Template
	s scope
	f *File
	// left counts for each choice the branches not yet taken.
	left map[any]int
	open int // choices with branches left
	// order numbers the optional parts; in draw i, the one numbered i modulo
	// their count (and one more) is said. Each fourth draw is free.
	order map[any]int
	draws int
}

type phraser struct {
	segment func(string) []string
	limit   int
	left    int         // nodes that may still be visited
	next    map[any]int // shared by all templates, so that they share out a list's values
	turns   []*turn
	seen    map[string]bool
	out     []string
}

func (p *phraser) run() []string {
	for len(p.turns) > 0 {
		still := p.turns[:0]
		for _, t := range p.turns {
			if p.left -= 10; len(p.out) >= p.limit || p.left < 0 {
				return p.out
			}
			if p.take(t) {
				still = append(still, t)
			}
		}
		p.turns = still
	}
	return p.out
}

// take draws one text of the template; false when the template is done.
func (p *phraser) take(t *turn) bool {
	d := &drawer{left: &p.left, s: t.s, lang: t.f.Language, wildcard: func(*ListRef) string { return "\x00" },
		choose: func(from any, n int) int { return p.choose(t, from, n) }}
	text, ok := d.draw(t.t.Root)
	t.draws++
	if ok {
		for piece := range strings.SplitSeq(text, "\x00") {
			p.add(tidy(piece, t.f.Settings.IgnoreWhitespace))
		}
	}
	return t.open > 0
}

// choose takes the next of n branches in turn t.
func (p *phraser) choose(t *turn, from any, n int) int {
	if alt, ok := from.(*Alternative); ok && alt.Optional {
		n-- // the last branch says nothing
		if !t.says(alt, n) {
			return n
		}
	}
	if from == nil {
		return 0
	}
	i := p.next[from] % n
	p.next[from]++
	t.visit(from, n)
	return i
}

// says decides whether this draw says an optional part with n branches.
func (t *turn) says(alt *Alternative, n int) bool {
	number, known := t.order[alt]
	if !known {
		number = len(t.order)
		t.order[alt] = number
		t.left[alt] = n
		t.open++
	}
	return t.draws%4 == 3 && number%2 == t.draws/4%2 || t.draws%(len(t.order)+1) == number+1
}

func (t *turn) visit(from any, n int) {
	left, known := t.left[from]
	if !known {
		left = n
		t.open++
	}
	if left--; left == 0 {
		t.open--
	}
	t.left[from] = left
}

func (p *phraser) add(text string) {
	if p.segment != nil {
		text = strings.Join(p.segment(text), " ")
	}
	if strings.IndexFunc(text, speakable) < 0 || p.seen[text] || len(p.out) >= p.limit || strings.ContainsFunc(text, unicode.IsControl) {
		return
	}
	p.seen[text] = true
	p.out = append(p.out, text)
}
