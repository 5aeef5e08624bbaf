package node

import (
	"context"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

// place is where a document's newest change stands in the journal.
type place struct {
	seq uint64
	at  int
}

// newest are the documents that are not deleted.
type newest map[string]place

func newestDocuments(ctx context.Context, j *journal.Journal) (newest, error) {
	live := newest{}
	_, err := j.ReplayDocuments(ctx, 0, live.add)
	return live, err
}

func (n newest) add(b journal.Batch) error {
	ops, err := decodeBatch(b)
	for i, op := range ops {
		if op.Upsert != nil {
			n[op.Upsert.ID] = place{b.Seq, i}
		} else {
			delete(n, op.Delete)
		}
	}
	return err
}

// take returns those of a batch's changes that are the newest, and forgets
// them.
func (n newest) take(seq uint64, ops []search.Op) (kept []search.Op) {
	for i, op := range ops {
		if op.Upsert != nil && n[op.Upsert.ID] == (place{seq, i}) {
			delete(n, op.Upsert.ID)
			kept = append(kept, op)
		}
	}
	return kept
}
