package server

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Token is an administrator's token without its secret.
type Token struct {
	ID      string     `json:"id"`
	Role    string     `json:"role"`
	Name    string     `json:"name,omitempty"`
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty"`
}

// Tokens are the bearer tokens that were made here.
type Tokens interface {
	// IssueToken makes one with t's role, name and end, and returns its
	// secret, which is kept nowhere.
	IssueToken(ctx context.Context, t Token, author string) (string, error)
	ListTokens(ctx context.Context) ([]Token, error)
	// RevokeToken ends one; the error is journal.ErrNotFound for an unknown id.
	RevokeToken(ctx context.Context, id, author string) error
}

func (s *Server) tokenRoutes(r fiber.Router) {
	r.Post("/tokens", s.only(Publisher), s.newToken)
	r.Get("/tokens", s.only(Publisher), s.listTokens)
	r.Delete("/tokens/:id", s.only(Publisher), s.revokeToken)
}

func (s *Server) newToken(c *fiber.Ctx) error {
	role, err := ParseRole(c.Query("role", "editor"))
	if err != nil {
		return &Error{Code: "bad_request", Message: err.Error()}
	}
	days := c.QueryInt("days", 0)
	if days < 0 || days > 36500 || c.Query("days") != "" && days == 0 {
		return &Error{Code: "bad_request", Message: "days must be a number from 1 on, or be left out for a token without an end"}
	}
	t := Token{Role: role.String(), Name: copied(c.Query("name"))}
	if len(t.Name) > 100 {
		return &Error{Code: "bad_request", Message: "a token's name may have at most 100 bytes"}
	}
	if days > 0 {
		end := time.Now().UTC().AddDate(0, 0, days).Truncate(time.Second)
		t.Expires = &end
	}
	secret, err := s.opt.Admin.IssueToken(c.UserContext(), t, author(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"token": secret})
}

func (s *Server) listTokens(c *fiber.Ctx) error {
	list, err := s.opt.Admin.ListTokens(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"tokens": append([]Token{}, list...)})
}

func (s *Server) revokeToken(c *fiber.Ctx) error {
	if err := s.opt.Admin.RevokeToken(c.UserContext(), copied(c.Params("id")), author(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
