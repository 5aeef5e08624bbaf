// Package insights counts what visitors ask. It keeps no words that could
// belong to one person: a query is known only once several visitors have asked
// it, and then without who they were.
package insights

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of the hot queries.
const (
	// Visitors is how many different visitors must have asked a query before
	// it is shown to others.
	Visitors = 5
	// HalfLife is when a query counts half of what it did.
	HalfLife = 24 * time.Hour
	// maxQueries bounds the memory; the coldest go first.
	maxQueries = 5000
	maxLength  = 16 // characters; longer ones are somebody's own sentence
)

// Hot are the queries that many visitors ask. The zero value is ready. It may
// be used by many goroutines.
type Hot struct {
	// Now is the clock; nil: time.Now.
	Now func() time.Time

	mu      sync.Mutex
	seed    maphash.Seed
	queries map[uint64]*asked
}

// asked is one query. Its text is kept only when enough visitors have asked
// it; until then there is a hash.
type asked struct {
	text  string
	who   map[uint64]struct{} // hashes of the visitors, until there are enough
	heat  float64
	since time.Time // when heat was last brought up to date
}

// Add counts a query of a visitor (a session or an address; only a hash under
// a key that changes with every start is kept). Queries with digits, @ or of
// great length are not counted: they may be numbers or names of a person.
func (h *Hot) Add(query, visitor string) {
	text := strings.Join(strings.Fields(query), " ")
	if !countable(text) || visitor == "" {
		return
	}
	now := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.queries == nil {
		h.seed, h.queries = maphash.MakeSeed(), map[uint64]*asked{}
	}
	key := maphash.String(h.seed, strings.ToLower(text))
	q := h.queries[key]
	if q == nil {
		if len(h.queries) >= maxQueries {
			h.forget(now)
		}
		q = &asked{who: map[uint64]struct{}{}, since: now}
		h.queries[key] = q
	}
	q.heat = q.at(now) + 1
	q.since = now
	if q.text == "" {
		q.who[maphash.String(h.seed, visitor)] = struct{}{}
		if len(q.who) >= Visitors {
			q.text, q.who = text, nil
		}
	}
}

// Top returns up to n queries, hottest first.
func (h *Hot) Top(n int) []string {
	now := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	var known []*asked
	for _, q := range h.queries {
		if q.text != "" {
			known = append(known, q)
		}
	}
	slices.SortFunc(known, func(a, b *asked) int {
		return cmp.Or(cmp.Compare(b.at(now), a.at(now)), cmp.Compare(a.text, b.text))
	})
	out := []string{}
	for _, q := range known[:min(n, len(known))] {
		out = append(out, q.text)
	}
	return out
}

// at is the heat at a time.
func (q *asked) at(now time.Time) float64 {
	age := float64(now.Sub(q.since)) / float64(HalfLife)
	heat := q.heat
	for ; age >= 1; age-- {
		if heat /= 2; heat < 0.01 {
			return 0
		}
	}
	return heat * (1 - age/2)
}

// forget drops the coldest tenth.
func (h *Hot) forget(now time.Time) {
	type entry struct {
		key  uint64
		heat float64
	}
	all := make([]entry, 0, len(h.queries))
	for k, q := range h.queries {
		all = append(all, entry{k, q.at(now)})
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.heat, b.heat) })
	for _, e := range all[:len(all)/10+1] {
		delete(h.queries, e.key)
	}
}

func countable(text string) bool {
	n := utf8.RuneCountInString(text)
	if n < 2 || n > maxLength {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsDigit(r) || r == '@' || unicode.IsControl(r) })
}

func (h *Hot) now() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}
