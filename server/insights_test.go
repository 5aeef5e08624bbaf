package server

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/insights"
	"github.com/tingdong/tingdong/search"
)

// reported asks for the report until ok, for at most 20 s.
func (d *doors) reported(t *testing.T, token, path string, ok func(*insights.Report) bool) *insights.Report {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		a := d.do(t, "GET", path, "", bearer(token))
		var r insights.Report
		if err := json.Unmarshal([]byte(a.body), &r); err != nil || a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if ok(&r) {
			return &r
		}
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", a.body)
		}
	}
}

// TestWhatVisitorsAskIsReportedMasked goes from the visitors' doors to the
// administrators'.
func TestWhatVisitorsAskIsReportedMasked(t *testing.T) {
	d := open(t, nil)
	b := d.node.NewBatch()
	page := &search.Document{ID: "/t/1", Title: "海星养护", Body: "海星养护指引。", Lang: "zh-CN"}
	if err := b.Add(t.Context(), search.Op{Upsert: page}); err != nil {
		t.Fatal(err)
	}
	if err := b.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	post := func(path, body string) {
		t.Helper()
		if a := d.do(t, "POST", path, body, map[string]string{"Content-Type": "application/json"}); a.status >= 300 {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
	}
	post("/v1/ask", `{"q":"找一下教育局","lang":"zh-CN","role":"resident"}`)
	post("/v1/ask", `{"q":"我要投诉张三家的狗"}`)
	post("/v1/ask", `{"q":"海星养护找13800138000"}`)
	d.do(t, "GET", "/v1/search?q=%E6%B5%B7%E6%98%9F&lang=zh-CN", "", nil)
	d.do(t, "GET", "/v1/search?q=%E6%B5%B7%E6%98%9F&page=2", "", nil) // no new question
	post("/v1/events", `{"type":"click","query":"海星","id":"/t/1","rank":2,"session":"visitor-1"}`)
	post("/v1/events", `{"type":"cancel","column":"jyj"}`)
	post("/v1/events", `{"type":"click","id":"my name is Zhang","column":"so is mine"}`)

	tokens := d.tokens(t)
	r := d.reported(t, tokens["viewer"], "/v1/admin/insights", func(r *insights.Report) bool { return r.Totals.Turns == 4 && r.Totals.Clicks == 2 })
	if len(r.Columns) == 0 || r.Columns[0].ID != "jyj" || r.Columns[0].Cancels != 1 || len(r.Pages) != 1 || r.Pages[0] != (insights.Page{ID: "/t/1", Clicks: 1, Rank: 2}) {
		t.Errorf("targets %+v %+v", r.Columns, r.Pages)
	}
	var texts []string
	for _, q := range r.Queries {
		texts = append(texts, q.Text)
	}
	all := strings.Join(texts, " | ")
	if strings.Contains(all, "张三") || strings.Contains(all, "138") || !strings.Contains(all, "⟨phone⟩") || !strings.Contains(all, "我要投诉…") {
		t.Errorf("queries %s", all)
	}
	a := d.do(t, "GET", "/v1/admin/insights/export?format=ndjson", "", bearer(tokens["viewer"]))
	if a.status != 200 || strings.Count(a.body, "\n") != 7 || strings.Contains(a.body, "visitor-1") || strings.Contains(a.body, "Zhang") || strings.Contains(a.body, "so is mine") {
		t.Errorf("export %d %s", a.status, a.body)
	}
	if m := d.do(t, "GET", "/metrics", "", nil).body; !strings.Contains(m, `tingdong_insights_events_total{result="kept"} 7`) {
		t.Errorf("metrics %s", m)
	}
	if a := d.do(t, "DELETE", "/v1/admin/insights", "", bearer(tokens["publisher"])); a.status != 204 {
		t.Errorf("forgetting: %d %s", a.status, a.body)
	}
	d.reported(t, tokens["viewer"], "/v1/admin/insights", func(r *insights.Report) bool { return r.Totals.Turns == 0 })
}

func TestInsightsSayWhatIsWrongWithAQuestion(t *testing.T) {
	d := open(t, nil)
	token := bearer(d.tokens(t)["viewer"])
	for _, query := range []string{"from=yesterday", "from=2026-02-01&to=2026-01-01", "from=2020-01-01&to=2026-01-01", "limit=0", "limit=many", "lang=fr", "role=king", "way=pigeon"} {
		d.do(t, "GET", "/v1/admin/insights?"+query, "", token).isProblem(t, query, "bad_request")
	}
	d.do(t, "GET", "/v1/admin/insights/export?format=xlsx", "", token).isProblem(t, "format", "bad_request")
}
