package server

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// csp lets our own pages do what they need and nothing else: no inline code,
// no other host. The microphone is asked for by the page itself only.
const csp = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self' ws: wss:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

func (s *Server) securityHeaders(c *fiber.Ctx) error {
	c.Set("Content-Security-Policy", csp)
	if s.opt.HSTS > 0 {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age="+strconv.Itoa(int(s.opt.HSTS.Seconds())))
	}
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
	return c.Next()
}

// cors lets the pages of allowed origins use what visitors use. The widget's
// files may be loaded by any page; what they may do is decided at the doors.
func (s *Server) cors(c *fiber.Ctx) error {
	path := c.Path()
	if strings.HasPrefix(path, "/widget/") {
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		c.Set("Cross-Origin-Resource-Policy", "cross-origin")
		return c.Next()
	}
	origin := c.Get(fiber.HeaderOrigin)
	admin := strings.HasPrefix(strings.ToLower(path), strings.TrimSuffix(adminPath, "/"))
	if origin == "" || !strings.HasPrefix(path, "/v1/") || admin || !s.originAllowed(origin, "") {
		return c.Next()
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	c.Vary(fiber.HeaderOrigin)
	if c.Method() == fiber.MethodOptions {
		c.Set(fiber.HeaderAccessControlAllowMethods, "GET, POST")
		c.Set(fiber.HeaderAccessControlAllowHeaders, fiber.HeaderContentType)
		c.Set(fiber.HeaderAccessControlMaxAge, "600")
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Next()
}

// originAllowed reports whether a page of this origin may use the visitors'
// doors. A client that is no browser sends no origin and is not concerned.
func (s *Server) originAllowed(origin, host string) bool {
	if origin == "" {
		return true
	}
	for _, o := range s.opt.AllowOrigins {
		if strings.EqualFold(strings.TrimSuffix(o, "/"), origin) {
			return true
		}
	}
	u, err := url.Parse(origin)
	return err == nil && host != "" && strings.EqualFold(u.Host, host)
}
