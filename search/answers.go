package search

import (
	"fmt"
	"slices"
	"time"
)

// Answers to what many visitors ask are kept for as long as nothing changes:
// they live in the snapshot of the index, and their key has what else an
// answer depends on. Nothing of them is written anywhere.

// answerBytes bounds the memory for answers.
const answerBytes = 8 << 20

// answerKey is a query with what is not in the index.
type answerKey struct {
	query   string
	tables  *tables
	lexicon *lexicon
}

// longestKept is how long a text may be, in bytes, whose answer is kept: longer
// ones are not asked twice.
const longestKept = 300

func (x *Index) answerKey(q *Query, t *tables) (k answerKey, worth bool) {
	if x.opts.NoAnswers || len(q.Text) > longestKept || len(q.Alternatives) > 0 {
		return k, false
	}
	return answerKey{query: fmt.Sprintf("%#v", *q), tables: t, lexicon: x.lexicon.Load()}, true
}

// kept gives the answer that was given before, if the index is as it was.
func (x *Index) kept(k answerKey, start time.Time) (*Result, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.bleve == nil || x.snap == nil || x.stale.Load() {
		return nil, false
	}
	r, ok := x.snap.answers.get(k)
	if !ok {
		return nil, false
	}
	again := *r
	again.Hits = slices.Clone(r.Hits)
	again.TookUS = time.Since(start).Microseconds()
	return &again, true
}

func (s *snapshot) keep(k answerKey, r *Result) {
	size := 500 + len(k.query)
	for _, h := range r.Hits {
		size += 200 + len(h.ID) + len(h.Title) + len(h.TitleHTML) + len(h.Snippet) + len(h.URL)
	}
	for _, f := range r.Facets {
		size += 40 * len(f)
	}
	kept := *r
	kept.Hits = slices.Clone(r.Hits)
	s.answers.put(k, &kept, size)
}
