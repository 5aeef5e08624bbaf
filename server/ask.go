package server

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/session"
)

// ask answers GET /v1/ask?q=… and POST /v1/ask with a Reply.
func (s *Server) ask(c *fiber.Ctx) error {
	a := session.Ask{Text: c.Query("q"), Lang: c.Query("lang"), Role: c.Query("role"), Page: c.Query("page"), Session: c.Query("session")}
	if c.Method() == fiber.MethodPost {
		a = session.Ask{}
		if !utf8.Valid(c.Body()) {
			return &Error{Code: "bad_request", Message: "the body is not valid UTF-8"}
		}
		if err := json.Unmarshal(c.Body(), &a); err != nil {
			return &Error{Code: "bad_request", Message: `the body is not the JSON of a question, such as {"q":"找一下教育局"}: ` + err.Error()}
		}
	}
	a = a.Clean()
	r, err := s.opt.Sessions.Ask(c.UserContext(), a)
	if err != nil {
		return err
	}
	s.answered(r, a, "text", visitor(c, a.Session))
	s.traceReply(c.UserContext(), r, "text")
	return c.JSON(r)
}

// maxAlternatives bounds the other readings of a spoken query.
const maxAlternatives = 20

// search answers GET /v1/search.
func (s *Server) search(c *fiber.Ctx) error {
	q := search.Query{
		Text: copied(c.Query("q")), Lang: copied(c.Query("lang")), Role: copied(c.Query("role")), Column: copied(c.Query("column")),
		Kind: copied(c.Query("kind")), Sort: copied(c.Query("sort")), Facets: c.QueryBool("facets"), Cursor: copied(c.Query("cursor")),
		Operators: c.QueryBool("operators"),
	}
	for _, alt := range c.Context().QueryArgs().PeekMulti("alt") {
		if len(q.Alternatives) < maxAlternatives {
			q.Alternatives = append(q.Alternatives, string(alt))
		}
	}
	for name, dst := range map[string]*int{"page": &q.Page, "size": &q.Size, "year": &q.Year} {
		if v := c.Query(name); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil {
				return &Error{Code: "bad_request", Message: name + " must be a number"}
			}
			*dst = n
		}
	}
	if !utf8.ValidString(q.Text) {
		return &Error{Code: "bad_request", Message: "q is not valid UTF-8"}
	}
	ctx, span := s.tracer.Start(c.UserContext(), "search")
	res, err := s.opt.Sessions.Search.Search(ctx, q)
	span.End()
	if err != nil {
		return err
	}
	s.searched(q, res, visitor(c, copied(c.Query("session"))))
	return c.JSON(res)
}

// suggest answers GET /v1/suggest while somebody types.
func (s *Server) suggest(c *fiber.Ctx) error {
	q := copied(c.Query("q"))
	n := min(max(c.QueryInt("n", 8), 1), 20)
	if q == "" {
		return c.JSON(fiber.Map{"query": q, "suggestions": s.hot(copied(c.Query("lang")), n)})
	}
	list, err := s.opt.Pages.Suggest(c.UserContext(), q, copied(c.Query("lang")), n)
	if err != nil {
		return err
	}
	if list == nil {
		list = []search.Suggestion{}
	}
	return c.JSON(fiber.Map{"query": q, "suggestions": list})
}

// hot are the queries that many visitors ask, for a search box that is still
// empty.
func (s *Server) hot(lang string, n int) []search.Suggestion {
	out := []search.Suggestion{}
	if s.opt.Insights == nil {
		return out
	}
	for _, text := range s.opt.Insights.Hot(lang, n) {
		out = append(out, search.Suggestion{Text: text, Kind: "query"})
	}
	return out
}

// columns answers GET /v1/columns, all or those of a language or role.
func (s *Server) columns(c *fiber.Ctx) error {
	lang, role := c.Query("lang"), c.Query("role")
	out := []*grammar.Column{}
	for _, col := range s.opt.Columns().All() {
		if lang != "" && !strings.EqualFold(col.Lang, lang) || role != "" && !contains(col.Roles, role) {
			continue
		}
		out = append(out, col)
	}
	return c.JSON(fiber.Map{"columns": out})
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// readyz tells whether visitors may be sent here, and if not all that is
// missing.
func (s *Server) readyz(c *fiber.Ctx) error {
	if s.sockets.draining() {
		return &Error{Code: "going_away", Message: "the service is stopping"}
	}
	if err := s.opt.NotReady(); err != nil {
		reasons := strings.Split(err.Error(), "\n") // of joined errors
		return &Error{Code: "unavailable", Message: strings.Join(reasons, "; "), Detail: reasons}
	}
	return c.SendString("ready\n")
}

// copied takes a string out of fasthttp's request buffer, which is reused
// after the request: what is kept longer must not point into it.
func copied(s string) string { return strings.Clone(s) }
