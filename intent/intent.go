// Package intent decides what a speaker wanted: an N-best list in, ranked
// intents and one decision out. It knows phonetics, numbers and thresholds;
// the command language itself is package grammar.
package intent

import (
	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
)

// Action is what a Decision asks the portal to do.
type Action string

// The actions of a Reply.
const (
	Navigate Action = "navigate"
	Control  Action = "control"
	Search   Action = "search"
	Clarify  Action = "clarify"
	None     Action = "none"
)

// Query is what was heard (or typed: one hypothesis of confidence 1), and
// where.
type Query struct {
	Heard []asr.Hypothesis
	Lang  string // BCP 47; empty means decide by the text
	Role  string // resident, enterprise, tourist or empty
	Page  string // the page's path on the portal
}

// Candidate is one thing the speaker may have meant.
type Candidate struct {
	Intent     string
	Confidence float64 // calibrated, 0..1
	Exact      bool    // matched without phonetic tolerance
	Heard      int     // index of the hypothesis that matched best
	Utterance  string  // that hypothesis, normalised for display
	Template   string  // the sentence template that matched
	File       string  // the grammar file it stands in
	At         grammar.Pos
	Slots      map[string]any
	Action     Action
	Column     *grammar.Column // for Navigate
	Control    *ControlCall    // for Control
	SearchFor  string          // for Search: the query without its wrapping
	Say        string
	rank       float64 // Confidence with the priors of role, page and weight
	wild       int     // tokens that wildcards took
	skipped    int     // tokens of skip words
	tokens     int     // that were compared
}

// ControlCall is a page or dialogue control with its arguments, the names of
// DESIGN's Reply contract ("zoom_set" with percent 150).
type ControlCall struct {
	Name string
	Args map[string]any // percent, page, index, dir, delta, to
}

// Decision is the outcome for one Query: the action, and the candidates best
// first. For Clarify the candidates are the choices; for Search the best
// candidate's SearchFor (or the utterance) is the query.
type Decision struct {
	Action     Action
	Candidates []Candidate
	Utterance  string // the reading the decision rests on
}
