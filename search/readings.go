package search

import (
	"slices"
	"strings"

	"github.com/tingdong/tingdong/search/analysis"
)

// bySound reads a query by its sound when what it says is found badly: the
// words that sound alike and that pages use are looked for, too.
func (f *finding) bySound(p *plan, res *Result) error {
	var cover float32
	if len(f.order) > 0 {
		cover = f.order[0].cover
	}
	if p.whole || p.text == "" || cover >= soundCover || p.rules && cover == 0 && len(f.order) > 0 {
		return nil
	}
	lex := f.x.known()
	if lex == nil {
		return nil
	}
	for _, meant := range lex.readings(p.text, f.x.words()) {
		heard, alike, other := f.x.planHeard(p, meant), &Result{}, *f
		if err := other.search(heard, alike); err != nil {
			return err
		}
		if len(other.order) == 0 || other.order[0].cover < cover+soundGain {
			continue
		}
		*p, *f = *heard, other
		res.Relaxed, res.Suggestion = "sound", &meant
		return nil
	}
	return nil
}

// maxReadings bounds the readings of a spoken query that are judged.
const maxReadings = 5

// choose judges the readings of a spoken query together: the one of which a
// page has the most wins, the recogniser's order decides between equals.
func (f *finding) choose(q *Query, res *Result) (*plan, error) {
	texts := append([]string{q.Text}, q.Alternatives...)
	if strings.TrimSpace(q.Text) == "" {
		texts = q.Alternatives
	}
	best, most := f.x.plan(texts[0]), float32(-1)
	if len(texts) == 1 {
		return best, nil
	}
	acc := f.s.accumulator()
	defer f.s.scratch.Put(acc)
	for i, text := range texts[:min(len(texts), maxReadings)] {
		p, r := f.x.plan(text), newRanker(1, f.base, false)
		acc.filled = false
		total, err := f.s.rank(f.ctx, p.terms, acc, r)
		if err != nil {
			return nil, err
		}
		top := r.best()
		if len(top) == 0 || total == 0 {
			continue
		}
		if have := top[0].cover/total - 0.02*float32(i); have > most {
			best, most = p, have
			if i > 0 {
				text := p.text
				res.Suggestion = &text
			}
		}
	}
	return best, nil
}

// A query is read by its sound when its best page lacks more than a tenth of
// it, and the reading is taken when that makes a difference.
const (
	soundCover = 0.9
	soundGain  = 0.08
	saidWeight = 0.8 // of the words as they were said, beside those meant
)

// readings gives what text may have been meant as, other than itself.
func (l *lexicon) readings(text string, words *analysis.Words) []string {
	if letters, ok := latin(text); ok {
		return l.fromPinyin(letters)
	}
	said := []rune(text)
	if meant := l.correct(said, words); !slices.Equal(meant, said) && makesWords(said, meant, words) {
		return []string{string(meant)}
	}
	return nil
}

// makesWords tells whether a correction is one: of the words that it changes
// in what was said, and of those that it makes, it must put at least as
// many characters into words of the dictionary as it takes out of them. 殡葬, which no page has, is not 滨栈, which
// stands across two words of a page.
func makesWords(said, meant []rune, words *analysis.Words) bool {
	return inWords(meant, said, words) >= inWords(said, meant, words) && inWords(meant, said, words) > 0
}

// inWords counts the characters of text, among those that differ from other,
// that are in a word of two and more characters.
func inWords(text, other []rune, words *analysis.Words) (n int) {
	analysis.Runs(text, func(k analysis.Kind, from, to int) {
		if k != analysis.Han {
			return
		}
		words.Segment(text[from:to], func(i, j int) {
			for at := from + i; at < from+j; at++ {
				if j-i >= 2 && text[at] != other[at] {
					n++
				}
			}
		})
	})
	return n
}

func (x *Index) planHeard(p *plan, meant string) *plan {
	heard := *p
	heard.terms, heard.text = nil, meant
	heard.addTerms(x.words(), []rune(meant), 1)
	x.expand(&heard, []rune(meant))
	heard.addExtra(x.words(), []rune(p.text), saidWeight)
	return &heard
}
