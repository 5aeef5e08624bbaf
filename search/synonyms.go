package search

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/tingdong/tingdong/zhtext"
)

//go:embed synonyms.txt
var shippedSynonyms string

//go:embed english.txt
var shippedEnglish string

// Synonym is one rule: a query with one of From also looks for To.
type Synonym struct {
	From []string `json:"from"`
	To   []string `json:"to"`
}

// ParseSynonyms reads rules, one a line: 房产证, 房本 => 不动产权证书. Lines that
// begin with # are comments.
func ParseSynonyms(text string) ([]Synonym, error) {
	var out []Synonym
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		from, to, ok := strings.Cut(line, "=>")
		s := Synonym{From: wordList(from), To: wordList(to)}
		if !ok || len(s.From) == 0 || len(s.To) == 0 {
			return nil, fmt.Errorf("synonyms, line %d: %q is not of the form 房产证, 房本 => 不动产权证书", i+1, line)
		}
		out = append(out, s)
	}
	return out, nil
}

func wordList(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '，' || r == '、' }) {
		if w = strings.TrimSpace(zhtext.Fold(w)); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// synonyms expand what people say into what pages say. Immutable.
type synonyms struct {
	rules   map[string][]string
	longest int // characters of the longest word that has a rule
}

func newSynonyms(lists ...[]Synonym) *synonyms {
	s := &synonyms{rules: map[string][]string{}}
	for _, list := range lists {
		fresh := map[string][]string{}
		for _, rule := range list {
			for _, from := range rule.From {
				fresh[from] = append(fresh[from], rule.To...)
				s.longest = max(s.longest, len([]rune(from)))
			}
		}
		for from, to := range fresh {
			s.rules[from] = to // a later list replaces an earlier one's rule
		}
	}
	return s
}

// shipped are the rules that come with the program.
func shipped() []Synonym {
	zh, err := ParseSynonyms(shippedSynonyms)
	if err != nil {
		panic(err) // the file is part of the program and has a test
	}
	en, err := ParseSynonyms(shippedEnglish)
	if err != nil {
		panic(err)
	}
	for _, s := range en {
		zh = append(zh, s, Synonym{From: s.To, To: s.From[:1]})
	}
	return zh
}

// expand gives the official words for what is said in folded text, the
// longest rule at each place.
func (s *synonyms) expand(text []rune) []string {
	if s == nil {
		return nil
	}
	var out []string
	for i := 0; i < len(text); {
		step := 1
		for n := min(s.longest, len(text)-i); n > 0; n-- {
			to, ok := s.rules[string(text[i:i+n])]
			if !ok || !wordEdges(text, i, i+n) {
				continue
			}
			for _, w := range to {
				if !slices.Contains(out, w) && !strings.Contains(string(text), w) {
					out = append(out, w)
				}
			}
			step = n
			break
		}
		i += step
	}
	return out
}

// wordEdges tells whether text[i:j] does not begin or end inside an English
// word.
func wordEdges(text []rune, i, j int) bool {
	return !(i > 0 && zhtext.IsWord(text[i-1]) && zhtext.IsWord(text[i])) &&
		!(j < len(text) && zhtext.IsWord(text[j-1]) && zhtext.IsWord(text[j]))
}

// SetSynonyms replaces the rules that admins added to the shipped ones.
func (x *Index) SetSynonyms(rules []Synonym) {
	syn := newSynonyms(shipped(), folded(rules))
	x.edit(func(t *tables) *tables { return newTables(t.columns, t.rules, syn) })
}

func folded(rules []Synonym) []Synonym {
	out := make([]Synonym, len(rules))
	for i, r := range rules {
		out[i] = Synonym{wordList(strings.Join(r.From, ",")), wordList(strings.Join(r.To, ","))}
	}
	return out
}
