package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tingdong/tingdong/zhtext"
)

// Quotes and minus signs are text like any other, unless Query.Operators asks
// for them: "…" (also “…” and 「…」) is found as it stands, -word is not found.

// operators are what a query asks for by signs, folded.
type operators struct {
	text    string // the query without its exclusions and quotes
	phrases []string
	without []string
}

// quotes are the pairs that mark a phrase.
var quotes = map[rune]rune{'"': '"', '“': '”', '「': '」', '『': '』'}

// parseOperators never fails: a quote that is not closed is text.
func parseOperators(text string) operators {
	var o operators
	var plain strings.Builder
	runes := []rune(text)
	for i := 0; i < len(runes); {
		minus := isMinus(runes[i]) && (i == 0 || runes[i-1] == ' ' || runes[i-1] == '　')
		at := i
		if minus {
			at++
		}
		phrase, next := phraseAt(runes, at, minus)
		if phrase == "" {
			plain.WriteRune(runes[i])
			i++
			continue
		}
		if minus {
			o.without = append(o.without, phrase)
		} else {
			o.phrases = append(o.phrases, phrase)
			plain.WriteString(" " + phrase + " ")
		}
		i = next
	}
	o.text = strings.TrimSpace(plain.String())
	return o
}

func isMinus(r rune) bool { return r == '-' || r == '－' || r == '−' }

// phraseAt reads what is quoted at i, or, where a bare word will do, up to the
// next space.
func phraseAt(runes []rune, i int, bare bool) (phrase string, next int) {
	if i >= len(runes) {
		return "", i
	}
	from, end := i, -1
	if closing, ok := quotes[runes[i]]; ok {
		if from = i + 1; from < len(runes) {
			end = slices.Index(runes[from:], closing)
		}
		next = from + end + 1
	} else if bare {
		if end = slices.IndexFunc(runes[from:], func(r rune) bool { return r == ' ' || r == '　' }); end < 0 {
			end = len(runes) - from
		}
		next = from + end
	}
	if end <= 0 {
		return "", i
	}
	return strings.Join(strings.Fields(zhtext.Fold(string(runes[from:from+end]))), " "), next
}

// maxOperators bounds the phrases of a query, maxVerified the documents whose
// text is read for one; of more only the pairs of characters are compared.
const (
	maxOperators = 8
	maxVerified  = 5000
)

// operate narrows what may be found to what the signs ask for, and gives the
// text that is left to rank by.
func (f *finding) operate(text string) (string, error) {
	o := parseOperators(text)
	if len(o.phrases)+len(o.without) > maxOperators {
		return "", &QueryError{"q", "has more than eight phrases and exclusions"}
	}
	for _, p := range o.phrases {
		set, err := f.containing(p)
		if err != nil {
			return "", err
		}
		f.base = set.and(f.base)
	}
	for _, p := range o.without {
		set, err := f.containing(p)
		if err != nil {
			return "", err
		}
		for i := range set {
			set[i] = ^set[i]
		}
		f.base = set.and(f.base)
	}
	return o.text, nil
}

// containing gives the documents in which a folded phrase stands as it is.
func (f *finding) containing(phrase string) (bitset, error) {
	p := &plan{}
	p.addTerms(f.x.words(), []rune(phrase), 1)
	p.terms = slices.DeleteFunc(p.terms, func(t planTerm) bool { return t.pair == 0 && zhtext.IsHan([]rune(t.term)[0]) })
	if len(p.terms) == 0 {
		return nil, &QueryError{"q", "“" + phrase + "” is too short for a phrase or an exclusion: two characters or a word are needed"}
	}
	var set bitset
	for _, t := range p.terms {
		l, err := f.s.postings(t.term)
		if err != nil {
			return nil, err
		}
		set = newBitset(f.s.size, l.docs).and(set)
	}
	if len(p.terms) == 1 && p.terms[0].pair != 0 && len([]rune(phrase)) == 2 {
		return set, nil // a pair of characters is the phrase
	}
	return set, f.verify(set, phrase)
}

// verify takes out the documents whose text does not have the phrase.
func (f *finding) verify(set bitset, phrase string) error {
	read := 0
	for d := range uint32(f.s.size) {
		if !set.has(d) || !f.base.has(d) {
			continue
		}
		if read++; read > maxVerified {
			return nil
		}
		if err := f.ctx.Err(); err != nil {
			return err
		}
		c, err := f.s.candidate(d)
		if err != nil {
			return err
		}
		if !hasPhrase(c.doc.Title, phrase) && !hasPhrase(c.doc.Body, phrase) {
			set[d>>6] &^= 1 << (d & 63)
		}
	}
	return nil
}

// hasPhrase looks for a folded phrase; Latin words in it must be whole.
func hasPhrase(text, phrase string) bool {
	text = zhtext.Fold(text)
	first, _ := utf8.DecodeRuneInString(phrase)
	last, _ := utf8.DecodeLastRuneInString(phrase)
	for at := 0; ; {
		i := strings.Index(text[at:], phrase)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(phrase)
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		after, _ := utf8.DecodeRuneInString(text[to:])
		if !(isLatin(first) && isLatin(before)) && !(isLatin(last) && isLatin(after)) {
			return true
		}
		at = to
	}
}

// isLatin tells the characters that make words with those beside them.
func isLatin(r rune) bool { return zhtext.IsWord(r) && !zhtext.IsHan(r) }
