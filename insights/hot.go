package insights

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of the hot queries.
const (
	// Visitors is how many different visitors must have asked a query on one
	// day before it is shown to others.
	Visitors = 5
	// HalfLife is when a query counts half of what it did.
	HalfLife = 24 * time.Hour
	hotDays  = 7  // how far back is looked
	maxHot   = 60 // kept for the doors
	maxHotly = 16 // characters; longer ones are somebody's own sentence
)

// Hot are the queries that many visitors ask, as of the last Refresh. The zero
// value has none. It may be used by many goroutines.
type Hot struct{ list atomic.Pointer[[]string] }

// A day counts what was new on it. pow is SQLite's own.
const hotQuery = `WITH daily AS (
  SELECT text, at / 86400 AS day, SUM(new_visitor) AS visitors, MAX(at) AS last FROM events
  WHERE at >= ? AND kind = 'turn' AND action = 'search' AND outcome = 'ok' GROUP BY text, day)
SELECT text FROM daily GROUP BY text HAVING MAX(visitors) >= ?
ORDER BY SUM(visitors * pow(2, -MAX(? - last, 0) / ?)) DESC, text LIMIT ?`

// Refresh reads the hot queries from the view.
func (h *Hot) Refresh(ctx context.Context, s *Store, now time.Time) error {
	rows, err := s.db.QueryContext(ctx, hotQuery, now.AddDate(0, 0, -hotDays).Unix(), Visitors, now.Unix(), HalfLife.Seconds(), 4*maxHot)
	if err != nil {
		return fmt.Errorf("reading the hot queries: %w", err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() && len(list) < maxHot {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if countable(text) {
			list = append(list, text)
		}
	}
	h.list.Store(&list)
	return rows.Err()
}

// Top returns up to n queries in a language, hottest first; in all when lang
// is neither Chinese nor English.
func (h *Hot) Top(lang string, n int) []string {
	out := []string{}
	list := h.list.Load()
	if list == nil {
		return out
	}
	lang = language(lang)
	for _, text := range *list {
		han := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
		if len(out) < n && (lang == "" || han == (lang == "zh")) {
			out = append(out, text)
		}
	}
	return out
}

// countable reports a query that may be shown to others: numbers, addresses
// and what was masked may be one person's even when several asked.
func countable(text string) bool {
	n := utf8.RuneCountInString(text)
	if n < 2 || n > maxHotly {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsDigit(r) || strings.ContainsRune("@⟨", r) || unicode.IsControl(r)
	})
}
