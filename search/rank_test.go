package search

import (
	"testing"

	"github.com/tingdong/tingdong/zhtext"
)

func TestSubject(t *testing.T) {
	for _, c := range []struct{ title, subject string }{
		{"国务院办公厅关于印发政府网站发展指引的通知", "政府网站发展指引"},
		{"上海市人民政府办公厅关于印发《2021年度重大行政决策事项目录》的通知", "2021年度重大行政决策事项目录"},
		{"关于调整住房公积金贷款利率的通知", "调整住房公积金贷款利率"},
		{"公积金提取指南", "公积金提取指南"},
		{"关于", ""},
		{"的通知", "的"},
		{"", ""},
	} {
		r := zhtext.Runes(c.title, 0)
		from, to := subject(r)
		if got := string(r[from:to]); got != c.subject {
			t.Errorf("subject of %q is %q, want %q", c.title, got, c.subject)
		}
	}
}

// Titles that differ in a number only: the one that was asked for comes first,
// however the others are framed.
func TestNumbersDecide(t *testing.T) {
	x := open(t, Options{})
	put(t, x,
		Document{ID: "2012", Title: "某省人民政府办公厅关于2012年度计划目标管理责任制考评情况的通报", Date: "2013-04-17"},
		Document{ID: "2011", Title: "关于2011年度计划目标管理责任制考评情况的通报", Date: "2012-02-24"},
		Document{ID: "2010", Title: "关于2010年度计划目标管理责任制考评情况的通报", Date: "2011-02-24"},
		Document{ID: "20120", Title: "关于20120年度计划目标管理责任制考评情况的通报", Date: "2024-02-24"},
	)
	if got := ids(find(t, x, Query{Text: "2012年度计划目标管理责任制考评情况的通报"})); got[:5] != "2012 " {
		t.Errorf("found %q, want 2012 first", got)
	}
}

// What scores the same comes in an order that depends on the pages alone, not
// on how they came into the index: members of a cluster answer alike.
func TestEqualScores(t *testing.T) {
	a, b := Document{ID: "a", Title: "台风预警", Date: "2024-01-01"}, Document{ID: "b", Title: "台风预警", Date: "2024-01-01"}
	for _, docs := range [][]Document{{a, b}, {b, a}} {
		x := open(t, Options{})
		put(t, x, docs...)
		if got := ids(find(t, x, Query{Text: "台风预警"})); got != "a b" {
			t.Errorf("put %s first, found %q", docs[0].ID, got)
		}
	}
}
