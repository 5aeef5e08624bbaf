package intent

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// utterance is one row of the portal's utterances.
type utterance struct {
	ID     string   `json:"id"`
	Group  string   `json:"group"`
	Text   string   `json:"text"`
	Heard  []string `json:"asr_variants"`
	Expect struct {
		Kind, Action, Q, To, Text string
		ColumnID                  string `json:"column_id"`
		Page, Index, Percent      int
	} `json:"expect"`
}

// judge compares a decision with what is expected: "" when right.
func judge(u utterance, d Decision) string {
	e := u.Expect
	var best Candidate
	if len(d.Candidates) > 0 {
		best = d.Candidates[0]
	}
	got := outcomeOf(d)
	want := ""
	switch e.Kind {
	case "route":
		want = "navigate " + e.ColumnID
	case "route_with_text":
		want = "navigate " + e.ColumnID
		if got == want && !strings.Contains(fmt.Sprint(best.Slots["subject"]), e.Text) {
			got += " without text"
		}
	case "action":
		want = "control " + e.Action
		for name, v := range map[string]int{"page": e.Page, "index": e.Index, "percent": e.Percent} {
			if v != 0 {
				want += fmt.Sprintf(" %s=%d", name, v)
			}
		}
		if e.To != "" {
			want += " to=" + e.To
		}
	case "help":
		want = "control help"
	case "pick":
		want = fmt.Sprintf("control pick index=%d", e.Index)
	case "reject_last":
		want = "control reject"
	case "search":
		want = "search"
		got = strings.Fields(got)[0]
		for _, word := range strings.Fields(e.Q) {
			if got == "search" && !strings.Contains(strings.ToLower(best.SearchFor), strings.ToLower(word)) {
				got = "search " + best.SearchFor
			}
		}
	default:
		want = e.Kind
	}
	if e.Kind == "action" && (e.Action == "scroll" || e.Action == "rate" || e.Action == "volume") {
		got = strings.Join(strings.Fields(got)[:min(2, len(strings.Fields(got)))], " ")
	}
	if got == want {
		return ""
	}
	return got + ", want " + want
}

// outcomeOf prints a decision in a few words.
func outcomeOf(d Decision) string {
	if len(d.Candidates) == 0 {
		return string(d.Action)
	}
	best := d.Candidates[0]
	switch d.Action {
	case Navigate:
		return "navigate " + best.Column.ID
	case Control:
		s := "control " + best.Control.Name
		for _, name := range []string{"percent", "page", "index", "dir", "delta", "to"} {
			if v, ok := best.Control.Args[name]; ok {
				s += fmt.Sprintf(" %s=%v", name, v)
			}
		}
		return s
	case Search:
		return "search " + best.SearchFor
	case Clarify:
		s := "clarify"
		for _, c := range d.Candidates {
			s += " [" + outcomeOf(Decision{Action: c.Action, Candidates: []Candidate{c}}) + "]"
		}
		return s
	}
	return string(d.Action)
}

func TestPortalExamples(t *testing.T) {
	rows := jsonRows[utterance](t, sharedFile(t, "conformance/portal_utterances_examples.jsonl"))
	m := shipped(t)
	right, total := 0, 0
	for _, u := range rows {
		for i, text := range append([]string{u.Text}, u.Heard...) {
			total++
			d := ask(m, text)
			if bad := judge(u, d); bad != "" {
				t.Logf("%s %d %s: %s", u.ID, i, text, bad)
				continue
			}
			right++
		}
	}
	t.Logf("%d of %d right", right, total)
	if float64(right) < 0.97*float64(total) {
		t.Error("want 97 %")
	}
}

// ownCase is one line of testdata/portal.txt taken apart.
type ownCase struct {
	line    int
	outcome string
	text    string
}

func ownCases(t testing.TB) []ownCase {
	t.Helper()
	data, err := os.ReadFile("testdata/portal.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []ownCase
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		outcome, texts, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("testdata/portal.txt:%d: no outcome", i+1)
		}
		for _, text := range strings.Split(texts, "|") {
			out = append(out, ownCase{i + 1, outcome, strings.TrimSpace(text)})
		}
	}
	return out
}

// fits compares a decision with the outcome of a line.
func (c ownCase) fits(d Decision) bool {
	got := outcomeOf(d)
	outcome, subject, hasSubject := strings.Cut(c.outcome, " with ")
	switch kind, rest, _ := strings.Cut(outcome, " "); {
	case kind == "search":
		for _, word := range strings.Fields(rest) {
			if !strings.Contains(strings.ToLower(got), strings.ToLower(word)) {
				return false
			}
		}
		return d.Action == Search
	case kind == "clarify" || kind == "none":
		return string(d.Action) == kind
	case hasSubject:
		return got == outcome && len(d.Candidates) > 0 && d.Candidates[0].Slots["subject"] == subject
	}
	return got == outcome || strings.HasPrefix(got, outcome+" ") && !strings.Contains(outcome, "=")
}

// jumps reports an action that is not the one wanted: what visitors must not
// get. A question or a search instead is no jump.
func jumps(d Decision) bool { return d.Action == Navigate || d.Action == Control }

func TestPortalOwn(t *testing.T) {
	m := shipped(t)
	right, jumped, cases := 0, 0, ownCases(t)
	for _, c := range cases {
		d := ask(m, c.text)
		if c.fits(d) {
			right++
			continue
		}
		if jumps(d) {
			jumped++
		}
		t.Logf("portal.txt:%d: %s: %s, want %s", c.line, c.text, outcomeOf(d), c.outcome)
	}
	t.Logf("%d of %d right (%.2f %%), %d wrong jumps", right, len(cases), percent(right, len(cases)), jumped)
	if float64(right) < 0.97*float64(len(cases)) || float64(jumped) > 0.005*float64(len(cases)) {
		t.Error("want 97 % right and 0.5 % wrong jumps at most")
	}
}

// TestPortalMisheard makes one error in each utterance of the own set that has
// no free text and counts what visitors would get: the right reply, a question
// or a search, or a wrong jump.
func TestPortalMisheard(t *testing.T) {
	m := shipped(t)
	for _, kind := range []struct {
		name  string
		least float64
	}{{"homophone", 0.9}, {"accent", 0.8}, {"drop", 0.3}, {"insert", 0.3}} {
		n := newNoise(noiseSeed)
		right, jumped, total := 0, 0, 0
		for _, c := range ownCases(t) {
			if !strings.HasPrefix(c.outcome, "navigate") && !strings.HasPrefix(c.outcome, "control") || strings.Contains(c.outcome, " with ") {
				continue
			}
			heard, ok := n.wrong(c.text, kind.name, nil)
			if !ok || len([]rune(c.text)) < 4 {
				continue
			}
			total++
			d := ask(m, heard)
			switch {
			case c.fits(d):
				right++
			case jumps(d):
				jumped++
				fallthrough
			default:
				if os.Getenv("SHOW") == kind.name && (os.Getenv("JUMPS") == "" || jumps(d)) {
					t.Logf("%s → %s: %s, want %s", c.text, heard, outcomeOf(d), c.outcome)
				}
			}
		}
		t.Logf("%-9s %d of %d right (%.1f %%), wrong jumps %d (%.2f %%)", kind.name, right, total, percent(right, total), jumped, percent(jumped, total))
		if float64(right) < kind.least*float64(total) {
			t.Errorf("%s: %.1f %% right, want %.0f %%", kind.name, percent(right, total), 100*kind.least)
		}
	}
}
