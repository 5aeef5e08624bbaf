package insights

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Row is one event as it is exported.
type Row struct {
	Minute     string  `json:"minute"` // RFC 3339
	Kind       string  `json:"kind"`
	Way        string  `json:"way"`
	Action     string  `json:"action"`
	Intent     string  `json:"intent"`
	Column     string  `json:"column"`
	Control    string  `json:"control"`
	Text       string  `json:"text"`
	Confidence float64 `json:"confidence"`
	Hits       int     `json:"hits"`
	Lang       string  `json:"lang"`
	Role       string  `json:"role"`
	TookMS     float64 `json:"took_ms"`
	NewVisitor bool    `json:"new_visitor"`
	Outcome    string  `json:"outcome"`
	Page       string  `json:"page"`
	Rank       int     `json:"rank"`
}

var rowNames = []string{"minute", "kind", "way", "action", "intent", "column", "control", "text", "confidence", "hits", "lang", "role",
	"took_ms", "new_visitor", "outcome", "page", "rank"}

// Rows calls fn with every event of the filter, oldest first.
func (s *Store) Rows(ctx context.Context, f Filter, fn func(Row) error) error {
	cond, args := f.where()
	rows, err := s.db.QueryContext(ctx, `SELECT at, kind, way, action, intent, column_id, control, text, confidence, hits, lang, role,
		took_ms, new_visitor, outcome, page, rank FROM events WHERE `+cond+` ORDER BY at, seq, n`, args...)
	if err != nil {
		return fmt.Errorf("reading the insights: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Row
		var at int64
		if err := rows.Scan(&at, &r.Kind, &r.Way, &r.Action, &r.Intent, &r.Column, &r.Control, &r.Text, &r.Confidence, &r.Hits, &r.Lang, &r.Role,
			&r.TookMS, &r.NewVisitor, &r.Outcome, &r.Page, &r.Rank); err != nil {
			return err
		}
		r.Minute = time.Unix(at, 0).In(f.zone()).Format(time.RFC3339)
		if err := fn(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// NewExport returns a function that writes rows in a format, "csv" or
// "ndjson", and one that ends the writing.
func NewExport(format string, w io.Writer) (row func(Row) error, flush func() error, err error) {
	switch format {
	case "ndjson":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return func(r Row) error { return enc.Encode(r) }, func() error { return nil }, nil
	case "csv":
		if _, err := io.WriteString(w, "\ufeff"); err != nil { // or Excel takes UTF-8 for the local encoding
			return nil, nil, err
		}
		c := csv.NewWriter(w)
		flush = func() error { c.Flush(); return c.Error() }
		return func(r Row) error { return c.Write(r.cells()) }, flush, c.Write(rowNames)
	}
	return nil, nil, fmt.Errorf("unknown format %q; there are csv and ndjson", format)
}

func (r Row) cells() []string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	cells := []string{r.Minute, r.Kind, r.Way, r.Action, r.Intent, r.Column, r.Control, r.Text, number(r.Confidence), strconv.Itoa(r.Hits), r.Lang, r.Role,
		number(r.TookMS), strconv.FormatBool(r.NewVisitor), r.Outcome, r.Page, strconv.Itoa(r.Rank)}
	for i, c := range cells { // what visitors say must not run in an administrator's spreadsheet
		if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
			cells[i] = "'" + c
		}
	}
	return cells
}
