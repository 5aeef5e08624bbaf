// Package server is the doors: HTTP, both websocket protocols, the pages. It
// knows protocols, limits, who may do what, and how to stop without losing a
// turn; what visitors are answered is decided in session.
package server

import (
	"context"
	"crypto/tls"
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
	"go.opentelemetry.io/otel/trace"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/server/api"
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
	// Journal tells for the metrics how the journal is; nil: nothing is told.
	Journal JournalState
	// Insights keeps what visitors ask; nil: nothing is kept.
	Insights Insights
	// Workbench tries drafts for administrators; nil: it says so.
	Workbench Workbench
	// NotReady says why visitors should not be sent here yet, nil when they
	// may; several reasons are joined (errors.Join).
	NotReady func() error
	// ReloadModels loads speech models again, or further ones; nil: there is
	// no speech.
	ReloadModels func(ctx context.Context, names []string) ([]LoadedModel, error)
	// Portal serves every path that is not the API's; nil: 404.
	Portal http.Handler
	// Widget serves /widget/; nil: 404.
	Widget http.Handler
	// Console serves /admin, the administrators' pages; nil: 404.
	Console http.Handler
	// AllowOrigins are the origins ("https://www.example.gov.cn") of other
	// sites that may embed the widget. The server's own is always allowed.
	AllowOrigins []string
	// Proxies are those in front of the service that are trusted to name the
	// client.
	Proxies Proxies
	// Certificate makes the network's doors speak TLS; nil: they do not.
	Certificate *Certificate
	// HSTS tells browsers for how long to come by TLS only; 0: nothing is
	// said. Without a Certificate it is for a proxy that speaks TLS.
	HSTS time.Duration
	// Traces gets a span for each request and its stages; nil: none.
	Traces trace.TracerProvider
	// Limits are what one client may do; zero: the defaults.
	Limits Limits
	// IdleTimeout bounds how long a connection may stay silent; 0: 60 s.
	IdleTimeout time.Duration
	// ReadTimeout bounds how long a request's headers, or its small body, may
	// take to arrive; 0: 10 s.
	ReadTimeout time.Duration
	// WriteTimeout is how long a client may leave an answer unread; 0: 5 s.
	WriteTimeout time.Duration
	// DrainTimeout bounds Shutdown; 0: 12 s.
	DrainTimeout time.Duration
	Log          *slog.Logger // nil: the default logger
	Access       *slog.Logger // gets a line for each request; nil: none is written
}

// Server is the running doors.
type Server struct {
	opt     Options
	log     *slog.Logger
	metrics *metrics
	rates   *rates
	tracer  trace.Tracer
	strange sync.Once // warns of a proxy that is not trusted
	sockets *sockets
	trials  trials
	life    context.Context // of the sockets' work
	cut     context.CancelFunc
	servers []*fasthttp.Server
	serving sync.WaitGroup
	stopped bool
	mu      sync.Mutex // guards servers and stopped
}

