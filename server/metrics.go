package server

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	// client_golang v1.25 (Apache-2.0): the metrics format of the field.
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tingdong/tingdong/session"
)

// metrics counts what the doors did. No label holds what a visitor said.
type metrics struct {
	reg      *prometheus.Registry
	requests *prometheus.HistogramVec
	replies  *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	refusals *prometheus.CounterVec
	clicks   *prometheus.CounterVec
	limited  *prometheus.CounterVec
	sockets  prometheus.Gauge
	voice    *voiceMetrics
}

func newMetrics() *metrics {
	buckets := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}
	m := &metrics{
		reg: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tingdong_http_seconds",
			Help: "Time to answer a request, by route and status.", Buckets: buckets}, []string{"route", "status"}),
		replies: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tingdong_replies_total",
			Help: "Replies by action and by the way the question came."}, []string{"action", "door"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tingdong_reply_seconds",
			Help: "Time inside a reply by stage; asr counts from the end of the speech.", Buckets: buckets}, []string{"stage"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tingdong_socket_errors_total",
			Help: "Sockets ended with an error, by code."}, []string{"code"}),
		clicks: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tingdong_events_total", Help: "Events that pages reported, by type."}, []string{"type"}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tingdong_limited_total",
			Help: "Requests refused because their client asked for too much, by class of route."}, []string{"class"}),
		sockets: prometheus.NewGauge(prometheus.GaugeOpts{Name: "tingdong_sockets", Help: "Open websockets."}),
	}
	m.reg.MustRegister(m.requests, m.replies, m.latency, m.refusals, m.clicks, m.limited, m.sockets,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.voice = newVoiceMetrics(m.reg)
	return m
}

func (m *metrics) handler() fiber.Handler {
	return adaptor.HTTPHandler(promhttp.HandlerFor(m.reg, promhttp.HandlerOpts{}))
}

func (m *metrics) reply(r *session.Reply, door string) {
	m.replies.WithLabelValues(string(r.Action), door).Inc()
	m.latency.WithLabelValues("intent").Observe(r.Took.Intent / 1000)
	if r.Search != nil {
		m.latency.WithLabelValues("search").Observe(r.Took.Search / 1000)
	}
	if door != "text" {
		m.latency.WithLabelValues("asr").Observe(r.Took.ASR / 1000)
	}
}

func (m *metrics) refusal(code string) { m.refusals.WithLabelValues(code).Inc() }

// event counts a page's event. Types are a closed set, so that a client
// cannot grow the metrics.
func (m *metrics) event(kind string) {
	switch kind {
	case "click", "cancel", "navigate", "search":
	default:
		kind = "other"
	}
	m.clicks.WithLabelValues(kind).Inc()
}

// observe times every request by its route, not by its address.
func (s *Server) observe(c *fiber.Ctx) error {
	start, end := time.Now(), s.traced(c)
	err := s.guarded(c.Next)
	if err != nil {
		if e := s.fail(c, err); e != nil {
			end("", fiber.StatusInternalServerError)
			return e
		}
	}
	route := c.Route().Path
	if len(route) == 0 || route == "/" {
		route = "page"
	}
	status, took := c.Response().StatusCode(), time.Since(start)
	if c.Context().Hijacked() {
		status = fiber.StatusSwitchingProtocols
	}
	s.metrics.requests.WithLabelValues(route, statusClass(status)).Observe(took.Seconds())
	s.logRequest(c, route, status, took)
	end(route, status)
	return nil
}

func statusClass(code int) string { return strconv.Itoa(code/100) + "xx" }
