package server

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/tingdong/tingdong/insights"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/session"
)

// answered counts a reply and records what was asked. It never waits. visitor
// only tells visitors apart in memory.
func (s *Server) answered(r *session.Reply, a session.Ask, door, visitor string) {
	s.metrics.reply(r, door)
	if s.opt.Insights == nil {
		return
	}
	e := insights.Event{Kind: insights.Turn, Way: insights.Voice, Action: string(r.Action), Intent: r.Intent, Text: asked(r), Confidence: r.Confidence,
		Lang: a.Lang, Role: a.Role, TookMS: r.Took.ASR + r.Took.Intent + r.Took.Search, Visitor: visitor}
	if door == "text" {
		e.Way = insights.Text
	}
	if r.Column != nil {
		e.Column = r.Column.ID
	}
	if name, ok := r.Control["name"].(string); ok {
		e.Control = name
	}
	if r.Search != nil {
		e.Hits = r.Search.Total
	}
	s.opt.Insights.Record(e)
}

// asked is what is kept of an utterance: of a search the query, of a command
// its words without the free text – what a complaint is about is for the
// office that gets it.
func asked(r *session.Reply) string {
	if r.Action == intent.Search && r.Search != nil && r.Search.Query != "" {
		return r.Search.Query
	}
	text := withoutFreeText(r.Utterance, r.Slots)
	for _, c := range r.Choices { // asked back: it may have been a complaint
		text = withoutFreeText(text, c.Slots)
	}
	return text
}

func withoutFreeText(text string, slots map[string]any) string {
	for _, slot := range []string{"subject", "query"} {
		if words, ok := slots[slot].(string); ok && words != "" {
			text = strings.ReplaceAll(text, words, "…")
		}
	}
	return text
}

// searched records the first page of a search.
func (s *Server) searched(q search.Query, res *search.Result, visitor string) {
	if s.opt.Insights == nil || strings.TrimSpace(q.Text) == "" || q.Page > 1 || q.Cursor != "" {
		return
	}
	s.opt.Insights.Record(insights.Event{Kind: insights.Turn, Way: insights.SearchPage, Action: string(intent.Search), Text: q.Text, Confidence: 1,
		Hits: res.Total, Lang: q.Lang, Role: q.Role, TookMS: float64(res.TookUS) / 1000, Visitor: visitor})
}

// pageEvent is what a page reports; everything but the type may be left out.
type pageEvent struct {
	Type   string `json:"type"`
	Query  string `json:"query"`
	ID     string `json:"id"`
	Column string `json:"column"`
	Rank   int    `json:"rank"`
	Lang   string `json:"lang"`
	Role   string `json:"role"`
}

// events takes what a visitor clicked. Pages and columns are kept only where
// there are such: a page cannot put its own words there.
func (s *Server) events(c *fiber.Ctx) error {
	var e pageEvent
	if err := json.Unmarshal(c.Body(), &e); err != nil || e.Type == "" {
		return &Error{Code: "bad_request", Message: `the body must be JSON such as {"type":"click","id":"…"}`}
	}
	if utf8.RuneCountInString(e.Query) > session.MaxText {
		return &Error{Code: "bad_request", Message: "the query is too long"}
	}
	s.metrics.event(e.Type)
	if s.opt.Insights != nil {
		kept := insights.Event{Kind: e.Type, Text: e.Query, Rank: e.Rank, Lang: e.Lang, Role: e.Role}
		if _, ok, err := s.opt.Pages.Document(e.ID); ok && err == nil {
			kept.Page = e.ID
		}
		if s.opt.Columns().ByID(e.Column) != nil {
			kept.Column = e.Column
		}
		s.opt.Insights.Record(kept)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// visitor tells visitors apart: by the session that the client chose, else by
// the address.
func visitor(c *fiber.Ctx, session string) string {
	if session != "" {
		return session
	}
	return addrText(clientOf(c.Context()))
}
