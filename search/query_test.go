package search

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// portal is a small portal for tests of behaviour.
func portal(t *testing.T) *Index {
	x := open(t, Options{Columns: []Column{
		{ID: "jyj", Name: "教育局", URL: "/jyj/", Lang: "zh-CN", Aliases: []string{"区教育局"}},
		{ID: "gjj", Name: "住房公积金", URL: "/gjj/", Lang: "zh-CN"},
		{ID: "edu", Name: "Education", URL: "/en/edu/", Lang: "en"},
	}})
	put(t, x,
		Document{ID: "gjj1", Title: "住房公积金提取指南", Body: "职工购买自住住房的，可以提取本人住房公积金账户内的余额。", Column: "gjj", Date: "2023-05-01", Kind: "guide"},
		Document{ID: "gjj2", Title: "关于调整住房公积金贷款利率的通知", Body: "自下月起，公积金贷款利率下调。", Column: "住房公积金", Date: "2024-02-01", Kind: "notice"},
		Document{ID: "fdc", Title: "不动产权证书办理", Body: "申请人持身份证明到不动产登记中心办理不动产权证书。", Date: "2022-01-01", Role: "resident"},
		Document{ID: "jyj", Title: "教育局工作职责", Body: "负责全区教育工作，管理学校招生。", Column: "jyj", Date: "2021-03-04"},
		Document{ID: "law", Title: "国务院办公厅关于印发政府网站发展指引的通知", Body: "各省、自治区、直辖市人民政府。", DocNo: "国办发〔2017〕47号", Date: "2017-06-08"},
		Document{ID: "cite", Title: "贯彻政府网站发展指引", Body: "根据国办发〔2017〕47号文件精神。", Date: "2018-01-01"},
		Document{ID: "new", Title: "区长调研港口建设", Body: "区长今天调研港口建设。", Column: "要闻", Date: "2024-06-01"},
		Document{ID: "old", Title: "区长调研港口建设", Body: "区长今天调研港口建设。", Column: "要闻", Date: "2019-06-01"},
		Document{ID: "en", Title: "Applying for a passport", Body: "Foreign residents may apply for residence permits.", Lang: "en", Date: "2020-01-01"},
		Document{ID: "hz", Title: "护照办理须知", Body: "公民申请护照应当本人到场。", Date: "2020-02-01"},
		Document{ID: "s54", Title: "中华人民共和国民法典第五十四条", Body: "自然人从事工商业经营，经依法登记，为个体工商户。"},
		Document{ID: "s45", Title: "中华人民共和国民法典第四十五条", Body: "被宣告失踪人的财产。"},
		Document{ID: "sz", Title: "深圳经济特区物业管理条例第八条", Body: "业主委员会应当公布物业费的收支。"},
		Document{ID: "nat", Title: "物业管理条例第八条", Body: "业主委员会应当公布物业费的收支。"},
		Document{ID: "day", Title: "人才引进名单公示", Body: "公示期自2024年3月1日起。"},
		Document{ID: "html", Title: `<script>alert("台风")</script>台风预警`, Body: `台风<b onclick="x()">来了</b>，请注意安全 & 防范。`, Date: "2020-03-01"},
	)
	return x
}

func TestFinds(t *testing.T) {
	x := portal(t)
	for _, c := range []struct {
		query, first string
		relaxed      string
	}{
		{"公积金提取", "gjj1", ""},
		{"住房公積金 提取", "gjj1", ""},
		{"请帮我搜一下公积金怎么提取，谢谢", "gjj1", ""},
		{"公鸡金提取", "gjj1", "sound"},
		{"gongjijin tiqu", "gjj1", "sound"},
		{"gjj", "gjj1", "sound"},
		{"房产证", "fdc", ""},
		{"国办发[2017]第47号", "law", ""},
		{"国办发 2017 47", "law", ""},
		{"国办发二零一七年四十七号", "law", ""},
		{"教育局", "jyj", ""},
		{"民法典第54条", "s54", ""},
		{"民法典第四十五条", "s45", ""},
		{"业主委员会要公布物业费吗", "nat", ""},
		{"深圳业主委员会要公布物业费吗", "sz", ""},
		{"二零二四年三月一日公示", "day", ""},
		{"2024-03-01 名单", "day", ""},
		{"passports", "en", ""},
		{"区长调研港口", "new", ""},
		{"税 教育", "jyj", ""},
		{"AND OR (公积金\" 提取", "gjj1", ""},
	} {
		r := find(t, x, Query{Text: c.query})
		if len(r.Hits) == 0 || r.Hits[0].ID != c.first {
			t.Errorf("%q found %q, want %s first", c.query, ids(r), c.first)
			continue
		}
		if c.relaxed == "sound" && (r.Relaxed != "sound" || r.Suggestion == nil) {
			t.Errorf("%q: relaxed %q, suggestion %v", c.query, r.Relaxed, r.Suggestion)
		}
	}
	if got := ids(find(t, x, Query{Text: "passport"})); !strings.Contains(got, "hz") {
		t.Errorf("passport found %q, want the Chinese page, too", got)
	}
	if got := ids(find(t, x, Query{Text: "国办发〔2017〕47号"})); got != "law cite" {
		t.Errorf("a document number found %q, want the document and who cites it", got)
	}
}

