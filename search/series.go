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
	at := article.FindStringIndex(title)
	if at == nil || at[0] == 0 {
		return ""
	}
	return title[:at[0]]
}

// authority is how high a law ranks: a question that names no place is
// answered by national law before local rules.
func authority(law string) float64 {
	name := strings.TrimPrefix(law, "中华人民共和国")
	switch {
	case local.MatchString(name) && !strings.Contains(name, "最高人民"):
		return 0
	case strings.HasSuffix(law, "法") || strings.HasSuffix(law, "法典"):
		return 1
	case strings.Contains(law, "最高人民法院"):
		return 0.8
	case strings.HasSuffix(law, "条例"):
		return 0.5
	}
	return 0.2
}

// support raises articles of national law, and those whose law has other
// articles among the best: a law that is about the question as a whole.
func support(top []ranked) {
	sum, all := map[string]float64{}, 0.0
	names := make([]string, len(top))
	for i, r := range top {
		if names[i] = series(r.cand.doc.Title); names[i] != "" {
			sum[names[i]] += r.score
			all += r.score
		}
	}
	for i := range top {
		if names[i] != "" {
			top[i].score *= 1 + T["nat"]*authority(names[i]) + T["series"]*sum[names[i]]/all
		}
	}
}
