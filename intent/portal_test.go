package intent

import (
	"fmt"
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
}