func TestNearestColumns(t *testing.T) {
	x := portal(t)
	for query, want := range map[string]string{"教育局在哪里": "教育局", "gongjijin": "住房公积金", "qu jiaoyuju": "教育局", "天气": ""} {
		got := ""
		if c := find(t, x, Query{Text: query}).Columns; len(c) > 0 {
			got = c[0].Text
		}
		if got != want {
			t.Errorf("%s is near %q, want %q", query, got, want)
		}
	}
}

func TestVoiceReadings(t *testing.T) {
	x := portal(t)
	r := find(t, x, Query{Text: "聚会", Alternatives: []string{"剧目", "教育局招生"}})
	if len(r.Hits) == 0 || r.Hits[0].ID != "jyj" || r.Suggestion == nil || *r.Suggestion != "教育局招生" {
		t.Errorf("found %q, suggestion %v", ids(r), r.Suggestion)
	}
}

func TestFiltersSortFacets(t *testing.T) {
	x := portal(t)
	for _, c := range []struct {
		q    Query
		want string
	}{
		{Query{Text: "公积金", Column: "住房公积金"}, "gjj1 gjj2"},
		{Query{Text: "公积金", Column: "gjj", Sort: "date"}, "gjj2 gjj1"},
		{Query{Text: "公积金", Year: 2023}, "gjj1"},
		{Query{Text: "公积金", Kind: "notice"}, "gjj2"},
		{Query{Text: "公积金", Column: "没有这栏"}, ""},
		{Query{Text: "办理", Role: "enterprise"}, "hz"},
		{Query{Lang: "en"}, "en"},
		{Query{Column: "gjj"}, "gjj2 gjj1"},
		{Query{Size: 3}, "new gjj2 gjj1"},
		{Query{Size: 2, Page: 2}, "gjj1 fdc"},
	} {
		if got := ids(find(t, x, c.q)); got != c.want {
			t.Errorf("%+v found %q, want %q", c.q, got, c.want)
		}
	}
	r := find(t, x, Query{Text: "公积金", Facets: true})
	if len(r.Facets["year"]) != 2 || r.Facets["kind"][0].Count != 1 {
		t.Errorf("facets %+v", r.Facets)
	}
	for _, q := range []Query{{Size: 101}, {Page: -1}, {Sort: "x"}, {Page: 10000}, {Year: 7}, {Cursor: "!"}} {
		var bad *QueryError
		if _, err := x.Search(context.Background(), q); !errors.As(err, &bad) {
			t.Errorf("%+v: %v, want a QueryError", q, err)
		}
	}
}

func TestCursor(t *testing.T) {
	x := portal(t)
	for _, q := range []Query{{Text: "通知 公积金 港口 办理 教育", Size: 2}, {Size: 2}, {Text: "公积金 港口 区长", Sort: "date", Size: 1}} {
		seen := map[string]bool{}
		all := find(t, x, Query{Text: q.Text, Sort: q.Sort, Size: 100})
		for range 20 {
			r := find(t, x, q)
			for _, h := range r.Hits {
				if seen[h.ID] {
					t.Errorf("%+v: %s comes twice", q, h.ID)
				}
				seen[h.ID] = true
			}
			if q.Cursor = r.Next; q.Cursor == "" {
				break
			}
		}
		if len(seen) != len(all.Hits) {
			t.Errorf("%q: %d of %d by cursor", q.Text, len(seen), len(all.Hits))
		}
	}
}

