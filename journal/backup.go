package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// EachRevision calls fn with every kept revision of a bucket, oldest first.
func (j *Journal) EachRevision(ctx context.Context, b Bucket, fn func(Revision) error) error {
	seen := uint64(0)
	return patiently(ctx, func(heard func()) error {
		return j.each(ctx, b, from(seen+1), func(r Revision) error {
			seen = r.Revision
			heard()
			return fn(r)
		})
	})
}

// patiently does again what a cluster refuses that has just lost a member, for
// replayPatience without heard being called.
func patiently(ctx context.Context, do func(heard func()) error) error {
	last := time.Now()
	for {
		err := do(func() { last = time.Now() })
		if !errors.Is(err, ErrUnavailable) || time.Since(last) > replayPatience {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(replayPause):
		}
	}
}

// RestoreRevision saves a revision as it was, with its author, message and
// time. Its number is new.
func (j *Journal) RestoreRevision(ctx context.Context, b Bucket, r Revision) error {
	kv, err := j.bucket(b)
	if err != nil {
		return err
	}
	if r.Deleted {
		return j.Delete(ctx, b, r.Key)
	}
	data, err := seal(b, r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	if _, err := kv.Put(ctx, r.Key, data); err != nil {
		return fmt.Errorf("restoring %s/%s: %w", b, r.Key, mapErr(err))
	}
	return nil
}

// EachAudit calls fn with every line of the audit log, oldest first.
func (j *Journal) EachAudit(ctx context.Context, fn func(line []byte) error) error {
	next := uint64(1) // an empty stream begins at 0
	return patiently(ctx, func(heard func()) error {
		s, err := j.js.Stream(ctx, streamAudit)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the audit log: %w", mapErr(err))
		}
		state := s.CachedInfo().State
		for next = max(next, state.FirstSeq); next <= state.LastSeq; next++ {
			m, err := s.GetMsg(ctx, next)
			if err != nil {
				return fmt.Errorf("reading entry %d of the audit log: %w", next, mapErr(err))
			}
			heard()
			if err := fn(m.Data); err != nil {
				return err
			}
		}
		return nil
	})
}

// RestoreAudit appends a line of an audit log as it was.
func (j *Journal) RestoreAudit(ctx context.Context, line []byte) error {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	if _, err := j.js.Publish(ctx, subjectAudit, line); err != nil {
		return fmt.Errorf("restoring the audit log: %w", mapErr(err))
	}
	return nil
}

// ReplayDocuments calls fn with every batch after a sequence that the journal
// holds now, in order, and returns the sequence of the last one. A cluster that
// has just lost a member may give a reader to that one; the replay then goes on
// with another reader, for replayPatience without a batch.
func (j *Journal) ReplayDocuments(ctx context.Context, after uint64, fn func(Batch) error) (uint64, error) {
	last, err := j.LastDocument(ctx)
	if err != nil || last <= after {
		return last, err
	}
	err = patiently(ctx, func(heard func()) error {
		var own error // of fn, whatever it says
		err := j.readDocuments(ctx, after, true, func(b Batch) error {
			if own = fn(b); own != nil {
				return own
			}
			after = b.Seq
			heard()
			if b.Seq >= last {
				own = errReplayed
			}
			return own
		})
		switch {
		case own == errReplayed:
			return nil
		case own != nil:
			return notAgain{own}
		case err == nil && ctx.Err() == nil:
			return fmt.Errorf("%w: document batches %d to %d are missing", ErrDamaged, after+1, last)
		case err == nil:
			return ctx.Err()
		}
		return err
	})
	var own notAgain
	if errors.As(err, &own) {
		err = own.error
	}
	return last, err
}

// notAgain keeps an error from being taken for the cluster's.
type notAgain struct{ error }

const (
	// replayPatience is longer than NATS needs to notice that a member is
	// gone, when nothing told it so.
	replayPatience = 30 * time.Second
	replayPause    = 200 * time.Millisecond
)

// errReplayed ends a replay at the last batch.
var errReplayed = errors.New("replayed")
