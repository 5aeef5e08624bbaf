// Package server is the doors: HTTP, both websocket protocols, the pages. It
// knows protocols, limits, who may do what, and how to stop without losing a
// turn; what visitors are answered is decided in session.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	// Fiber v2.52 (MIT) routes; fasthttp (MIT) serves, on as many listeners
	// as there are doors.
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/valyala/fasthttp"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/session"
)

// Pages is what the portal's own pages need beside search.
type Pages interface {
	Document(id string) (*search.Document, bool, error)
	Suggest(ctx context.Context, text, lang string, n int) ([]search.Suggestion, error)
}

// Options configure a Server. Sessions, Columns, Pages, Admin and NotReady
// are required.
type Options struct {
	Sessions *session.Service
	Columns  func() *grammar.Columns
	Pages    Pages
	Admin    Admin
	// NotReady says why visitors should not be sent here yet, nil when they may.
	NotReady func() error
	// Portal serves every path that is not the API's; nil: 404.
	Portal http.Handler
	// Widget serves /widget/; nil: 404.
	Widget http.Handler
	// AllowOrigins are the origins ("https://www.example.gov.cn") of other
	// sites that may embed the widget. The server's own is always allowed.
	AllowOrigins []string
	// MaxTurn bounds how long one voice socket may stay silent; 0: 60 s.
	IdleTimeout time.Duration
	// DrainTimeout bounds Shutdown; 0: 12 s.
	DrainTimeout time.Duration
	Log          *slog.Logger // nil: the default logger
}

// Server is the running doors.
type Server struct {
	opt     Options
	log     *slog.Logger
	metrics *metrics
	sockets *sockets
	started time.Time
	servers []*fasthttp.Server
	serving sync.WaitGroup
	mu      sync.Mutex // guards servers
}

// New makes a server without a listener.
func New(o Options) *Server {
	if o.IdleTimeout == 0 {
		o.IdleTimeout = 60 * time.Second
	}
	if o.DrainTimeout == 0 {
		o.DrainTimeout = 12 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Server{opt: o, log: o.Log, metrics: newMetrics(), sockets: newSockets(), started: time.Now()}
}

// Serve answers on ln until Shutdown. Requests of a Unix socket are those of
// this machine's own administrator: whoever may open the socket's file.
func (s *Server) Serve(ln net.Listener) error { return s.serve(ln, s.routes()) }

// ServeVosk answers vosk-server's protocol on any path of ln.
func (s *Server) ServeVosk(ln net.Listener) error {
	app := s.newApp()
	app.Use(s.voskSocket())
	return s.serve(ln, app)
}

func (s *Server) serve(ln net.Listener, app *fiber.App) error {
	srv := &fasthttp.Server{
		Name:               "tingdong",
		Handler:            app.Handler(),
		ErrorHandler:       s.protocolError,
		HeaderReceived:     s.bodyLimits,
		ReadTimeout:        10 * time.Second,
		WriteTimeout:       30 * time.Second,
		IdleTimeout:        60 * time.Second,
		MaxRequestBodySize: smallBody,
		ReadBufferSize:     16 << 10, // the longest header taken
		MaxConnsPerIP:      0,
		Logger:             quietLogger{},
		CloseOnShutdown:    true,
	}
	s.mu.Lock()
	s.servers = append(s.servers, srv)
	s.mu.Unlock()
	s.serving.Add(1)
	defer s.serving.Done()
	return srv.Serve(ln)
}

// Shutdown takes no new connections, lets every voice turn in progress come
// to its reply, and returns when all is answered or the drain's deadline has
// passed.
func (s *Server) Shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.opt.DrainTimeout)
	defer cancel()
	s.sockets.drain()
	s.mu.Lock()
	servers := s.servers
	s.mu.Unlock()
	var errs []error
	for _, srv := range servers {
		errs = append(errs, srv.ShutdownWithContext(ctx))
	}
	errs = append(errs, s.sockets.wait(ctx))
	s.serving.Wait()
	return errors.Join(errs...)
}

func (s *Server) newApp() *fiber.App {
	return fiber.New(fiber.Config{
		DisableStartupMessage: true,
		ErrorHandler:          s.fail,
		UnescapePath:          true,
	})
}

func (s *Server) routes() *fiber.App {
	app := s.newApp()
	app.Use(s.observe, s.securityHeaders, s.cors)

	v1 := app.Group("/v1")
	v1.Get("/ask", s.ask)
	v1.Post("/ask", s.ask)
	v1.Get("/search", s.search)
	v1.Get("/suggest", s.suggest)
	v1.Get("/columns", s.columns)
	v1.Post("/events", s.events)
	v1.Get("/listen", s.listenSocket())
	v1.Post("/listen", s.listenFile)
	s.adminRoutes(v1.Group("/admin"))
	v1.Use(func(*fiber.Ctx) error { return errNotFound })

	app.Get("/vosk", s.voskSocket())
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", s.readyz)
	app.Get("/metrics", s.metrics.handler())
	if s.opt.Widget != nil {
		app.Get("/a11y-check", func(c *fiber.Ctx) error { return c.Redirect("/widget/check.html") })
		app.Get("/widget/*", adaptor.HTTPHandler(http.StripPrefix("/widget/", s.opt.Widget)))
	}
	if s.opt.Portal != nil {
		app.Use(adaptor.HTTPHandler(s.opt.Portal))
	}
	return app
}

// quietLogger drops fasthttp's own lines: they hold addresses of visitors and
// broken request lines.
type quietLogger struct{}

func (quietLogger) Printf(string, ...any) {}