func TestRules(t *testing.T) {
	x := portal(t)
	x.SetRules(Rules{Pinned: map[string][]string{"公积金": {"hz", "nothing"}}, Hidden: map[string][]string{"公积金": {"gjj1"}, "": {"old"}}})
	if got := ids(find(t, x, Query{Text: " 公积金 "})); got != "hz gjj2" {
		t.Errorf("found %q, want the pinned page first and the hidden one gone", got)
	}
	if got := ids(find(t, x, Query{Text: "区长调研"})); got != "new" {
		t.Errorf("found %q, want new", got)
	}
	x.SetSynonyms([]Synonym{{From: []string{"魔法证"}, To: []string{"护照"}}})
	if got := ids(find(t, x, Query{Text: "魔法证"})); !strings.HasPrefix(got, "hz") {
		t.Errorf("an admin's synonym found %q", got)
	}
}

func TestSnippets(t *testing.T) {
	x := portal(t)
	h := find(t, x, Query{Text: "台风"}).Hits[0]
	if h.TitleHTML != `&lt;script&gt;alert(&#34;<mark>台风</mark>&#34;)&lt;/script&gt;<mark>台风</mark>预警` {
		t.Errorf("title %s", h.TitleHTML)
	}
	if got := find(t, x, Query{Text: "applying for passports"}).Hits[0].TitleHTML; got != "<mark>Applying</mark> <mark>for</mark> a <mark>passport</mark>" {
		t.Errorf("English title %s", got)
	}
	if got := find(t, x, Query{Text: "如何提取公积"}).Hits[0].TitleHTML; got != "住房<mark>公积金提取</mark>指南" {
		t.Errorf("a part of a word marks %s", got)
	}
	if strings.Contains(h.Snippet, "<b") || !strings.Contains(h.Snippet, "<mark>台风</mark>") || !strings.Contains(h.Snippet, "&amp;") {
		t.Errorf("snippet %s", h.Snippet)
	}
}

