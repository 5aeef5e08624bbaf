package insights

import (
	"hash/maphash"
	"strings"
	"time"
)

const (
	askersFor = 24 * time.Hour // a visitor is forgotten after one to two of these
	maxAskers = 50000          // in each of the two generations
)

// askers remembers, in memory only, which visitor asked what lately, as hashes
// under a key that is drawn anew with every start and never written down. So
// an event can say "somebody new asked this" without saying who. It is used by
// one goroutine.
type askers struct {
	seed     maphash.Seed
	now, old map[uint64]struct{}
	since    time.Time
}

// first reports whether the visitor had not asked this lately. One who cannot
// be told apart is nobody new.
func (a *askers) first(visitor, text string, at time.Time) bool {
	if visitor == "" {
		return false
	}
	if a.now == nil || at.Sub(a.since) > askersFor || len(a.now) >= maxAskers {
		if a.now == nil {
			a.seed = maphash.MakeSeed()
		}
		a.old, a.now, a.since = a.now, map[uint64]struct{}{}, at
	}
	key := maphash.String(a.seed, visitor+"\x00"+strings.ToLower(strings.TrimSpace(text)))
	_, known := a.now[key]
	if _, before := a.old[key]; before {
		known = true
	}
	a.now[key] = struct{}{}
	return !known
}
