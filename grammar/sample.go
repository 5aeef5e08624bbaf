package grammar

import (
	"iter"
	"maps"
	"math/rand/v2"
)

// Sample is one utterance that a grammar understands.
type Sample struct {
	Intent   string    `json:"intent"`
	Text     string    `json:"text"` // a wildcard is its {name}
	Block    *Block    `json:"-"`
	Template *Template `json:"-"`
}

// Sampler makes utterances of a file. Lists of the call come before those of
// the file; Columns fill "column: {}".
type Sampler struct {
	File    *File
	Columns *Columns
	Lists   map[string]*List
	// Language is the language of number words, the file's when empty.
	Language string
}

// call are the lists that come before the file's.
func (s Sampler) call() map[string]*List {
	call := columnLists(s.File, s.Columns)
	if call == nil {
		return s.Lists
	}
	maps.Copy(call, s.Lists)
	return call
}

func (s Sampler) language() string {
	if s.Language != "" {
		return s.Language
	}
	return s.File.Language
}

// All enumerates the utterances in file order, lazily and with repetitions: a
// grammar may have more than anybody can wait for, so the caller stops, or at
// last a bound of a hundred million visited nodes.
func (s Sampler) All() iter.Seq[Sample] { return s.within(100_000_000) }

func (s Sampler) within(steps int) iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
		call, left := s.call(), steps
		for in, b := range s.blocks() {
			sc := scope{s.File, b, call}
			for _, t := range b.Sentences {
				e := expander{s: sc, lang: s.language(), steps: &left}
				stopped := false
				e.each(t.Root, "", func(text string) bool {
					stopped = !yield(Sample{in.Name, tidy(text, s.File.Settings.IgnoreWhitespace), b, t})
					return !stopped
				})
				if stopped {
					return
				}
			}
		}
	}
}

func (s Sampler) blocks() iter.Seq2[*Intent, *Block] {
	return func(yield func(*Intent, *Block) bool) {
		for _, in := range s.File.Intents {
			for _, b := range in.Blocks {
				if !yield(in, b) {
					return
				}
			}
		}
	}
}

// First is up to n different utterances in file order; fewer when they are
// rare among repetitions.
func (s Sampler) First(n int) []Sample {
	var out []Sample
	seen := map[string]bool{}
	for x := range s.within(1_000_000 + 1000*n) {
		if len(out) >= n {
			break
		}
		if !seen[x.Text] {
			seen[x.Text] = true
			out = append(out, x)
		}
	}
	return out
}

// Draw is up to n different utterances chosen by the seed: each template is
// as likely as another, and so is each branch of a choice. It gives fewer when
// new ones become rare.
func (s Sampler) Draw(n int, seed uint64) []Sample {
	type origin struct {
		in *Intent
		t  *Template
		d  *drawer
		b  *Block
	}
	rnd := rand.New(rand.NewPCG(seed, seed))
	var origins []origin
	call, left := s.call(), 1_000_000+1000*n
	for in, b := range s.blocks() {
		d := &drawer{left: &left, s: scope{s.File, b, call}, lang: s.language(), wildcard: func(l *ListRef) string { return "{" + l.List + "}" },
			choose: func(_ any, n int) int { return rnd.IntN(n) }}
		for _, t := range b.Sentences {
			origins = append(origins, origin{in, t, d, b})
		}
	}
	var out []Sample
	seen := map[string]bool{}
	for misses := 0; len(origins) > 0 && len(out) < n && misses < 100+20*n && left > 0; {
		x := origins[rnd.IntN(len(origins))]
		text, ok := x.d.draw(x.t.Root)
		text = tidy(text, s.File.Settings.IgnoreWhitespace)
		if !ok || seen[text] {
			misses++
			continue
		}
		seen[text] = true
		out = append(out, Sample{x.in.Name, text, x.b, x.t})
	}
	return out
}
