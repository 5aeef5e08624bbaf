package server

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	// OpenTelemetry v1.47 (Apache-2.0): the API here, the exporter in
	// cmd/tingdong.
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/tingdong/tingdong/session"
)

// tracer makes spans of what the doors do; without a provider they cost
// nothing.
func tracer(p trace.TracerProvider) trace.Tracer {
	if p == nil {
		p = noop.NewTracerProvider()
	}
	return p.Tracer("github.com/tingdong/tingdong/server")
}

// traced begins the span of a request, as part of the trace that its headers
// name. end takes the route and the status. No span has a word of a visitor:
// routes stand for addresses.
func (s *Server) traced(c *fiber.Ctx) (end func(route string, status int)) {
	h := propagation.HeaderCarrier{}
	for _, name := range (propagation.TraceContext{}).Fields() {
		if v := c.Get(name); v != "" {
			h.Set(name, copied(v))
		}
	}
	ctx, span := s.tracer.Start(propagation.TraceContext{}.Extract(c.UserContext(), h), "request", trace.WithSpanKind(trace.SpanKindServer))
	c.SetUserContext(ctx)
	method := copied(c.Method())
	return func(route string, status int) {
		span.SetName(method + " " + route)
		span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route),
			attribute.Int("http.response.status_code", status), attribute.String("request_id", requestID(c.Context())))
		if status >= 500 {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// traceReply adds the stages of a reply that was made just now, by the times
// that the reply itself tells: hearing, understanding, searching, one after
// the other. Where ctx has no span, as on a voice socket, they get one.
func (s *Server) traceReply(ctx context.Context, r *session.Reply, door string) {
	if s.opt.Traces == nil {
		return
	}
	now := time.Now()
	stages := []struct {
		name string
		took time.Duration
	}{{"asr", milliseconds(r.Took.ASR)}, {"intent", milliseconds(r.Took.Intent)}, {"search", milliseconds(r.Took.Search)}}
	at := now
	for _, st := range stages {
		at = at.Add(-st.took)
	}
	facts := trace.WithAttributes(attribute.String("tingdong.action", string(r.Action)), attribute.String("tingdong.door", door))
	ctx, span := s.tracer.Start(ctx, "turn", trace.WithTimestamp(at), facts)
	defer func() { span.End(trace.WithTimestamp(now)) }()
	for _, st := range stages {
		if st.took > 0 {
			s.stage(ctx, st.name, at, st.took)
			at = at.Add(st.took)
		}
	}
}

// stage is a span of the past.
func (s *Server) stage(ctx context.Context, name string, from time.Time, took time.Duration) {
	_, span := s.tracer.Start(ctx, name, trace.WithTimestamp(from))
	span.End(trace.WithTimestamp(from.Add(took)))
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
