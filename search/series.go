package search

import (
	"regexp"
	"strings"
)

// article finds what makes a title one part of a longer text: 第五十四条.
var article = regexp.MustCompile(`第[零一二三四五六七八九十百千0-9]+条(之[一二三四五六七八九十]+)?$`)

// local finds names of places in the names of laws.
var local = regexp.MustCompile(`省|市|自治区|自治州|自治县|县|[^族]区|特区`)

// series gives the text that a document is a part of (the law of an article),
// "" for a document of its own.
func series(title string) string {
	last := strings.LastIndex(title, "条")
	if last < 0 || title[last:] != "条" && !strings.HasPrefix(title[last:], "条之") {
		return "" // most titles: the expression is slow
	}
	at := article.FindStringIndex(title)
	if at == nil || at[0] == 0 {
		return ""
	}
	return title[:at[0]]
}

// authorities are the ranks of law with how much each counts: a question that
// names no place is answered by national law before local rules, and by a
// basic law before a special one. Documents that are not articles of law are
// left as they are.
var authorities = map[string]float64{"basic": 1, "law": 0.8, "court": 0.7, "decree": 0.4, "rule": 0.15, "local": 0}

// basicLaws are those that the Legislation Law reserves to the National
// People's Congress itself, as far as citizens ask about them.
var basicLaws = regexp.MustCompile(`^(宪法|民法典|刑法|民事诉讼法|刑事诉讼法|行政诉讼法)$`)

// authority gives the rank of the law that a title is an article of, "" for
// everything else.
func authority(title string) string {
	law := series(title)
	name := strings.TrimPrefix(law, "中华人民共和国")
	switch {
	case law == "":
		return ""
	case strings.Contains(law, "最高人民"):
		return "court"
	case local.MatchString(name):
		return "local"
	case basicLaws.MatchString(name):
		return "basic"
	case strings.HasSuffix(law, "法"):
		return "law"
	case strings.HasSuffix(law, "条例"):
		return "decree"
	}
	return "rule"
}

// rankFactor is what the score of an article is multiplied with, at most 1.
func rankFactor(rank string) float64 {
	value, ok := authorities[rank]
	if !ok {
		return 1
	}
	return (1 + authorityWeight*value) / (1 + authorityWeight)
}

// named tells whether a query names the place whose rule a document is from.
func named(query string, c *candidate) bool {
	return c.local && len(c.title) > 2 && strings.Contains(query, string(c.title[:2]))
}

// prior gives each document's rank factor, by document number.
func (s *snapshot) prior() ([]float32, error) {
	s.priorOnce.Do(func() {
		out := make([]float32, s.size)
		for d := range out {
			out[d] = 1
		}
		for rank := range authorities {
			docs, err := s.docsOf(fieldAuthority, rank)
			if err != nil {
				s.priorErr = err
				return
			}
			for _, d := range docs {
				out[d] = float32(rankFactor(rank))
			}
		}
		s.priors = out
	})
	return s.priors, s.priorErr
}
