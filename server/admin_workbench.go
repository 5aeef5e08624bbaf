package server

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
)

// Draft is a text that an administrator has not saved: what the saved one of
// its bucket and key would be replaced by.
type Draft struct {
	Bucket journal.Bucket
	Key    string
	Text   []byte
}

// Workbench is where drafts are tried before they are published: *node.Node by
// way of cmd/tingdong. Nothing of it changes what visitors get.
type Workbench interface {
	// Check finds everything that is wrong, or likely wrong, with a draft.
	Check(ctx context.Context, d Draft) (grammar.Diagnostics, error)
	// Portal is the portal as it would be with a draft; an empty bucket means
	// as it is. The error may be grammar.Diagnostics.
	Portal(ctx context.Context, d Draft) (*Trial, error)
	// Script is the test script of a grammar and its revision: the saved one,
	// or with revision 0 one that came with the program and guards nothing.
	Script(ctx context.Context, key string) (journal.Revision, error)
}

func (s *Server) workbenchRoutes(r fiber.Router) {
	r.Get("/session", s.only(Viewer), s.whoami)
	r.Post("/check", s.only(Viewer), s.checkDraft)
	r.Post("/format", s.only(Viewer), formatDraft)
	r.Post("/try", s.only(Viewer), s.tryDraft)
	r.Post("/samples", s.only(Viewer), s.drawSamples)
	r.Post("/script-run", s.only(Viewer), s.runScript)
	r.Get("/scripts/:key", s.only(Viewer), s.getScript)
	r.Get("/scripts/:key/history", s.only(Viewer), s.scripted(s.history))
	r.Put("/scripts/:key", s.only(Publisher), s.scripted(s.putRevision))
}

// whoami tells a console what its token may do.
func (s *Server) whoami(c *fiber.Ctx) error {
	who, _ := c.Locals(authorKey).(Principal)
	return c.JSON(fiber.Map{"role": who.Role.String(), "speech": s.opt.Sessions.Speech != nil})
}

// draftBody is what the workbench's addresses take. Text left out means what is
// published.
type draftBody struct {
	Kind journal.Bucket `json:"kind"` // grammars, columns or settings
	Key  string         `json:"key"`
	Text *string        `json:"text"`
}

// read takes a workbench request into v, of which d is a part.
func (s *Server) read(c *fiber.Ctx, v any, d *draftBody) (Draft, error) {
	if s.opt.Workbench == nil {
		return Draft{}, &Error{Code: "unavailable", Message: "this service has no place to try drafts"}
	}
	if !utf8.Valid(c.Body()) {
		return Draft{}, &Error{Code: "bad_request", Message: "the body is not valid UTF-8"}
	}
	if err := json.Unmarshal(c.Body(), v); err != nil {
		return Draft{}, &Error{Code: "bad_request", Message: `the body must be JSON such as {"kind":"grammars","key":"zh-CN","text":"…"}: ` + err.Error()}
	}
	if d.Text == nil {
		return Draft{Key: d.Key}, nil
	}
	switch d.Kind {
	case journal.Grammars, journal.Columns, journal.Settings:
	default:
		return Draft{}, &Error{Code: "bad_request", Message: "kind must be grammars, columns or settings"}
	}
	if !plainKey(d.Key) || d.Key == "" {
		return Draft{}, &Error{Code: "bad_request", Message: "key is up to 64 letters, digits, - and _"}
	}
	return Draft{Bucket: d.Kind, Key: d.Key, Text: []byte(*d.Text)}, nil
}

// checkDraft answers with all findings, and with the names that an editor may
// complete.
func (s *Server) checkDraft(c *fiber.Ctx) error {
	var body draftBody
	d, err := s.read(c, &body, &body)
	if err != nil {
		return err
	}
	diags, err := s.opt.Workbench.Check(c.UserContext(), d)
	if err != nil {
		return err
	}
	out := fiber.Map{"diagnostics": append(grammar.Diagnostics{}, diags...)}
	if d.Bucket == journal.Grammars {
		f, _ := grammar.Parse(d.Key, d.Text)
		out["lists"], out["rules"], out["intents"] = names(f.Lists), names(f.Rules), intents(f)
	}
	return c.JSON(out)
}

