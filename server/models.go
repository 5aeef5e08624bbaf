package server

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/tingdong/tingdong/session"
)

// LoadedModel is a speech model that serves now.
type LoadedModel struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Dir      string `json:"dir"`
}

// reloadModels answers POST /v1/admin/models/reload?name=…,…: the models that
// were loaded, once they serve. Turns in progress end with the old ones.
func (s *Server) reloadModels(c *fiber.Ctx) error {
	if s.opt.ReloadModels == nil {
		return session.ErrNoSpeech
	}
	var names []string
	for name := range strings.SplitSeq(c.Query("name"), ",") {
		if name != "" {
			names = append(names, strings.Clone(name))
		}
	}
	loaded, err := s.opt.ReloadModels(c.UserContext(), names)
	if err != nil {
		return &Error{Code: "invalid", Message: "nothing has changed: " + err.Error()}
	}
	return c.JSON(fiber.Map{"models": loaded})
}
