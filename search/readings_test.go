package search

import "testing"

// A word that no page has is not read as characters that happen to stand
// beside each other across two words of a page; a word misheard is.
func TestCorrectionsAreWords(t *testing.T) {
	x := open(t, Options{})
	put(t, x,
		Document{ID: "way", Title: "海滨栈道全攻略", Body: "海滨栈道从大梅沙到小梅沙。"},
		Document{ID: "buy", Title: "政府采购怎么参加", Body: "政府采购怎么参加，先注册。"},
		Document{ID: "gjj", Title: "公积金查询", Body: "公积金余额可以在网上查询。"},
	)
	for query, want := range map[string]string{"殡葬": "", "狗证": "", "公鸡金": "公积金", "公积金茶寻": "公积金查询"} {
		r := find(t, x, Query{Text: query})
		got := ""
		if r.Suggestion != nil {
			got = *r.Suggestion
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", query, got, want)
		}
	}
}
