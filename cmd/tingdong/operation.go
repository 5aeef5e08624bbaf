package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.opentelemetry.io/otel/trace"

	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/server/oidc"
)

// operation are the settings of those who run the service: who is limited and
// how, what is trusted, what is logged. docs/operations.md explains them.
type operation struct {
	proxies     []string
	proxyHeader string
	limits      map[string]*string
	sockets     int
	exempt      []string
	accessLog   bool
	logFormat   string
	logLevel    string
	tlsCert     string
	tlsKey      string
	hsts        time.Duration
	debug       string
	otlp        string
	oidc        oidc.Config
	oidcRoles   []string
	traces      trace.TracerProvider // made of otlp
}

// limitFlags are the limits by class, with their defaults.
var limitFlags = []struct{ name, usual, help string }{
	{"limit-ask", "50:300", "questions and searches of one client: a second, and at once; off: no limit"},
	{"limit-listen", "5:50", "recordings and new voice sockets of one client: a second, and at once; off: no limit"},
	{"limit-admin", "20:200", "administrators' requests of one client: a second, and at once; off: no limit"},
	{"limit-sign-in", "0.1:10", "wrong tokens of one client: a second, and at once; off: no limit"},
}

func (o *operation) add(fl *pflag.FlagSet) {
	fl.StringSliceVar(&o.proxies, "trusted-proxies", nil, "networks of the proxies in front, such as 10.0.0.0/8, which are believed who the client is")
	fl.StringVar(&o.proxyHeader, "proxy-header", "X-Forwarded-For", "header that the proxies write the client into: X-Forwarded-For or Forwarded")
	o.limits = map[string]*string{}
	for _, l := range limitFlags {
		o.limits[l.name] = fl.String(l.name, l.usual, l.help)
	}
	fl.IntVar(&o.sockets, "limit-sockets", 64, "open voice sockets of one client; negative: no limit")
	fl.StringSliceVar(&o.exempt, "limit-exempt", []string{"127.0.0.0/8", "::1"}, "networks of the portal's own servers, which are not limited")
	fl.BoolVar(&o.accessLog, "access-log", true, "write a line for each request, without what was said")
	fl.StringVar(&o.logFormat, "log-format", "text", "text or json")
	fl.StringVar(&o.tlsCert, "tls-cert", "", "certificate chain (PEM): the doors speak TLS; a changed file is taken over")
	fl.StringVar(&o.tlsKey, "tls-key", "", "key of --tls-cert (PEM)")
	fl.DurationVar(&o.hsts, "hsts", 0, "tell browsers to come by TLS only, for this long, such as 8760h; 0: not")
	fl.StringVar(&o.debug, "debug-listen", "", "address of Go's profiles, on this machine only: 127.0.0.1:6060 or unix:PATH")
	fl.StringVar(&o.otlp, "otlp-endpoint", "", "OpenTelemetry collector that gets traces, such as http://127.0.0.1:4318")
	fl.StringVar(&o.oidc.Issuer, "oidc-issuer", "", "OpenID provider whose tokens administrators may use, too")
	fl.StringVar(&o.oidc.Audience, "oidc-audience", "", "audience that the provider's tokens must have")
	fl.StringVar(&o.oidc.RoleClaim, "oidc-role-claim", "roles", "claim with the role or a list of roles; dots lead into objects: realm_access.roles")
	fl.StringSliceVar(&o.oidcRoles, "oidc-role-map", nil, "the provider's names of roles, such as portal-admins=publisher")
	fl.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
}

// setLog makes the default logger.
func (o *operation) setLog(w io.Writer) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return &usageError{fmt.Errorf("--log-level %s: there are debug, info, warn, error", o.logLevel)}
	}
	ho := &slog.HandlerOptions{Level: level}
	switch o.logFormat {
	case "text":
		slog.SetDefault(slog.New(slog.NewTextHandler(w, ho)))
	case "json":
		slog.SetDefault(slog.New(slog.NewJSONHandler(w, ho)))
	default:
		return &usageError{fmt.Errorf("--log-format %s: there are text and json", o.logFormat)}
	}
	return nil
}

// provider is the OpenID provider, nil when none is set.
func (o *operation) provider() (*oidc.Verifier, error) {
	if o.oidc.Issuer == "" {
		return nil, nil
	}
	o.oidc.Roles = map[string]string{}
	for _, pair := range o.oidcRoles {
		from, to, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, &usageError{fmt.Errorf("--oidc-role-map %s: it is written as name=role", pair)}
		}
		o.oidc.Roles[strings.TrimSpace(from)] = strings.TrimSpace(to)
	}
	v, err := oidc.New(o.oidc)
	if err != nil {
		return nil, &usageError{fmt.Errorf("--oidc-issuer: %w", err)}
	}
	return v, nil
}

// options puts the settings into the server's.
func (o *operation) options(s *server.Options) error {
	var err error
	if s.Proxies.Trusted, err = server.ParseNetworks(o.proxies); err != nil {
		return &usageError{fmt.Errorf("--trusted-proxies: %w", err)}
	}
	switch s.Proxies.Header = o.proxyHeader; o.proxyHeader {
	case "X-Forwarded-For", "Forwarded":
	default:
		return &usageError{fmt.Errorf("--proxy-header %s: there are X-Forwarded-For and Forwarded", o.proxyHeader)}
	}
	if s.Limits.Exempt, err = server.ParseNetworks(o.exempt); err != nil {
		return &usageError{fmt.Errorf("--limit-exempt: %w", err)}
	}
	s.Limits.Sockets = o.sockets
	for name, rate := range map[string]*server.Rate{"limit-ask": &s.Limits.Ask, "limit-listen": &s.Limits.Listen,
		"limit-admin": &s.Limits.Admin, "limit-sign-in": &s.Limits.SignIn} {
		if *rate, err = server.ParseRate(*o.limits[name]); err != nil {
			return &usageError{fmt.Errorf("--%s: %w", name, err)}
		}
	}
	if (o.tlsCert == "") != (o.tlsKey == "") {
		return &usageError{errors.New("--tls-cert and --tls-key go together")}
	}
	if s.HSTS = o.hsts; o.tlsCert != "" {
		if s.Certificate, err = server.LoadCertificate(o.tlsCert, o.tlsKey, slog.Default()); err != nil {
			return err
		}
	}
	if s.Traces = o.traces; o.accessLog {
		s.Access = slog.Default()
	}
	return nil
}
