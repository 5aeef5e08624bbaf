package insights

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// Filter says which events are looked at. From and To are days in Zone, both
// included.
type Filter struct {
	From, To        time.Time
	Zone            *time.Location // nil: local
	Limit           int            // of every list; 0: 20
	Lang, Role, Way string         // empty: all
}

// Report is what was asked, found and missed in a span of days.
type Report struct {
	From          string    `json:"from"`
	To            string    `json:"to"`
	Zone          string    `json:"zone"`
	Recording     bool      `json:"recording"`
	RetentionDays int       `json:"retention_days"`
	Dropped       uint64    `json:"dropped"` // by this node since its start
	Totals        Totals    `json:"totals"`
	Days          []Day     `json:"days"`
	Ways          []Share   `json:"ways"`
	Langs         []Share   `json:"langs"`
	Roles         []Share   `json:"roles"`
	Queries       []Asked   `json:"queries"`
	Missed        []Missed  `json:"missed"`
	Intents       []Intent  `json:"intents"`
	Columns       []Column  `json:"columns"`
	Controls      []Control `json:"controls"`
	Pages         []Page    `json:"pages"`
}

// Totals are counts of turns, but for Clicks and Cancels.
type Totals struct {
	Turns         int      `json:"turns"`
	Navigate      int      `json:"navigate"`
	Control       int      `json:"control"`
	Search        int      `json:"search"`
	Clarify       int      `json:"clarify"`
	None          int      `json:"none"`
	Missed        int      `json:"missed"` // the three below together
	NoResult      int      `json:"no_result"`
	NotUnderstood int      `json:"not_understood"`
	LowConfidence int      `json:"low_confidence"`
	Silent        int      `json:"silent"`
	Clicks        int      `json:"clicks"`
	Cancels       int      `json:"cancels"`
	SuccessRate   *float64 `json:"success_rate"` // of the turns that said something; nil without any
	ClickRate     *float64 `json:"click_rate"`   // clicks for each search with a result; nil without any
	MeanMS        float64  `json:"mean_ms"`
	P95MS         float64  `json:"p95_ms"`
}

// Day is one day in the report's zone.
type Day struct {
	Day     string `json:"day"`
	Turns   int    `json:"turns"`
	Missed  int    `json:"missed"`
	Clicks  int    `json:"clicks"`
	Cancels int    `json:"cancels"`
	Voice   int    `json:"voice"`
	Text    int    `json:"text"`
	Search  int    `json:"search"`
}

// Share is the part of the turns that have one way, language or role.
type Share struct {
	Name   string `json:"name"`
	Turns  int    `json:"turns"`
	Missed int    `json:"missed"`
}

// Asked is one text and what became of it.
type Asked struct {
	Text       string  `json:"text"`
	Turns      int     `json:"turns"`
	Visitors   int     `json:"visitors"`
	Missed     int     `json:"missed"`
	Clicks     int     `json:"clicks"`
	Action     string  `json:"action"` // of the last time
	Confidence float64 `json:"confidence"`
	Last       string  `json:"last"`
}

// Missed is one text that was not answered well, and why.
type Missed struct {
	Text     string `json:"text"`
	Turns    int    `json:"turns"`
	Visitors int    `json:"visitors"`
	Reason   string `json:"reason"`
	Last     string `json:"last"`
}

// Intent counts the turns of an intent.
type Intent struct {
	Name       string  `json:"name"`
	Turns      int     `json:"turns"`
	Confidence float64 `json:"confidence"`
}

// Column counts the turns that led to a column, and those that were stopped.
type Column struct {
	ID      string `json:"id"`
	Turns   int    `json:"turns"`
	Cancels int    `json:"cancels"`
}

// Control counts the turns that used a control.
type Control struct {
	Name  string `json:"name"`
	Turns int    `json:"turns"`
}

// Page counts how often a page was opened from a list, and where it stood.
type Page struct {
	ID     string  `json:"id"`
	Clicks int     `json:"clicks"`
	Rank   float64 `json:"rank"`
}

func (f Filter) zone() *time.Location {
	if f.Zone == nil {
		return time.Local
	}
	return f.Zone
}

// span is the time from the start of the first day to the end of the last.
func (f Filter) span() (from, to time.Time) {
	y, m, d := f.From.Date()
	from = time.Date(y, m, d, 0, 0, 0, 0, f.zone())
	y, m, d = f.To.Date()
	return from, time.Date(y, m, d+1, 0, 0, 0, 0, f.zone())
}

// where is the filter as SQL.
func (f Filter) where() (string, []any) {
	from, to := f.span()
	cond, args := "at >= ? AND at < ?", []any{from.Unix(), to.Unix()}
	for column, value := range map[string]string{"lang": f.Lang, "role": f.Role, "way": f.Way} {
		if value != "" {
			cond += " AND " + column + " = ?"
			args = append(args, value)
		}
	}
	return cond, args
}

// missed is the condition that a turn was not answered well.
const missed = "outcome IN ('no_result', 'not_understood', 'low_confidence')"

// Report answers from one moment of the view.
func (s *Store) Report(ctx context.Context, f Filter) (*Report, error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	if f.Limit <= 0 {
		f.Limit = 20
	}
	q := &asking{ctx: ctx, tx: tx, f: f}
	q.cond, q.args = f.where()
	r := NewReport(f)
	q.totals(&r.Totals)
	q.days(r.Days)
	q.shares(r)
	q.texts(r)
	q.targets(r)
	if q.err != nil {
		return nil, fmt.Errorf("reading the insights: %w", q.err)
	}
	return r, nil
}

// NewReport is an empty report of the filter's days.
func NewReport(f Filter) *Report {
	from, to := f.span()
	r := &Report{From: from.Format(time.DateOnly), To: to.AddDate(0, 0, -1).Format(time.DateOnly), Zone: f.zone().String(),
		Ways: []Share{}, Langs: []Share{}, Roles: []Share{}, Queries: []Asked{}, Missed: []Missed{}, Intents: []Intent{},
		Columns: []Column{}, Controls: []Control{}, Pages: []Page{}, Days: []Day{}}
	for d := from; d.Before(to); d = d.AddDate(0, 0, 1) {
		r.Days = append(r.Days, Day{Day: d.Format(time.DateOnly)})
	}
	return r
}

// asking runs a report's questions; after an error it asks no more.
type asking struct {
	ctx  context.Context
	tx   *sql.Tx
	f    Filter
	cond string
	args []any
	err  error
}

// each asks, with the filter in the place of $WHERE, and calls row for every
// row of the answer.
func (q *asking) each(query string, more []any, row func(scan func(...any) error) error) {
	if q.err != nil {
		return
	}
	rows, err := q.tx.QueryContext(q.ctx, strings.ReplaceAll(query, "$WHERE", q.cond), append(append([]any{}, q.args...), more...)...)
	if err != nil {
		q.err = err
		return
	}
	defer rows.Close()
	for rows.Next() {
		if q.err = row(rows.Scan); q.err != nil {
			return
		}
	}
	q.err = rows.Err()
}

func (q *asking) day(unix int64) string {
	return time.Unix(unix, 0).In(q.f.zone()).Format(time.DateOnly)
}
