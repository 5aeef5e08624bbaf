package insights

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is the moment of most tests, in the zone of most portals.
var (
	zone = time.FixedZone("CST", 8*3600)
	noon = time.Date(2026, 3, 15, 12, 0, 42, 0, zone)
)

func openStore(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// record sends events the whole way: Recorder, stream (a list here), view.
func record(t *testing.T, s *Store, events ...Event) {
	t.Helper()
	seq, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := NewRecorder(func(ctx context.Context, _ string, batch []byte) error {
		seq++
		return s.Apply(ctx, seq, batch)
	})
	r.Now = func() time.Time { return noon }
	for _, e := range events {
		r.Record(e)
	}
	cancel() // Run writes what waits, then ends
	r.Run(ctx)
	if kept, dropped := r.Counts(); kept != uint64(len(events)) || dropped != 0 {
		t.Fatalf("%d kept, %d dropped of %d", kept, dropped, len(events))
	}
}

func report(t *testing.T, s *Store, f Filter) *Report {
	t.Helper()
	f.From, f.To, f.Zone = noon.AddDate(0, 0, -2), noon, zone
	r, err := s.Report(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func found(query, visitor string) Event {
	return Event{Kind: Turn, Way: SearchPage, Action: "search", Text: query, Confidence: 1, Hits: 3, Lang: "zh-CN", Visitor: visitor}
}

var someEvents = []Event{
	{Kind: Turn, Way: Voice, Action: "navigate", Intent: "OpenColumn", Column: "jyj", Text: "找一下教育局。", Confidence: 0.98, Lang: "zh-CN", Role: "resident", TookMS: 10, Visitor: "a"},
	{Kind: Turn, Way: Voice, Action: "navigate", Intent: "OpenColumn", Column: "jyj", Text: "找一下教育局", Confidence: 0.72, Lang: "zh-CN", TookMS: 30, Visitor: "b"},
	{Kind: Cancel, Column: "jyj"},
	{Kind: Turn, Way: Text, Action: "control", Intent: "Zoom", Control: "zoom_in", Text: "放大", Confidence: 1, Lang: "zh-CN", Visitor: "a"},
	{Kind: Turn, Way: Voice, Action: "none", Lang: "zh-CN"},
	{Kind: Turn, Way: Voice, Action: "none", Text: "啦啦啦", Lang: "zh-CN", Visitor: "a"},
	{Kind: Turn, Way: Text, Action: "clarify", Text: "局", Confidence: 0.6, Visitor: "a"},
	found("公积金", "a"), found("公积金", "a"), found("公积金", "b"),
	{Kind: Turn, Way: SearchPage, Action: "search", Text: "量子 护照E12345678", Lang: "en-GB", Role: "emperor", Visitor: "a"},
	{Kind: Click, Text: "公积金", Page: "/t/1", Rank: 1}, {Kind: Click, Text: "公积金", Page: "/t/1", Rank: 4},
	{Kind: "dance"},
	{Kind: Turn, Way: SearchPage, Action: "search", Text: "昨天", Hits: 1, At: noon.Add(-13 * time.Hour)}, // 23:00 of the day before
}

func TestReport(t *testing.T) {
	s := openStore(t, t.TempDir())
	record(t, s, someEvents...)
	r := report(t, s, Filter{})
	got := fmt.Sprintf("%+v", r.Totals.Turns) + fmt.Sprint(" ", r.Totals.Navigate, r.Totals.Control, r.Totals.Search, r.Totals.Clarify, r.Totals.None,
		" missed ", r.Totals.Missed, r.Totals.NoResult, r.Totals.NotUnderstood, r.Totals.LowConfidence, r.Totals.Silent, " clicks ", r.Totals.Clicks, r.Totals.Cancels)
	if want := "11 2 1 5 1 2 missed 3 1 1 1 1 clicks 2 1"; got != want {
		t.Errorf("totals %s, want %s", got, want)
	}
	if *r.Totals.SuccessRate != 0.6 || *r.Totals.ClickRate != 0.5 || r.Totals.P95MS != 30 {
		t.Errorf("rates %v %v, p95 %v", *r.Totals.SuccessRate, *r.Totals.ClickRate, r.Totals.P95MS)
	}
	if want := []Day{{Day: "2026-03-13"}, {Day: "2026-03-14", Turns: 1, Search: 1}, {Day: "2026-03-15", Turns: 10, Missed: 3, Clicks: 2, Cancels: 1, Voice: 4, Text: 2, Search: 4}}; !slices.Equal(r.Days, want) {
		t.Errorf("days %+v", r.Days)
	}
	if want := (Asked{"公积金", 3, 2, 0, 2, "search", 1, "2026-03-15"}); len(r.Queries) != 7 || r.Queries[0] != want {
		t.Errorf("queries %+v", r.Queries)
	}
	if r.Queries[1].Text != "找一下教育局" || r.Queries[1].Turns != 2 || r.Queries[1].Missed != 1 {
		t.Errorf("second query %+v", r.Queries[1])
	}
	var reasons []string
	for _, m := range r.Missed {
		reasons = append(reasons, m.Text+" "+m.Reason)
	}
	if want := []string{"啦啦啦 not_understood", "找一下教育局 low_confidence", "量子 护照⟨passport⟩ no_result"}; !slices.Equal(reasons, want) {
		t.Errorf("missed %q", reasons)
	}
	if len(r.Columns) != 1 || r.Columns[0] != (Column{"jyj", 2, 1}) || len(r.Controls) != 1 || len(r.Intents) != 2 || r.Pages[0] != (Page{"/t/1", 2, 2.5}) {
		t.Errorf("targets %+v %+v %+v %+v", r.Columns, r.Controls, r.Intents, r.Pages)
	}
	if want := []Share{{"zh", 8, 2}, {"", 2, 0}, {"en", 1, 1}}; !slices.Equal(r.Langs, want) {
		t.Errorf("languages %+v", r.Langs)
	}
	if r = report(t, s, Filter{Lang: "en"}); r.Totals.Turns != 1 || len(r.Queries) != 1 || r.Roles[0].Name != "" {
		t.Errorf("in English %+v", r)
	}
	if r = report(t, s, Filter{Limit: 2, Way: Voice}); r.Totals.Turns != 4 || len(r.Queries) != 2 || r.Totals.ClickRate != nil {
		t.Errorf("by voice %+v", r)
	}
}

func TestAnEmptyReportHasNoNulls(t *testing.T) {
	r := report(t, openStore(t, t.TempDir()), Filter{})
	data, err := json.Marshal(r)
	if err != nil || bytes.Count(data, []byte("null")) != 2 || r.Totals.SuccessRate != nil || r.Totals.ClickRate != nil {
		t.Fatalf("%s, %v", data, err)
	}
}

// TestBatchesAreAppliedOnce: the view stores its sequence with its data.
func TestBatchesAreAppliedOnce(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	data, err := json.Marshal(batch{Schema: schemaVersion, Events: []Event{found("公积金", "a").clean()}})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.Apply(t.Context(), 7, data); err != nil {
			t.Fatal(err)
		}
		s.Close()
		s = openStore(t, dir)
	}
	for _, bad := range []string{"no JSON", `{"schema":99}`} {
		if err := s.Apply(t.Context(), 8, []byte(bad)); err != nil && !errors.Is(err, ErrUnreadable) {
			t.Fatal(err)
		}
	}
	var rows int
	if err := s.db.QueryRow("SELECT COUNT(*) FROM events").Scan(&rows); err != nil || rows != 1 {
		t.Fatalf("%d rows, %v", rows, err)
	}
	if at, err := s.Position(t.Context()); at != 8 || err != nil {
		t.Fatalf("position %d, %v", at, err)
	}
}

func TestADamagedViewIsStartedAnew(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	record(t, s, someEvents...)
	s.Close()
	if err := os.WriteFile(filepath.Join(dir, "insights.db"), bytes.Repeat([]byte("torn"), 3000), 0o600); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, dir)
	if at, err := s.Position(t.Context()); at != 0 || err != nil {
		t.Fatalf("position %d, %v", at, err)
	}
	record(t, s, someEvents...)
}

// TestExpiredEventsLeaveTheDisk: neither the table nor the files of the view
// know what is too old.
func TestExpiredEventsLeaveTheDisk(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	old := found("海参养殖补贴", "a")
	old.At = noon.AddDate(0, 0, -91)
	record(t, s, old, found("海胆养殖补贴", "a"))
	if !holds(t, dir, "海参") || !holds(t, dir, "海胆") {
		t.Fatal("the view is not where the test looks for it")
	}
	if n, err := s.Expire(t.Context(), noon.AddDate(0, 0, -90)); n != 1 || err != nil {
		t.Fatalf("expired %d, %v", n, err)
	}
	if holds(t, dir, "海参") || !holds(t, dir, "海胆") {
		t.Fatal("what expired is still on the disk, or the rest is not")
	}
	if err := s.Apply(t.Context(), 99, Forget()); err != nil || holds(t, dir, "海胆") {
		t.Fatalf("what was forgotten is still on the disk, %v", err)
	}
}

func holds(t *testing.T, dir, word string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(word)) {
			return true
		}
	}
	return false
}

