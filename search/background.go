package search

import (
	"errors"
	"fmt"

	"github.com/blevesearch/bleve/v2/index/scorch"

	"github.com/tingdong/tingdong/search/analysis"
)

// smallIndex is how many documents the lexicon is made of at once, before a
// search answers; above it is made in the background.
const smallIndex = 2000

// ensureLexicon makes the lexicon if there is none or the index has changed
// by a tenth since. Called with mu held for writing.
func (x *Index) ensureLexicon(live int) error {
	old := x.lexicon.Load()
	if old != nil && abs(live-old.docs)*10 <= old.docs || live == 0 {
		return nil
	}
	if live <= smallIndex {
		return x.makeLexicon()
	}
	if !x.learning.TryLock() {
		return nil
	}
	x.background.Add(1)
	go func() {
		defer x.background.Done()
		defer x.learning.Unlock()
		// Without it queries are answered uncorrected, and the next refresh
		// tries again: no reason to fail.
		_ = x.makeLexicon()
	}()
	return nil
}

func (x *Index) makeLexicon() error {
	adv, err := x.bleve.Advanced()
	if err != nil {
		return err
	}
	r, err := adv.Reader()
	if err != nil {
		return err
	}
	s, ok := r.(*scorch.IndexSnapshot)
	if !ok {
		return errors.Join(fmt.Errorf("%w: a %T is not a scorch index", ErrDamaged, r), r.Close())
	}
	l, err := newLexicon(s, x.words())
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	x.lexicon.Store(l)
	return nil
}

// known gives the lexicon, waiting for the first one while it is being made.
func (x *Index) known() *lexicon {
	if l := x.lexicon.Load(); l != nil {
		return l
	}
	x.learning.Lock()
	defer x.learning.Unlock()
	return x.lexicon.Load()
}

func (x *Index) words() *analysis.Words { return x.an.Load().Words() }

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
