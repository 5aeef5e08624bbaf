package search

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestParseOperators(t *testing.T) {
	for _, c := range []struct {
		text, plain      string
		phrases, without []string
	}{
		{`公积金 贷款`, `公积金 贷款`, nil, nil},
		{`"公积金 贷款" 利率`, `公积金 贷款  利率`, []string{"公积金 贷款"}, nil},
		{`「公積金」－貸款`, `公积金 －貸款`, []string{"公积金"}, nil},
		{`公积金 -贷款 -"提 取"`, `公积金`, nil, []string{"贷款", "提 取"}},
		{`2016-2018 Wi-Fi`, `2016-2018 Wi-Fi`, nil, nil},
		{`没有关上的"引号`, `没有关上的"引号`, nil, nil},
		{`"" - -`, `"" - -`, nil, nil},
		{`-`, `-`, nil, nil},
	} {
		o := parseOperators(c.text)
		if o.text != c.plain || !slices.Equal(o.phrases, c.phrases) || !slices.Equal(o.without, c.without) {
			t.Errorf("%s: %+v", c.text, o)
		}
	}
}

func TestOperators(t *testing.T) {
	x := portal(t)
	put(t, x,
		Document{ID: "apart", Title: "提取与住房", Body: "住房的事在前，公积金的事在后，提取另说。"},
		Document{ID: "permit", Title: "Permits", Body: "A residence permit is needed. Permitted residences are others.", Lang: "en"},
		Document{ID: "permits", Title: "Permits", Body: "Residence permits are needed.", Lang: "en"})
	for query, want := range map[string]string{
		`"住房公积金提取"`:           "gjj1",
		`“公积金” 提取 -贷款`:        "gjj1 apart",
		`"住房公積金" -"利率"`:       "gjj1",
		`"residence permit"`:  "permit",
		`"residence permits"`: "permits en",
		`"没有这回事"`:             "",
	} {
		if got := ids(find(t, x, Query{Text: query, Operators: true})); got != want {
			t.Errorf("%s found %q, want %q", query, got, want)
		}
	}
	all := find(t, x, Query{}).Total
	if r := find(t, x, Query{Text: "-公积金", Operators: true}); r.Total != all-3 {
		t.Errorf("-公积金 lists %d of %d pages", r.Total, all)
	}
	if r := find(t, x, Query{Text: `"公积金" -提取`}); !slices.Contains([]string{"gjj1", "apart"}, r.Hits[0].ID) {
		t.Errorf("without operators the signs were no text: %q", ids(r))
	}
	for _, bad := range []string{`"税"`, `-的`, `-a1 -b1 -c1 -d1 -e1 -f1 -g1 -h1 -i1`} {
		var e *QueryError
		if _, err := x.Search(context.Background(), Query{Text: bad, Operators: true}); !errors.As(err, &e) {
			t.Errorf("%s: %v, want a query error", bad, err)
		}
	}
}
