package server

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// identify finds out who asks and gives the request a name, before anything
// else is done with it.
func (s *Server) identify(c *fiber.Ctx) error {
	ctx := c.Context()
	peer := peerOf(ctx.RemoteAddr())
	ctx.SetUserValue(clientKey, s.opt.Proxies.client(peer, &ctx.Request.Header))
	if (peer.IsLoopback() || peer.IsPrivate()) && !within(s.opt.Proxies.Trusted, peer) && len(ctx.Request.Header.Peek(s.opt.Proxies.header())) > 0 {
		s.strange.Do(func() {
			s.log.Warn("a proxy that is not trusted names clients; if it is ours, add it to --trusted-proxies, or all its visitors count as one", "proxy", peer)
		})
	}
	c.Set(fiber.HeaderXRequestID, requestID(ctx))
	return c.Next()
}

// requestID is the name of a request in answers and logs: the client's own,
// when that is harmless, or a new one.
func requestID(ctx *fasthttp.RequestCtx) string {
	if id, ok := ctx.UserValue(requestKey).(string); ok {
		return id
	}
	id := string(ctx.Request.Header.Peek(fiber.HeaderXRequestID))
	if !harmlessID(id) {
		id = rand.Text()
	}
	ctx.SetUserValue(requestKey, id)
	return id
}

// harmlessID reports whether a client's name for its request may stand in
// logs and headers.
func harmlessID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	for _, b := range []byte(id) {
		if (b < '0' || b > '9') && (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') && b != '-' && b != '_' && b != '.' {
			return false
		}
	}
	return true
}

// logRequest writes a line of the access log: the route and not the address,
// because addresses hold what visitors typed. Of a visitor's own address only
// the network is kept; administrators are named.
func (s *Server) logRequest(c *fiber.Ctx, route string, status int, took time.Duration) {
	level := slog.LevelInfo
	switch route {
	case "/healthz", "/readyz", "/metrics":
		level = slog.LevelDebug // every few seconds, for nobody to read
	}
	if s.opt.Access == nil || !s.opt.Access.Enabled(context.Background(), level) {
		return
	}
	attrs := []slog.Attr{slog.String("request_id", requestID(c.Context())), slog.String("method", copied(c.Method())),
		slog.String("route", route), slog.Int("status", status), slog.Int("bytes", len(c.Response().Body())),
		slog.Float64("took_ms", float64(took.Microseconds())/1000)}
	client := clientOf(c.Context())
	if who, ok := c.Locals(authorKey).(Principal); ok {
		attrs = append(attrs, slog.String("who", who.Name), slog.String("role", who.Role.String()), slog.String("client", addrText(client)))
	} else {
		attrs = append(attrs, slog.String("client", networkOf(client)))
	}
	s.opt.Access.LogAttrs(context.Background(), level, "request", attrs...)
}

// logSocket writes the line of a websocket that has ended.
func (s *Server) logSocket(id, route, client, code string, took time.Duration) {
	if s.opt.Access == nil {
		return
	}
	s.opt.Access.LogAttrs(context.Background(), slog.LevelInfo, "socket", slog.String("request_id", id), slog.String("route", route),
		slog.String("code", code), slog.Float64("took_ms", float64(took.Microseconds())/1000), slog.String("client", client))
}
