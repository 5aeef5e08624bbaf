package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tingdong/tingdong/insights"
)

// Recorder takes what visitors do, without ever waiting.
type Recorder interface {
	Record(insights.Event)
	// Counts are how many events were kept and dropped since the start.
	Counts() (kept, dropped uint64)
	// Hot returns up to n queries that many visitors ask.
	Hot(lang string, n int) []string
}

// Insights is what was asked, for administrators: *node.Insights.
type Insights interface {
	Recorder
	Report(ctx context.Context, f insights.Filter) (*insights.Report, error)
	Rows(ctx context.Context, f insights.Filter, fn func(insights.Row) error) error
	// Forget deletes all events.
	Forget(ctx context.Context) error
}

func (s *Server) insightRoutes(r fiber.Router) {
	r.Get("/insights", s.only(Viewer), s.report)
	r.Get("/insights/export", s.only(Viewer), s.export)
	r.Delete("/insights", s.only(Publisher), s.forget)
}

// insightMetrics counts events by what became of them.
func insightMetrics(in Recorder) []prometheus.Collector {
	count := func(result string, n func() uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "tingdong_insights_events_total",
			Help:        "Events of visitors: kept in the journal, or dropped because it was too slow or away.",
			ConstLabels: prometheus.Labels{"result": result}}, func() float64 { return float64(n()) })
	}
	return []prometheus.Collector{
		count("kept", func() uint64 { kept, _ := in.Counts(); return kept }),
		count("dropped", func() uint64 { _, dropped := in.Counts(); return dropped }),
	}
}

const (
	usualSpan = 30  // days
	longest   = 400 // days of one report
	maxRows   = 200 // of one list
)

// filter reads the days and conditions of the address.
func filter(c *fiber.Ctx, now time.Time) (insights.Filter, error) {
	f := insights.Filter{To: now, From: now.AddDate(0, 0, 1-usualSpan), Limit: 20}
	for name, dst := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		if v := c.Query(name); v != "" {
			t, err := time.ParseInLocation(time.DateOnly, v, time.Local)
			if err != nil {
				return f, &Error{Code: "bad_request", Message: name + " must be a day such as 2026-01-31"}
			}
			*dst = t
		}
	}
	if c.Query("from") == "" && c.Query("to") != "" {
		f.From = f.To.AddDate(0, 0, 1-usualSpan)
	}
	if f.To.Before(f.From) || f.To.Sub(f.From) > longest*24*time.Hour {
		return f, &Error{Code: "bad_request", Message: fmt.Sprintf("from must not be after to, nor more than %d days before it", longest)}
	}
	if v := c.Query("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > maxRows {
			return f, &Error{Code: "bad_request", Message: fmt.Sprintf("limit must be a number from 1 to %d", maxRows)}
		}
		f.Limit = n
	}
	var err error
	f.Lang, err = oneOf(c, "lang", "zh", "en")
	role, err2 := oneOf(c, "role", "resident", "enterprise", "tourist")
	way, err3 := oneOf(c, "way", insights.Voice, insights.Text, insights.SearchPage)
	f.Role, f.Way = role, way
	return f, errors.Join(err, err2, err3)
}

// oneOf reads a condition from a closed set, empty when it is not given.
func oneOf(c *fiber.Ctx, name string, values ...string) (string, error) {
	v := copied(c.Query(name))
	if v == "" || contains(values, v) {
		return v, nil
	}
	return "", &Error{Code: "bad_request", Message: fmt.Sprintf("%s must be one of %v", name, values)}
}

// report answers GET /v1/admin/insights.
func (s *Server) report(c *fiber.Ctx) error {
	if s.opt.Insights == nil {
		return errNotFound
	}
	f, err := filter(c, time.Now())
	if err != nil {
		return err
	}
	r, err := s.opt.Insights.Report(c.UserContext(), f)
	if err != nil {
		return err
	}
	return c.JSON(r)
}

// export answers GET /v1/admin/insights/export with every event as a row,
// sent while it is read.
func (s *Server) export(c *fiber.Ctx) error {
	if s.opt.Insights == nil {
		return errNotFound
	}
	f, err := filter(c, time.Now())
	if err != nil {
		return err
	}
	format := copied(c.Query("format", "csv"))
	kind, ok := map[string]string{"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}[format]
	if !ok {
		return &Error{Code: "bad_request", Message: "format must be csv or ndjson"}
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="insights-%s-%s.%s"`, f.From.Format(time.DateOnly), f.To.Format(time.DateOnly), format))
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		row, flush, err := insights.NewExport(format, w)
		if err == nil {
			err = errors.Join(s.opt.Insights.Rows(s.life, f, row), flush())
		}
		if err != nil { // too late for a status; the file ends early
			s.log.Error("exporting the insights", "error", err)
		}
	})
	return nil
}

// forget answers DELETE /v1/admin/insights.
func (s *Server) forget(c *fiber.Ctx) error {
	if s.opt.Insights == nil {
		return errNotFound
	}
	if err := s.opt.Insights.Forget(c.UserContext()); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