func hot(t *testing.T, s *Store, now time.Time) *Hot {
	t.Helper()
	h := &Hot{}
	if err := h.Refresh(t.Context(), s, now); err != nil {
		t.Fatal(err)
	}
	return h
}

func asked(query string, visitors int) (out []Event) {
	for i := range visitors {
		out = append(out, found(query, fmt.Sprint("visitor ", i)))
	}
	return out
}

func TestOnlyWhatManyAskIsHot(t *testing.T) {
	s := openStore(t, t.TempDir())
	events := slices.Concat(asked("公积金", Visitors+3), asked("居住证", Visitors), asked("张三家的地址", Visitors-1), asked("visa", Visitors))
	for range 100 {
		events = append(events, found("我的秘密", "one visitor"), found("没有名字", ""))
	}
	for _, q := range []string{"13800138000", "身份证440301", "a@b.cn", "我", "我要投诉楼上邻居每天半夜唱歌跳舞吵得睡不着", "  "} {
		events = append(events, asked(q, 20)...)
	}
	record(t, s, events...)
	h := hot(t, s, noon)
	if got := h.Top("", 10); !slices.Equal(got, []string{"公积金", "visa", "居住证"}) {
		t.Errorf("hot are %v", got)
	}
	if got := h.Top("zh-CN", 1); !slices.Equal(got, []string{"公积金"}) {
		t.Errorf("the hottest is %v", got)
	}
	if got := h.Top("en", 5); !slices.Equal(got, []string{"visa"}) {
		t.Errorf("hot in English are %v", got)
	}
	if got := (&Hot{}).Top("", 5); got == nil || len(got) != 0 {
		t.Errorf("nothing is hot at first: %v", got)
	}
}

