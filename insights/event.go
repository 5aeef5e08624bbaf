// Package insights is what was asked, found and missed: events of visitors'
// turns and clicks, masked before they are kept, and kept for a limited time.
// The journal's event stream is the source; Store is the view of it, in
// SQLite, that questions are answered from. Nothing in it says who asked:
// neither address nor session, and the time only to the minute.
package insights

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Kinds of events. A page may report others; they are kept as Other.
const (
	Turn     = "turn"   // an utterance or a search, and what became of it
	Click    = "click"  // a search result was opened
	Cancel   = "cancel" // an opening was stopped by the visitor
	Navigate = "navigate"
	Search   = "search"
	Other    = "other"
)

// Ways by which a turn came.
const (
	Voice      = "voice"
	Text       = "text"
	SearchPage = "search"
)

// Outcomes of a turn.
const (
	OK            = "ok"
	NoResult      = "no_result"      // searched, nothing found
	NotUnderstood = "not_understood" // action none for words that were heard
	LowConfidence = "low_confidence" // done, but hardly surer than a guess
	Clarified     = "clarified"      // asked back
	Silent        = "silent"         // nothing was heard
)

// unsure is the confidence below which what was done counts as a guess.
// intent acts from 0.7 on.
const unsure = 0.75

// Event is one thing a visitor did. Fields that do not apply are empty.
type Event struct {
	At         time.Time `json:"at"`
	Kind       string    `json:"kind"`
	Way        string    `json:"way,omitempty"`
	Action     string    `json:"action,omitempty"`
	Intent     string    `json:"intent,omitempty"`
	Column     string    `json:"column,omitempty"` // id
	Control    string    `json:"control,omitempty"`
	Text       string    `json:"text,omitempty"` // what was asked; masked when it leaves Recorder
	Confidence float64   `json:"confidence,omitempty"`
	Hits       int       `json:"hits,omitempty"`
	Lang       string    `json:"lang,omitempty"` // zh, en
	Role       string    `json:"role,omitempty"`
	TookMS     float64   `json:"took_ms,omitempty"`
	NewVisitor bool      `json:"new_visitor,omitempty"` // who asked had not asked this lately
	Page       string    `json:"page,omitempty"`        // a click's document id; the caller knows that there is one
	Rank       int       `json:"rank,omitempty"`        // its place in the list, from 1

	// Visitor tells visitors apart (a session, an address). It never leaves
	// the Recorder: only NewVisitor is made of it.
	Visitor string `json:"-"`
}

const (
	maxText = 100 // characters: what is longer is a letter, not a query
	maxName = 64  // bytes of every other field
	maxPage = 512 // bytes of a document's id
	maxRank = 10000
)

// clean makes an event what may be kept: masked, bounded, its time only to
// the minute, its fields from closed sets where there is one.
func (e Event) clean() Event {
	e.At = e.At.UTC().Truncate(time.Minute)
	e.Text = clip(strings.TrimRight(strings.Join(strings.Fields(Mask(e.Text)), " "), "。.!！?？,，;；"), maxText)
	e.Lang, e.Role = language(e.Lang), role(e.Role)
	e.Rank = min(max(e.Rank, 0), maxRank)
	for _, s := range []*string{&e.Way, &e.Action, &e.Intent, &e.Column, &e.Control} {
		if len(*s) > maxName {
			*s = ""
		}
	}
	if len(e.Page) > maxPage {
		e.Page = ""
	}
	switch e.Kind {
	case Turn, Click, Cancel, Navigate, Search:
	default:
		e.Kind = Other
	}
	e.Visitor = ""
	return e
}

func language(tag string) string {
	tag = strings.ToLower(tag)
	for _, l := range []string{"zh", "en"} {
		if tag == l || strings.HasPrefix(tag, l+"-") {
			return l
		}
	}
	return ""
}

func role(name string) string {
	switch name {
	case "resident", "enterprise", "tourist":
		return name
	}
	return ""
}

// outcome judges a turn; other events have none.
func (e *Event) outcome() string {
	switch {
	case e.Kind != Turn:
		return ""
	case e.Text == "":
		return Silent
	case e.Action == "none":
		return NotUnderstood
	case e.Action == "clarify":
		return Clarified
	case e.Action == "search" && e.Hits == 0:
		return NoResult
	case e.Action != "search" && e.Confidence < unsure:
		return LowConfidence
	}
	return OK
}

func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}

// batch is what one message of the stream holds.
type batch struct {
	Schema int     `json:"schema"`
	Events []Event `json:"events,omitempty"`
	// Forget drops everything that came before this batch.
	Forget bool `json:"forget,omitempty"`
}

const schemaVersion = 1

// ErrUnreadable reports a batch that was passed over.
var ErrUnreadable = errors.New("a batch of events cannot be read, and is passed over")

func decode(data []byte) (batch, error) {
	var b batch
	if err := json.Unmarshal(data, &b); err != nil {
		return batch{}, fmt.Errorf("%w: %v", ErrUnreadable, err)
	}
	if b.Schema > schemaVersion {
		return batch{}, fmt.Errorf("%w: it was written by a newer version of tingdong (schema %d)", ErrUnreadable, b.Schema)
	}
	return b, nil
}

// Forget is the batch that makes every view drop what came before it.
func Forget() []byte {
	data, _ := json.Marshal(batch{Schema: schemaVersion, Forget: true})
	return data
}
