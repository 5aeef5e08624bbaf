package server

import (
	"context"
	"maps"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/session"
)

// Trial is a portal with a draft, ready to be asked.
type Trial struct {
	Brain *session.Brain
	Files []*grammar.File
	// Current reports whether what the draft stands beside is still what is
	// published.
	Current func() bool
	// Run runs a test script.
	Run func(ctx context.Context, src grammar.Source) (cases int, _ grammar.Diagnostics)
}

// tried is one candidate as the console shows it.
type tried struct {
	Intent     string         `json:"intent"`
	Confidence float64        `json:"confidence"`
	Exact      bool           `json:"exact"`
	Utterance  string         `json:"utterance"`
	Template   string         `json:"template,omitempty"`
	File       string         `json:"file,omitempty"`
	At         *grammar.Pos   `json:"at,omitempty"`
	Slots      map[string]any `json:"slots,omitempty"`
	Action     intent.Action  `json:"action"`
	Column     *columnOfTrial `json:"column,omitempty"`
	Control    map[string]any `json:"control,omitempty"`
	Query      string         `json:"query,omitempty"`
	Say        string         `json:"say,omitempty"`
}

type columnOfTrial struct {
	ID   string   `json:"id"`
	Name string   `json:"name"`
	URL  string   `json:"url"`
	Path []string `json:"path,omitempty"`
}

// tryDraft answers what an utterance would come to, and why.
func (s *Server) tryDraft(c *fiber.Ctx) error {
	var body struct {
		draftBody
		session.Ask
	}
	d, err := s.read(c, &body, &body.draftBody)
	if err != nil {
		return err
	}
	a := body.Ask.Clean()
	heard := a.Alternatives
	if len(heard) == 0 {
		heard = []asr.Hypothesis{{Text: a.Text, Confidence: 1}}
	}
	for _, h := range heard {
		if len(h.Text) > 4*session.MaxText {
			return &Error{Code: "bad_request", Message: "the text is too long"}
		}
	}
	t, err := s.trial(c.UserContext(), d)
	if err != nil {
		return err
	}
	decided := t.Brain.Matcher.Decide(intent.Query{Heard: heard, Lang: a.Lang, Role: a.Role, Page: a.Page})
	out := []tried{}
	for _, k := range decided.Candidates {
		out = append(out, shown(t, k))
	}
	return c.JSON(fiber.Map{"action": decided.Action, "utterance": decided.Utterance, "candidates": out})
}

func shown(t *Trial, k intent.Candidate) tried {
	v := tried{Intent: k.Intent, Confidence: k.Confidence, Exact: k.Exact, Utterance: k.Utterance, Template: k.Template, File: k.File,
		Slots: k.Slots, Action: k.Action, Query: k.SearchFor, Say: k.Say}
	if k.At.Line > 0 {
		v.At = &k.At
	}
	if col := k.Column; col != nil {
		v.Column = &columnOfTrial{ID: col.ID, Name: col.Name, URL: col.URL, Path: t.Brain.Columns.Path(col.ID)}
	}
	if k.Control != nil {
		v.Control = map[string]any{"name": k.Control.Name}
		maps.Copy(v.Control, k.Control.Args)
	}
	return v
}

// maxDrawn bounds how many sample utterances are drawn at once.
const maxDrawn = 200

// drawSamples answers with utterances that a grammar understands.
func (s *Server) drawSamples(c *fiber.Ctx) error {
	var body struct {
		draftBody
		N      int    `json:"n"`
		Seed   uint64 `json:"seed"`
		Intent string `json:"intent"`
	}
	d, err := s.read(c, &body, &body.draftBody)
	if err != nil {
		return err
	}
	t, err := s.trial(c.UserContext(), d)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(t.Files, func(f *grammar.File) bool { return f.Name == d.Key+".yaml" })
	if i < 0 {
		return &Error{Code: "not_found", Message: "there is no grammar " + d.Key}
	}
	f := *t.Files[i]
	if body.Intent != "" {
		f.Intents = slices.DeleteFunc(slices.Clone(f.Intents), func(in *grammar.Intent) bool { return in.Name != body.Intent })
	}
	drawn := grammar.Sampler{File: &f, Columns: t.Brain.Columns}.Draw(min(max(body.N, 1), maxDrawn), body.Seed)
	return c.JSON(fiber.Map{"samples": append([]grammar.Sample{}, drawn...)})
}

// runScript runs a test script, that of the body or else that of the grammar,
// on the portal with a draft.
func (s *Server) runScript(c *fiber.Ctx) error {
	var body struct {
		draftBody
		Of     string  `json:"of"` // whose script: a grammar's key
		Script *string `json:"script"`
	}
	d, err := s.read(c, &body, &body.draftBody)
	if err != nil {
		return err
	}
	if !plainKey(body.Of) || body.Of == "" {
		return &Error{Code: "bad_request", Message: "of must be the key of a grammar, such as zh-CN"}
	}
	rev, err := s.opt.Workbench.Script(c.UserContext(), body.Of)
	if err != nil {
		return err
	}
	if body.Script != nil {
		rev.Value = []byte(*body.Script)
	}
	t, err := s.trial(c.UserContext(), d)
	if err != nil {
		return err
	}
	cases, diags := t.Run(c.UserContext(), grammar.Source{Name: body.Of + ".test", Data: rev.Value})
	return c.JSON(fiber.Map{"cases": cases, "revision": rev.Revision, "findings": append(grammar.Diagnostics{}, diags...)})
}

func names[V any](m map[string]V) []string { return append([]string{}, slices.Sorted(maps.Keys(m))...) }

func intents(f *grammar.File) []string {
	out := []string{}
	for _, in := range f.Intents {
		out = append(out, in.Name)
	}
	return out
}
