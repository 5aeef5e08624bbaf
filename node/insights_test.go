package node

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tingdong/tingdong/insights"
	"github.com/tingdong/tingdong/journal"
)

// clock is a clock that tests move.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// openWithInsights opens a node of journal and insights only: the search
// index would be most of the time of these tests. Close ends it as any other.
func openWithInsights(t *testing.T, dir string, o InsightsOptions) *Node {
	t.Helper()
	run, stop := context.WithCancel(context.Background())
	n := &Node{opt: Options{Data: dir, Insights: &o}, log: slog.New(slog.DiscardHandler), stop: stop}
	var err error
	if n.journal, err = journal.Open(t.Context(), journal.Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	if err := n.openInsights(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	return n
}

// turns waits until the view has so many, at last; it fails after 20 s.
func turns(t *testing.T, n *Node, want int) *insights.Report {
	t.Helper()
	now := time.Now()
	end := now.Add(20 * time.Second)
	for {
		r, err := n.Insights().Report(t.Context(), insights.Filter{From: now.AddDate(0, 0, -200), To: now.AddDate(0, 0, 200)})
		if err != nil {
			t.Fatal(err)
		}
		if r.Totals.Turns == want {
			return r
		}
		if time.Now().After(end) {
			t.Fatalf("%d turns, want %d", r.Totals.Turns, want)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func searched(text, visitor string) insights.Event {
	return insights.Event{Kind: insights.Turn, Way: insights.Text, Action: "search", Text: text, Hits: 1, Visitor: visitor}
}

func TestInsightsSurviveARestartAndTheLossOfTheirView(t *testing.T) {
	dir := t.TempDir()
	n := openWithInsights(t, dir, InsightsOptions{})
	for _, v := range "abcde" {
		n.Insights().Record(searched("停水通知", "visitor "+string(v)))
	}
	n.Close() // at once: what waits is written
	for _, damage := range []func() error{
		func() error { return nil },
		func() error { return os.RemoveAll(filepath.Join(dir, "insights")) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		n = openWithInsights(t, dir, InsightsOptions{})
		if err := n.Insights().CaughtUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if q := turns(t, n, 5).Queries; len(q) != 1 || q[0].Text != "停水通知" || q[0].Visitors != 5 {
			t.Fatalf("queries %+v", q)
		}
		until(t, "the query is hot", func() bool { return len(n.Insights().Hot("zh-CN", 5)) == 1 })
		n.Close()
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

// TestAViewOfAnotherJournalIsRebuilt: the view is ahead of the stream.
func TestAViewOfAnotherJournalIsRebuilt(t *testing.T) {
	dir := t.TempDir()
	s, err := insights.Open(t.Context(), filepath.Join(dir, "insights"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Apply(t.Context(), 1000, []byte(`{"schema":1,"events":[{"kind":"turn","text":"foreign"}]}`)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	n := openWithInsights(t, dir, InsightsOptions{})
	n.Insights().Record(searched("own", "a"))
	if q := turns(t, n, 1).Queries; q[0].Text != "own" {
		t.Fatalf("queries %+v", q)
	}
}

// TestOldEventsLeaveViewStreamAndDisk moves the clock past the retention.
func TestOldEventsLeaveViewStreamAndDisk(t *testing.T) {
	dir := t.TempDir()
	var c clock
	n := openWithInsights(t, dir, InsightsOptions{Retention: 90 * 24 * time.Hour, Now: c.now})
	i := n.Insights()
	i.Record(searched("uniqueword", "a"))
	turns(t, n, 1)
	c.ahead.Store(int64(89 * 24 * time.Hour))
	if err := i.expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	turns(t, n, 1)
	if !inFiles(t, dir, "uniqueword") {
		t.Fatal("the event is not where the test looks for it")
	}
	c.ahead.Store(int64(91 * 24 * time.Hour))
	if err := i.expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	turns(t, n, 0)
	n.Close()
	if inFiles(t, dir, "uniqueword") {
		t.Fatal("what is too old is still on the disk")
	}
	n = openWithInsights(t, dir, InsightsOptions{Off: true})
	if err := n.Insights().CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestForgetting(t *testing.T) {
	dir := t.TempDir()
	n := openWithInsights(t, dir, InsightsOptions{})
	n.Insights().Record(searched("uniqueword", "a"))
	turns(t, n, 1)
	if err := n.Insights().Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	turns(t, n, 0)
	n.Insights().Record(searched("afterwards", "a"))
	turns(t, n, 1)
	n.Close()
	if inFiles(t, dir, "uniqueword") {
		t.Fatal("what was forgotten is still on the disk")
	}
}

func TestNothingIsStoredWithoutEvents(t *testing.T) {
	dir := t.TempDir()
	n := openWithInsights(t, dir, InsightsOptions{Off: true})
	n.Insights().Record(searched("uniqueword", "a"))
	if r := turns(t, n, 0); r.Recording || r.RetentionDays != 90 {
		t.Fatalf("%+v", r)
	}
	if err := n.Insights().Forget(context.Background()); err != nil {
		t.Fatal(err)
	}
	n.Close()
	if inFiles(t, dir, "uniqueword") {
		t.Fatal("an event was stored")
	}
	if _, err := os.Stat(filepath.Join(dir, "insights")); !os.IsNotExist(err) {
		t.Fatalf("there is a view: %v", err)
	}
}

func inFiles(t *testing.T, dir, word string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(path, "index") {
			return nil // holds pages, compressed
		}
		found = found || bytes.Contains(data, []byte(word))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestEveryNodeSeesTheEventsOfAll has two nodes follow one stream, each with a
// view of its own.
func TestEveryNodeSeesTheEventsOfAll(t *testing.T) {
	one := openWithInsights(t, t.TempDir(), InsightsOptions{})
	run, stop := context.WithCancel(context.Background())
	two := &Node{opt: Options{Data: t.TempDir(), Insights: &InsightsOptions{}}, log: one.log, journal: one.journal}
	if err := two.openInsights(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	defer func() { // before the journal, which is the other's
		stop()
		two.done.Wait()
		two.insights.close()
	}()
	one.Insights().Record(searched("here", "a"))
	two.Insights().Record(searched("there", "a"))
	turns(t, one, 2)
	turns(t, two, 2)
	if err := two.Insights().Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	turns(t, one, 0)
	turns(t, two, 0)
}
