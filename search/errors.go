package search

import (
	"errors"
	"fmt"
)

var (
	// ErrDamaged means that the index on disk cannot be opened or read. It is
	// a view of the journal: delete the directory and replay.
	ErrDamaged = errors.New("the search index is damaged; delete it and rebuild it from the journal")
	// ErrOutdated means that the index was written by another version of the
	// analyzer or with another dictionary: rebuild it beside the old one and
	// swap (see Rebuild).
	ErrOutdated = errors.New("the search index was made by another analyzer; rebuild it from the journal")
	// ErrClosed is returned by every method after Close.
	ErrClosed = errors.New("the search index is closed")
)

// QueryError says which parameter of a Query is wrong. It is the caller's
// fault, not the index's.
type QueryError struct {
	Field  string // the parameter, as in the HTTP query string
	Reason string // what is wrong and what is allowed
}

func (e *QueryError) Error() string { return fmt.Sprintf("%s: %s", e.Field, e.Reason) }