// TestOneVisitorADayIsNotMany: visitors are counted within a day, so that one
// who comes back does not become five.
func TestOneVisitorADayIsNotMany(t *testing.T) {
	s := openStore(t, t.TempDir())
	for day := range 6 {
		e := found("我的老地方", "the same")
		e.At = noon.AddDate(0, 0, -day)
		record(t, s, e) // a Recorder each: as after a restart
	}
	if got := hot(t, s, noon).Top("", 5); len(got) != 0 {
		t.Fatalf("hot are %v", got)
	}
}

func TestHotQueriesCoolDown(t *testing.T) {
	s := openStore(t, t.TempDir())
	var events []Event
	for _, e := range asked("台风", 40) {
		e.At = noon.Add(-5 * HalfLife)
		events = append(events, e)
	}
	record(t, s, append(events, asked("学位", Visitors)...)...)
	if got := hot(t, s, noon).Top("", 2); !slices.Equal(got, []string{"学位", "台风"}) {
		t.Fatalf("after five half-lives %v", got)
	}
	if got := hot(t, s, noon.Add(3*HalfLife)).Top("", 2); !slices.Equal(got, []string{"学位"}) {
		t.Fatalf("after more than a week %v", got)
	}
}

func TestExport(t *testing.T) {
	s := openStore(t, t.TempDir())
	record(t, s, found(`=HYPERLINK("x")`, "a"), found("公积金,提取", "b"))
	f := Filter{From: noon, To: noon, Zone: zone}
	for format, want := range map[string][]string{
		"csv":    {"\ufeffminute,kind,way", "2026-03-15T12:00:00+08:00,turn,search,search", `"'=HYPERLINK(""x"")"`, `"公积金,提取"`},
		"ndjson": {`{"minute":"2026-03-15T12:00:00+08:00","kind":"turn","way":"search"`, `"text":"公积金,提取"`, `"new_visitor":true,"outcome":"ok"`},
	} {
		var b bytes.Buffer
		row, flush, err := NewExport(format, &b)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Rows(t.Context(), f, row), flush()); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: no %q in %s", format, w, b.String())
			}
		}
	}
	if _, _, err := NewExport("xlsx", &bytes.Buffer{}); err == nil {
		t.Error("an unknown format was taken")
	}
}

// TestAFullBufferDropsAndNeverWaits: the journal does not answer, and doors go
// on at once.
func TestAFullBufferDropsAndNeverWaits(t *testing.T) {
	stuck := make(chan struct{})
	r := NewRecorder(func(ctx context.Context, _ string, _ []byte) error {
		close(stuck)
		<-ctx.Done()
		return ctx.Err()
	})
	told := 0
	r.Failed = func(error) { told++ }
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { r.Run(ctx) })
	r.Record(found("x", "y"))
	<-stuck
	for range 3 * bufferSize {
		r.Record(found("x", "y"))
	}
	if kept, dropped := r.Counts(); kept != 0 || dropped != 2*bufferSize {
		t.Errorf("%d kept, %d dropped", kept, dropped)
	}
	r.sink = func(context.Context, string, []byte) error { return nil }
	cancel()
	wg.Wait()
	if kept, dropped := r.Counts(); kept+dropped != 3*bufferSize+1 || told != 1 {
		t.Errorf("%d kept, %d dropped, %d told", kept, dropped, told)
	}
	var none *Recorder
	none.Record(Event{}) // keeps nothing, and that is no error
}
