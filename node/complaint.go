package node

import (
	"errors"
	"log/slog"
	"time"

	"github.com/tingdong/tingdong/journal"
)

// awayEvery is how often a journal that stays away is logged.
const awayEvery = 30 * time.Second

// complaint logs what went wrong. That the journal is away would be logged at
// every try while a member is cut off: it is logged now and then.
type complaint struct {
	log  *slog.Logger
	next time.Time
}

func (c *complaint) about(msg string, err error) {
	if !errors.Is(err, journal.ErrUnavailable) {
		c.log.Error(msg, "error", err)
	} else if now := time.Now(); now.After(c.next) {
		c.next = now.Add(awayEvery)
		c.log.Warn(msg, "error", err)
	}
}
