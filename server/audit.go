package server

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/tingdong/tingdong/journal"
)

// act runs a route for an administrator. Changes are audited: what a viewer
// may not do, and does not only read.
func (s *Server) act(c *fiber.Ctx, who Principal, least Role) error {
	c.Locals(authorKey, who)
	if m := c.Method(); least <= Viewer || m == fiber.MethodGet || m == fiber.MethodHead {
		return c.Next()
	}
	return s.audited(c, who)
}

// audited notes a change before it is tried, so that none can happen unnoted,
// and what became of it.
func (s *Server) audited(c *fiber.Ctx, who Principal) error {
	e := journal.AuditEntry{Who: clip(who.Name, 100), Role: who.Role.String(), Action: copied(c.Method()) + " " + c.Route().Path,
		Key: subject(c), Request: requestID(c.Context()), Client: addrText(clientOf(c.Context())), Outcome: "begun"}
	if err := s.opt.Admin.Audit(c.UserContext(), e); err != nil {
		return err
	}
	err := s.guarded(c.Next)
	e.Outcome = s.outcome(c, err)
	e.Revision, _ = strconv.ParseUint(strings.Trim(string(c.Response().Header.Peek(fiber.HeaderETag)), `"`), 10, 64)
	if failed := s.opt.Admin.Audit(context.WithoutCancel(c.UserContext()), e); failed != nil {
		s.log.Error("a change is done, but its end is not in the audit log", "error", failed, "request_id", e.Request)
	}
	return err
}

// subject is what a change is about.
func subject(c *fiber.Ctx) string {
	for _, name := range []string{"key", "id"} {
		if v := c.Params(name); v != "" {
			return strings.ToValidUTF8(clip(copied(v), 64), "?")
		}
	}
	return ""
}

func (s *Server) outcome(c *fiber.Ctx, err error) string {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Code
	case err != nil:
		return s.knownIn(requestID(c.Context()), err).Code
	case c.Response().StatusCode() >= 400:
		return "invalid"
	}
	return "ok"
}

// maxAudit is how many entries one answer holds; more are asked for by after.
const maxAudit = 10_000

// exportAudit answers with the audit log as JSON lines, for `tingdong audit
// verify` and for archives elsewhere.
func (s *Server) exportAudit(c *fiber.Ctx) error {
	after, err := strconv.ParseUint(c.Query("after", "0"), 10, 64)
	limit := c.QueryInt("limit", maxAudit)
	if err != nil || limit < 1 || limit > maxAudit {
		return &Error{Code: "bad_request", Message: "after is the number of an entry, limit is 1 to 10000"}
	}
	var b bytes.Buffer
	if _, err := s.opt.Admin.WriteAudit(c.UserContext(), &b, after, limit); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/x-ndjson")
	return c.Send(b.Bytes())
}
