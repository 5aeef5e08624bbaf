package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
)

// Role is what a token may do; each includes the ones before it.
type Role int

// The roles of administrators.
const (
	Nobody Role = iota
	Viewer
	Editor
	Publisher
)

// ParseRole reads a role's name.
func ParseRole(name string) (Role, error) {
	for r, n := range roleNames {
		if n == name {
			return Role(r), nil
		}
	}
	return Nobody, fmt.Errorf("unknown role %q; there are viewer, editor, publisher", name)
}

var roleNames = [...]string{Viewer: "viewer", Editor: "editor", Publisher: "publisher"}

func (r Role) String() string { return roleNames[r] }

// Principal is an administrator who has shown a token.
type Principal struct {
	Role Role
	// Name is whose the token is, for the log and the revisions.
	Name string
}

// Imported says what became of an import.
type Imported struct {
	Accepted int           `json:"accepted"`
	Refused  int           `json:"refused"`
	Warnings int           `json:"warnings,omitempty"` // taken, but with something changed
	Errors   []RefusedLine `json:"errors,omitempty"`   // at most 100
}

// RefusedLine is a line that was not taken.
type RefusedLine struct {
	Line    int    `json:"line"`
	ID      string `json:"id,omitempty"`
	Message string `json:"message"`
}

// Admin is what administrators do: *node.Node by way of cmd/tingdong.
type Admin interface {
	// Authenticate names whose a bearer token is; the role is Nobody for a
	// wrong one.
	Authenticate(ctx context.Context, token string) (Principal, error)
	// Import takes NDJSON and returns when it is durable.
	Import(ctx context.Context, r *bytes.Reader) (Imported, error)
	// Get returns the newest revision of a grammar ("grammars", "zh-CN") or
	// of the column table ("columns", "portal").
	Get(ctx context.Context, b journal.Bucket, key string) (journal.Revision, error)
	List(ctx context.Context, b journal.Bucket) ([]journal.Revision, error)
	History(ctx context.Context, b journal.Bucket, key string) ([]journal.Revision, error)
	// Save checks and saves one; the error may be grammar.Diagnostics or
	// journal.ErrConflict.
	Save(ctx context.Context, b journal.Bucket, s journal.Save) (uint64, error)
	Tokens
	// Audit appends to the audit log and returns when it is durable.
	Audit(ctx context.Context, e journal.AuditEntry) error
	// WriteAudit writes at most max entries after a number as JSON lines.
	WriteAudit(ctx context.Context, w io.Writer, after uint64, max int) (int, error)
}

func (s *Server) adminRoutes(r fiber.Router) {
	r.Post("/documents", s.only(Editor), s.importDocuments)
	for path, b := range map[string]journal.Bucket{"/grammars": journal.Grammars, "/columns": journal.Columns} {
		r.Get(path, s.only(Viewer), s.listRevisions(b))
		r.Get(path+"/:key", s.only(Viewer), s.getRevision(b))
		r.Get(path+"/:key/history", s.only(Viewer), s.history(b, ""))
		r.Put(path+"/:key", s.only(Publisher), s.putRevision(b, ""))
	}
	for _, key := range []string{"synonyms", "pins", "words"} {
		r.Get("/"+key, s.only(Viewer), s.getSetting(key))
		r.Get("/"+key+"/history", s.only(Viewer), s.history(journal.Settings, key))
		r.Put("/"+key, s.only(Publisher), s.putRevision(journal.Settings, key))
	}
	s.insightRoutes(r)
	s.workbenchRoutes(r)
	r.Post("/models/reload", s.only(Publisher), s.reloadModels)
	s.tokenRoutes(r)
	r.Get("/audit", s.only(Viewer), s.exportAudit)
}

const authorKey = "author"

// only lets a request pass whose token has at least this role. The Unix
// socket's file permissions are its authentication.
func (s *Server) only(least Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if c.Context().LocalAddr().Network() == "unix" {
			return s.act(c, Principal{Publisher, "local"}, least)
		}
		who, err := s.signIn(c)
		if err != nil {
			return err
		}
		if who.Role < least {
			return &Error{Code: "forbidden", Message: fmt.Sprintf("this needs the role %s; the token's role is %s", least, who.Role)}
		}
		return s.act(c, who, least)
	}
}

