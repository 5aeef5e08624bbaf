package server

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// knownMethods refuses methods that HTTP does not have: Fiber would answer
// them in its own words.
func knownMethods(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		if !slices.Contains(fiber.DefaultMethods, string(ctx.Method())) {
			refuse(ctx, fromFiber(fiber.ErrMethodNotAllowed))
			return
		}
		next(ctx)
	}
}

// refuseMethods answers 405 where an address is known but not the method. It
// must come after the routes and before what takes every address.
func refuseMethods(app *fiber.App) {
	allow := map[string][]string{}
	for _, r := range app.GetRoutes(true) {
		allow[r.Path] = append(allow[r.Path], r.Method)
	}
	for path, methods := range allow {
		app.All(path, func(c *fiber.Ctx) error {
			c.Set(fiber.HeaderAllow, strings.Join(methods, ", "))
			return fiber.ErrMethodNotAllowed
		})
	}
}

// wellFormed refuses addresses that are none, before a handler has to.
func wellFormed(c *fiber.Ctx) error {
	if _, err := url.ParseRequestURI(c.OriginalURL()); err != nil {
		return &Error{Code: "bad_request", Message: "the address is not valid; encode special characters as %XX"}
	}
	return c.Next()
}
