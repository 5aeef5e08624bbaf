package grammar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Outcome is what came of an utterance, as far as scripts look at it.
type Outcome struct {
	Action  string // navigate, control, search, clarify or none
	Column  string // id
	Control string
	Args    map[string]any
	Query   string
	Choices []string // of a clarify: column ids, or labels where there is none
	Intent  string
	Slots   map[string]any
	Say     string
}

// Run asks for the outcome of each case in order and returns what is not as
// expected, one Diagnostic (code "test-failed") for each line of the script
// that does not hold. An error of ask is a finding, too.
func (s *Script) Run(ask func(*Case) (Outcome, error)) Diagnostics {
	var out Diagnostics
	for _, c := range s.Cases {
		got, err := ask(c)
		if err != nil {
			out = append(out, s.failure(c, c.Pos, text("「%[1]s」：%[2]v", "%[1]q: %[2]v", c.Utterance, err)))
			continue
		}
		for _, e := range c.Expect {
			if e.holds(got) == e.Not {
				out = append(out, s.failure(c, e.Pos, text("「%[1]s」应为 %[2]s，实际是 %[3]s", "%[1]q: want %[2]s, got %[3]s", c.Utterance, e, got.show(e.Kind))))
			}
		}
	}
	return out
}

func (s *Script) failure(c *Case, at Pos, m Message) Diagnostic {
	return Diagnostic{Severity: Error, Code: "test-failed", File: s.Name, Start: at, End: at, Message: m}
}

// String prints the expectation as a script has it.
func (e Expectation) String() string {
	s := strings.TrimSpace(strings.Join([]string{e.Kind, e.Value, e.Rest}, " "))
	if e.Not {
		return "not " + s
	}
	return s
}

// holds reports whether the outcome is as the line says, without its "not".
func (e Expectation) holds(o Outcome) bool {
	switch e.Kind {
	case "intent":
		return o.Intent == e.Value
	case "say":
		return o.Say == e.Value
	case "slot":
		v, ok := o.Slots[e.Value]
		return ok && (e.Rest == "" || sameValue(v, e.Rest))
	}
	if o.Action != e.Kind {
		return false
	}
	switch e.Kind {
	case "navigate":
		return e.Value == "" || o.Column == e.Value
	case "search":
		return e.Value == "" || matchKey(o.Query) == matchKey(e.Value)
	case "control":
		return e.Value == "" || o.Control == e.Value && e.argsHold(o.Args)
	case "clarify":
		for _, want := range strings.Fields(e.Value + " " + e.Rest) {
			if !slices.Contains(o.Choices, want) {
				return false
			}
		}
	}
	return true
}

// argsHold reports whether "name=value …" are among a control's arguments.
func (e Expectation) argsHold(args map[string]any) bool {
	for _, field := range strings.Fields(e.Rest) {
		name, want, _ := strings.Cut(field, "=")
		got, ok := args[name]
		if !ok || !sameValue(got, want) {
			return false
		}
	}
	return true
}

// sameValue compares a value with its text; 50 equals 50.0.
func sameValue(v any, want string) bool {
	got := fmt.Sprint(v)
	if matchKey(got) == matchKey(want) {
		return true
	}
	a, errA := strconv.ParseFloat(got, 64)
	b, errB := strconv.ParseFloat(want, 64)
	return errA == nil && errB == nil && a == b
}

// show prints what of the outcome an expectation of this kind is about.
func (o Outcome) show(kind string) string {
	switch kind {
	case "intent":
		return "intent " + o.Intent
	case "say":
		return "say " + o.Say
	case "slot":
		return fmt.Sprintf("slots %v", o.Slots)
	}
	switch o.Action {
	case "navigate":
		return "navigate " + o.Column
	case "control":
		return fmt.Sprintf("control %s %v", o.Control, o.Args)
	case "search":
		return "search " + o.Query
	case "clarify":
		return "clarify " + strings.Join(o.Choices, " ")
	}
	return o.Action
}