// signIn finds out whose token a request shows. A client that has shown many
// wrong ones is not listened to for a while.
func (s *Server) signIn(c *fiber.Ctx) (Principal, error) {
	token, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok || token == "" {
		return Principal{}, errNoToken
	}
	client := clientOf(c.Context())
	if wait := s.rates.exhausted(client, signIns); wait > 0 {
		return Principal{}, s.tooMany(signIns, wait)
	}
	who, err := s.opt.Admin.Authenticate(c.UserContext(), copied(token))
	if err != nil {
		return Principal{}, err
	}
	if who.Role == Nobody {
		s.rates.take(client, signIns)
		return Principal{}, &Error{Code: "unauthorized", Message: "the token is not known here, or its time is over; `tingdong token` makes one"}
	}
	return who, nil
}

func (s *Server) importDocuments(c *fiber.Ctx) error {
	done, err := s.opt.Admin.Import(c.UserContext(), bytes.NewReader(c.Body()))
	if err != nil {
		return err
	}
	if done.Accepted == 0 && done.Refused > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return c.JSON(done)
}

func (s *Server) listRevisions(b journal.Bucket) fiber.Handler {
	return func(c *fiber.Ctx) error {
		list, err := s.opt.Admin.List(c.UserContext(), b)
		if err != nil {
			return err
		}
		return c.JSON(fiber.Map{string(b): append([]journal.Revision{}, list...)})
	}
}

func (s *Server) getRevision(b journal.Bucket) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key, err := keyOf(c, "")
		if err != nil {
			return err
		}
		r, err := s.revisionOf(c, b, key)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderETag, etag(r.Revision))
		c.Set(fiber.HeaderContentType, "application/yaml; charset=utf-8")
		return c.Send(r.Value)
	}
}

// getSetting answers with a setting of search; one that was never saved is
// empty, and its revision is 0.
func (s *Server) getSetting(key string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r, err := s.revisionOf(c, journal.Settings, key)
		if err != nil && !errors.Is(err, journal.ErrNotFound) {
			return err
		}
		c.Set(fiber.HeaderETag, etag(r.Revision))
		c.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
		return c.Send(r.Value)
	}
}

// history and putRevision take the key from the address where it is not given.
func (s *Server) history(b journal.Bucket, key string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key, err := keyOf(c, key)
		if err != nil {
			return err
		}
		list, err := s.opt.Admin.History(c.UserContext(), b, key)
		if err != nil {
			return err
		}
		return c.JSON(fiber.Map{"history": append([]journal.Revision{}, list...)})
	}
}

// putRevision saves a grammar or the column table. If-Match carries the
// revision that the change was made from.
func (s *Server) putRevision(b journal.Bucket, key string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key, err := keyOf(c, key)
		if err != nil {
			return err
		}
		save := journal.Save{Key: key, Value: bytes.Clone(c.Body()), Message: copied(c.Query("message"))}
		save.Author = author(c)
		if m := c.Get(fiber.HeaderIfMatch); m != "" {
			rev, err := strconv.ParseUint(strings.Trim(m, `"`), 10, 64)
			if err != nil {
				return &Error{Code: "bad_request", Message: `If-Match must be a revision such as "12"`}
			}
			save.Expect = &rev
		}
		rev, err := s.opt.Admin.Save(c.UserContext(), b, save)
		if diags, ok := asDiagnostics(err); ok {
			return &Error{Code: "invalid", Message: "nothing was saved; the file has errors", Detail: diags}
		}
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderETag, etag(rev))
		answer := fiber.Map{"revision": rev}
		if w, ok := s.opt.Admin.(warner); ok {
			if warnings := w.Warnings(c.UserContext(), b, save); len(warnings) > 0 {
				answer["warnings"] = warnings
			}
		}
		return c.JSON(answer)
	}
}

// warner is implemented by an Admin that tells what is doubtful about what was
// saved, such as words that the speech model cannot hear.
type warner interface {
	Warnings(ctx context.Context, b journal.Bucket, s journal.Save) grammar.Diagnostics
}

// keyOf is the key in the address, or fixed where the address has none. What
// the journal would take for a pattern is no key.
func keyOf(c *fiber.Ctx, fixed string) (string, error) {
	key := c.Params("key", fixed)
	if fixed != "" {
		key = fixed
	}
	if !plainKey(key) {
		return "", &Error{Code: "not_found", Message: "no such entry; names are up to 64 letters, digits, - and _"}
	}
	return copied(key), nil
}

func plainKey(key string) bool {
	return len(key) <= 64 && strings.Trim(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// author is who makes a change.
func author(c *fiber.Ctx) string {
	who, _ := c.Locals(authorKey).(Principal)
	if who.Name == "" {
		return who.Role.String()
	}
	return who.Name
}

func etag(rev uint64) string { return strconv.Quote(strconv.FormatUint(rev, 10)) }