// New makes a server without a listener.
func New(o Options) *Server {
	for d, usual := range map[*time.Duration]time.Duration{&o.IdleTimeout: 60 * time.Second, &o.ReadTimeout: 10 * time.Second,
		&o.WriteTimeout: 5 * time.Second, &o.DrainTimeout: 12 * time.Second} {
		if *d == 0 {
			*d = usual
		}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &Server{opt: o, log: o.Log, metrics: newMetrics(), rates: newRates(o.Limits), tracer: tracer(o.Traces), sockets: newSockets()}
	if o.Insights != nil {
		s.metrics.reg.MustRegister(insightMetrics(o.Insights)...)
	}
	if o.Journal != nil {
		s.metrics.reg.MustRegister(journalCollector{o.Journal})
	}
	if o.Sessions != nil {
		if pool, ok := o.Sessions.Speech.(speechStats); ok {
			s.metrics.reg.MustRegister(speechCollector{pool})
		}
	}
	s.life, s.cut = context.WithCancel(context.Background())
	return s
}

// Serve answers on ln until Shutdown. Requests of a Unix socket are those of
// this machine's own administrator: whoever may open the socket's file.
func (s *Server) Serve(ln net.Listener) error { return s.serve(ln, s.routes()) }

// ServeVosk answers vosk-server's protocol on any path of ln.
func (s *Server) ServeVosk(ln net.Listener) error {
	app := s.newApp()
	app.Use(s.identify, s.limitListening, s.voskSocket())
	return s.serve(ln, app)
}

func (s *Server) serve(ln net.Listener, app *fiber.App) error {
	srv := &fasthttp.Server{
		Name:               "tingdong",
		Handler:            knownMethods(app.Handler()),
		ErrorHandler:       s.protocolError,
		HeaderReceived:     s.bodyLimits(ln.Addr().Network() == "unix"),
		ReadTimeout:        s.opt.ReadTimeout,
		WriteTimeout:       6 * s.opt.WriteTimeout, // a page is larger than a message
		IdleTimeout:        s.opt.IdleTimeout,
		MaxRequestBodySize: smallBody,
		ReadBufferSize:     16 << 10, // the longest header taken
		MaxConnsPerIP:      0,
		Logger:             quietLogger{},
		CloseOnShutdown:    true,
	}
	s.mu.Lock()
	if s.stopped {
		s.mu.Unlock()
		return ln.Close()
	}
	if s.opt.Certificate != nil && ln.Addr().Network() != "unix" {
		ln = tls.NewListener(ln, s.opt.Certificate.config())
	}
	s.servers = append(s.servers, srv)
	s.serving.Add(1)
	s.mu.Unlock()
	defer s.serving.Done()
	return srv.Serve(ln)
}

// Shutdown takes no new connections, lets every voice turn in progress come
// to its reply, and returns when all is answered or the drain's deadline has
// passed.
func (s *Server) Shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.opt.DrainTimeout)
	defer cancel()
	defer s.cut()
	s.sockets.drain()
	s.mu.Lock()
	s.stopped = true
	servers := s.servers
	s.mu.Unlock()
	errs := make([]error, len(servers))
	var doors sync.WaitGroup
	for i, srv := range servers { // all at once: one with a slow client must not keep the others open
		doors.Go(func() { errs[i] = srv.ShutdownWithContext(ctx) })
	}
	doors.Wait()
	errs = append(errs, s.sockets.wait(ctx))
	s.serving.Wait()
	return errors.Join(errs...)
}

func (s *Server) newApp() *fiber.App {
	return fiber.New(fiber.Config{
		DisableStartupMessage: true,
		ErrorHandler:          s.fail,
		UnescapePath:          true,
		CaseSensitive:         true, // or /V1/ADMIN/ passes what is decided by /v1/admin/
	})
}

func (s *Server) routes() *fiber.App {
	app := s.newApp()
	app.Use(s.identify, s.observe, s.securityHeaders, wellFormed, s.cors, s.limit)
	s.ownRoutes(app)
	refuseMethods(app)
	app.Use("/v1", func(*fiber.Ctx) error { return errNotFound })
	if s.opt.Portal != nil {
		app.Use(adaptor.HTTPHandler(s.opt.Portal))
	}
	return app
}

// ownRoutes are those that server/api/openapi.yaml describes, and our pages.
func (s *Server) ownRoutes(app *fiber.App) {
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

	app.Get("/vosk", s.voskSocket())
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", s.readyz)
	app.Get("/metrics", s.metrics.handler())
	app.Get("/openapi.yaml", document(api.OpenAPI))
	app.Get("/asyncapi.yaml", document(api.AsyncAPI))
	if s.opt.Widget != nil {
		app.Get("/a11y-check", func(c *fiber.Ctx) error { return c.Redirect("/widget/check.html") })
		app.Get("/widget/*", adaptor.HTTPHandler(http.StripPrefix("/widget/", s.opt.Widget)))
	}
	if s.opt.Console != nil {
		app.Get("/admin", console(s.opt.Console))
		app.Get("/admin/*", console(s.opt.Console))
	}
}

// console serves the administrators' pages, which bring their own, stricter
// policy.
func console(h http.Handler) fiber.Handler {
	next := adaptor.HTTPHandler(h)
	return func(c *fiber.Ctx) error {
		c.Response().Header.Del("Content-Security-Policy")
		c.Response().Header.Del("Referrer-Policy")
		return next(c)
	}
}

// document answers with a description of the doors.
func document(yaml []byte) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/yaml; charset=utf-8")
		return c.Send(yaml)
	}
}

// quietLogger drops fasthttp's own lines: they hold addresses of visitors and
// broken request lines.
type quietLogger struct{}

func (quietLogger) Printf(string, ...any) {}