func TestSuggest(t *testing.T) {
	x := portal(t)
	for _, c := range []struct{ text, lang, want string }{
		{"教育", "zh-CN", "教育局"}, {"jyj", "", "教育局"}, {"jiaoyu", "", "教育局"}, {"公积", "", "住房公积金"},
		{"gongj", "", "公积金"}, {"zfgjj", "", "住房公积金"}, {"edu", "en", "Education"},
	} {
		s, err := x.Suggest(context.Background(), c.text, c.lang, 5)
		if err != nil || len(s) == 0 || s[0].Text != c.want {
			t.Errorf("%q suggests %+v (%v), want %s first", c.text, s, err, c.want)
		}
	}
	for _, text := range []string{"", "  ", strings.Repeat("长", 100000), "\xff\x00"} {
		if _, err := x.Suggest(context.Background(), text, "", 5); err != nil {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestBadQueries(t *testing.T) {
	x := portal(t)
	for _, text := range []string{strings.Repeat("公积金", 350000), "，。！？", `"'()[]{}*?~^:\/`, "(a+)+$", "😀👍🏽", "\x00\x01", "\xff\xfe",
		strings.Repeat("(", 5000), "-", "a", "𠀀𠀁", strings.Repeat("国办发〔2017〕", 1000), "\u202e公积金"} {
		r := find(t, x, Query{Text: text, Facets: true})
		for _, h := range r.Hits {
			if !utf8.ValidString(h.Snippet) {
				t.Errorf("%.20q: snippet is not UTF-8", text)
			}
		}
	}
	if r := find(t, x, Query{Text: "，。！？"}); len(r.Hits) != 0 {
		t.Errorf("punctuation found %q", ids(r))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := x.Search(ctx, Query{Text: "公积金"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled search gives %v", err)
	}
}

func TestConcurrentSwapAndSnapshot(t *testing.T) {
	x := portal(t)
	dir := t.TempDir()
	if err := x.Snapshot(dir + "/copy"); err != nil {
		t.Fatal(err)
	}
	c, err := Open(dir+"/copy", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ids(find(t, c, Query{Text: "公积金"})), ids(find(t, x, Query{Text: "公积金"})); got != want || c.Position() != x.Position() {
		t.Errorf("the copy finds %q at %d, not %q at %d", got, c.Position(), want, x.Position())
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := Open(dir+"/next", Options{Words: []string{"港口建设"}})
	if err != nil {
		t.Fatal(err)
	}
	put(t, next, Document{ID: "only", Title: "公积金新办法"})
	stop, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				failed <- nil
				return
			default:
			}
			r, err := x.Search(context.Background(), Query{Text: "公积金"})
			if err == nil && len(r.Hits) == 0 {
				err = fmt.Errorf("found nothing")
			}
			if err != nil {
				failed <- err
				return
			}
		}
	}()
	if _, err := x.Swap(next); err != nil {
		t.Fatal(err)
	}
	close(stop)
	if err := <-failed; err != nil {
		t.Errorf("a search failed while swapping: %v", err)
	}
	if got := ids(find(t, x, Query{Text: "公积金"})); got != "only" {
		t.Errorf("after the swap found %q, want only", got)
	}
	put(t, x, Document{ID: "more", Title: "公积金缴存"})
	if err := x.Optimize(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n, err := x.Count(); err != nil || n != 2 {
		t.Errorf("%d documents (%v), want 2", n, err)
	}
}

func FuzzSearch(f *testing.F) {
	x, err := Open(f.TempDir()+"/index", Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { x.Close() })
	if err := x.Apply(1, []Op{{Upsert: &Document{ID: "a", Title: "公积金提取 guide 国办发〔2017〕47号", Body: "办理\xff住房公积金 <b>", Date: "2024-01-01"}}}); err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{`"公积金" -贷款`, `-"提取`, "公积金", "gjj", "国办发2017 47", "\xff", "a\x00", "公鸡金？", "第二届"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if _, err := x.Search(ctx, Query{Text: text, Alternatives: []string{other}, Column: other, Facets: true}); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var refused *QueryError // too short or too many phrases
		if _, err := x.Search(ctx, Query{Text: text, Operators: true}); err != nil && !errors.As(err, &refused) {
			t.Fatalf("with operators %q: %v", text, err)
		}
		if _, err := x.Suggest(ctx, text, "", 5); err != nil {
			t.Fatalf("suggest %q: %v", text, err)
		}
	})
}

// TestFacetsAgree follows every facet of a query that no page has all of: its
// count is how many pages the search lists when it is narrowed to it.
func TestFacetsAgree(t *testing.T) {
	x := portal(t)
	var many []Document
	for i := range 300 {
		many = append(many, Document{ID: fmt.Sprint("m", i), Title: fmt.Sprintf("物业费公示第%d期", i), Body: "业主委员会公布收支。", Column: []string{"甲", "乙"}[i%2], Date: fmt.Sprintf("20%02d-01-01", 10+i%7)},
			Document{ID: fmt.Sprint("n", i), Title: fmt.Sprintf("公示%d", i), Body: "物业。", Column: "丙", Date: "2015-01-01"})
	}
	put(t, x, many...)
	for _, text := range []string{"业主委员会公布物业费收支的规定", "物业费", "公示"} {
		r := find(t, x, Query{Text: text, Facets: true})
		sum := 0
		for _, f := range r.Facets["column"] {
			sum += f.Count
			listed, q := 0, Query{Text: text, Column: f.Value, Size: 100}
			for {
				page := find(t, x, q)
				if listed += len(page.Hits); page.Total != f.Count {
					t.Errorf("%s: column %s has %d by its facet, and the search in it %d", text, f.Value, f.Count, page.Total)
				}
				if q.Cursor = page.Next; q.Cursor == "" {
					break
				}
			}
			if listed != f.Count {
				t.Errorf("%s: column %s has %d by its facet and lists %d", text, f.Value, f.Count, listed)
			}
		}
		if sum < 200 || sum > r.Total {
			t.Errorf("%s: the columns have %d together, all %d", text, sum, r.Total)
		}
	}
}

func TestKeptAnswers(t *testing.T) {
	x := portal(t)
	first := find(t, x, Query{Text: "公积金"})
	first.Hits[0].Title = "changed by the caller"
	if again := find(t, x, Query{Text: "公积金"}); again.Hits[0].Title == first.Hits[0].Title || ids(again) != ids(first) {
		t.Errorf("a kept answer is %q with title %s", ids(again), again.Hits[0].Title)
	}
	if got := find(t, x, Query{Text: "公积金", Size: 1}); len(got.Hits) != 1 {
		t.Errorf("another page size gets %q", ids(got))
	}
	put(t, x, Document{ID: "fresh", Title: "公积金公积金"})
	if got := ids(find(t, x, Query{Text: "公积金"})); !strings.Contains(got, "fresh") {
		t.Errorf("after a change found %q", got)
	}
	x.SetRules(Rules{Hidden: map[string][]string{"": {"fresh"}}})
	if got := ids(find(t, x, Query{Text: "公积金"})); strings.Contains(got, "fresh") {
		t.Errorf("after hiding found %q", got)
	}
}
