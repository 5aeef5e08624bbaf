package grammar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity grades a Diagnostic.
type Severity string

// A file with an Error is not served; a Warning is served and shown.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Message is one text in the two languages of the admin console.
type Message struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Diagnostic is one thing that is wrong, or likely wrong, in a file.
type Diagnostic struct {
	Severity   Severity `json:"severity"`
	Code       string   `json:"code"` // stable, for programs: "unknown-list"
	File       string   `json:"file"`
	Start      Pos      `json:"start"`
	End        Pos      `json:"end"` // one past the last character
	Message    Message  `json:"message"`
	Suggestion string   `json:"suggestion,omitempty"` // what to write instead
}

// Error prints "file:line:column: error: Chinese / English [code]".
func (d Diagnostic) Error() string {
	var b strings.Builder
	if d.File != "" {
		b.WriteString(d.File + ":")
	}
	fmt.Fprintf(&b, "%s: %s: %s / %s [%s]", d.Start, d.Severity, d.Message.ZH, d.Message.EN, d.Code)
	if d.Suggestion != "" {
		fmt.Fprintf(&b, " → %s", d.Suggestion)
	}
	return b.String()
}

// Diagnostics are all findings of a file, sorted by position. As an error they
// print one line each.
type Diagnostics []Diagnostic

// Error prints the findings, one a line.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// HasErrors reports whether one of the findings is an error.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Errors leaves the warnings out.
func (ds Diagnostics) Errors() Diagnostics {
	return slices.DeleteFunc(slices.Clone(ds), func(d Diagnostic) bool { return d.Severity != Error })
}

// Err is the findings as an error when one of them is an error, else nil.
func (ds Diagnostics) Err() error {
	if ds.HasErrors() {
		return ds
	}
	return nil
}

// Sort orders the findings by file and position and drops repetitions.
func (ds Diagnostics) Sort() Diagnostics {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start.Line, b.Start.Line),
			cmp.Compare(a.Start.Column, b.Start.Column), cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message.EN, b.Message.EN))
	})
	return slices.Compact(ds)
}

// text builds a Message from two formats that share their arguments.
func text(zh, en string, args ...any) Message {
	if len(args) == 0 {
		return Message{zh, en}
	}
	return Message{fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)}
}