// formatDraft prints a grammar in its canonical form.
func formatDraft(c *fiber.Ctx) error {
	var body draftBody
	if err := json.Unmarshal(c.Body(), &body); err != nil || body.Text == nil {
		return &Error{Code: "bad_request", Message: `the body must be JSON such as {"text":"…"}`}
	}
	text, diags := grammar.Format(copied(body.Key), []byte(*body.Text))
	if diags.HasErrors() {
		return &Error{Code: "invalid", Message: "a grammar with errors is not formatted", Detail: diags}
	}
	return c.JSON(fiber.Map{"text": string(text)})
}

// getScript answers with the test script of a grammar.
func (s *Server) getScript(c *fiber.Ctx) error {
	key, err := keyOf(c, "")
	if err != nil {
		return err
	}
	if s.opt.Workbench == nil {
		return errNotFound
	}
	if c.Query("revision") != "" {
		return s.scripted(func(b journal.Bucket, key string) fiber.Handler { return s.getSetting(key) })(c)
	}
	r, err := s.opt.Workbench.Script(c.UserContext(), key)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderETag, etag(r.Revision))
	c.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	return c.Send(r.Value)
}

// ScriptPrefix stands before a grammar's key to make the key of its test
// script in the settings bucket.
const ScriptPrefix = "script-"

// scripted turns a handler of one setting into one of the scripts of grammars.
func (s *Server) scripted(of func(journal.Bucket, string) fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key, err := keyOf(c, "")
		if err != nil {
			return err
		}
		if len(ScriptPrefix+key) > 64 {
			return errNotFound
		}
		return of(journal.Settings, ScriptPrefix+key)(c)
	}
}

// revisionOf is the revision of a text that a request asks for: the newest, or
// a kept one by its number.
func (s *Server) revisionOf(c *fiber.Ctx, b journal.Bucket, key string) (journal.Revision, error) {
	asked := c.Query("revision")
	if asked == "" {
		return s.opt.Admin.Get(c.UserContext(), b, key)
	}
	rev, err := strconv.ParseUint(asked, 10, 64)
	if err != nil || rev == 0 {
		return journal.Revision{}, &Error{Code: "bad_request", Message: "revision must be a number such as 12"}
	}
	list, err := s.opt.Admin.History(c.UserContext(), b, key)
	if err != nil {
		return journal.Revision{}, err
	}
	for _, r := range list {
		if r.Revision == rev && !r.Deleted {
			return r, nil
		}
	}
	return journal.Revision{}, &Error{Code: "not_found", Message: "this revision is not kept"}
}

// trials keeps the last compiled draft: an administrator tries several
// sentences on one. One is compiled at a time, so that drafts leave visitors a
// core.
type trials struct {
	mu   sync.Mutex
	last Draft
	held *Trial
}

// trial is the portal with a draft.
func (s *Server) trial(ctx context.Context, d Draft) (*Trial, error) {
	if d.Bucket == "" { // what is published changes without us
		return s.opt.Workbench.Portal(ctx, d)
	}
	s.trials.mu.Lock()
	defer s.trials.mu.Unlock()
	if t := s.trials.held; t != nil && s.trials.last.same(d) && t.Current() {
		return t, nil
	}
	t, err := s.opt.Workbench.Portal(ctx, d)
	if diags, ok := asDiagnostics(err); ok {
		return nil, &Error{Code: "invalid", Message: "the draft has errors", Detail: diags}
	}
	if err != nil {
		return nil, err
	}
	s.trials.last, s.trials.held = d, t
	return t, nil
}

func (d Draft) same(o Draft) bool {
	return d.Bucket == o.Bucket && d.Key == o.Key && string(d.Text) == string(o.Text)
}
