package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/tingdong/tingdong/journal"
)

// TestReadyTellsAllThatIsMissing, as one text for people and as a list.
func TestReadyTellsAllThatIsMissing(t *testing.T) {
	missing := []string{"the speech model is still loading", "the search index is catching up: 3 of 9 batches"}
	d := open(t, func(o *Options) {
		o.NotReady = func() error { return errors.Join(errors.New(missing[0]), errors.Join(errors.New(missing[1]))) }
	})
	a := d.do(t, "GET", "/readyz", "", nil)
	var p struct {
		Code, Detail string
		Errors       []string
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != 503 || p.Code != "unavailable" {
		t.Fatalf("%d %s, %v", a.status, a.body, err)
	}
	if p.Detail != missing[0]+"; "+missing[1] || !slices.Equal(p.Errors, missing) {
		t.Errorf("%s; want %q", a.body, missing)
	}
}

// TestAFullDiskIsNamed: an administrator is told what to do, not only that it
// does not work.
func TestAFullDiskIsNamed(t *testing.T) {
	s := &Server{}
	e := s.known(fmt.Errorf("saving: %w", journal.ErrFull))
	if other := s.known(journal.ErrUnavailable); e.Code != "unavailable" || e.Code != other.Code || e.Message == other.Message {
		t.Errorf("%+v, and without quorum %+v", e, other)
	}
}
