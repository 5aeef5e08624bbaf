package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/pflag"

	"github.com/tingdong/tingdong/server"
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
	if o.accessLog {
		s.Access = slog.Default()
	}
	return nil
}
