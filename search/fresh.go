package search

import (
	"math"
	"regexp"
	"time"
)

// newsColumn tells the columns whose pages age.
var newsColumn = regexp.MustCompile(`新闻|要闻|动态|快讯|资讯|(?i:news)`)

// freshness is the gain of a document for being recent: news ages, laws,
// policies and guides do not. It counts from the newest document, so that an
// index answers the same tomorrow.
func (s *snapshot) freshness(d *Document) float64 {
	if d.Date == "" || d.Kind != "news" && !newsColumn.MatchString(d.Column) {
		return 0
	}
	days, err := s.days()
	if err != nil || len(days) == 0 {
		return 0 // the error comes up where the dates are needed
	}
	newest, err1 := time.Parse(time.DateOnly, days[0])
	date, err2 := time.Parse(time.DateOnly, d.Date)
	if err1 != nil || err2 != nil {
		return 0
	}
	return freshWeight * math.Exp2(-newest.Sub(date).Hours()/24/freshHalfLife)
}
