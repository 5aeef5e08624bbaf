package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"
)

// The stream of documents is compacted by its reader, who knows what a batch
// says: what is still true of the oldest batches is written again at the end
// (KeepDocuments), then they are dropped (DropDocuments). A mark in the stream
// says up to where, so that a gap in the sequences is either explained or
// damage. One subject for each page would be compacted by JetStream itself,
// but costs an fsync a page, see docs/reliability.md.
const (
	subjectsDocs     = "docs.>"
	subjectKept      = "docs.kept"
	subjectCompacted = "docs.compacted" // the sequence up to which batches were dropped
)

// ErrCompacted reports that batches which a view has not seen are gone: what
// they deleted is not told again, so it must be built anew.
var ErrCompacted = errors.New("the journal was compacted beyond the place that is asked for")

// ErrDamaged reports that something which was acknowledged cannot be read.
var ErrDamaged = errors.New("the journal is damaged")

// KeepDocuments writes a batch that repeats older ones, unless the stream has
// grown beyond the sequence last; the error is then ErrConflict.
func (j *Journal) KeepDocuments(ctx context.Context, last uint64, batch []byte) (uint64, error) {
	return j.publish(ctx, subjectKept, batch, jetstream.WithExpectLastSequence(last))
}

// DropDocuments forgets the batches up to a sequence, which is not the last.
func (j *Journal) DropDocuments(ctx context.Context, upTo uint64) error {
	if _, err := j.publish(ctx, subjectCompacted, strconv.AppendUint(nil, upTo, 10)); err != nil {
		return err
	}
	docs, err := j.documents()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout) // many files
	defer cancel()
	if err := docs.Purge(ctx, jetstream.WithPurgeSequence(upTo+1)); err != nil {
		return fmt.Errorf("dropping documents from the journal: %w", mapErr(err))
	}
	return nil
}

// HoldDocuments keeps the stream from being compacted by this process until
// release is called: what reads it more than once needs that.
func (j *Journal) HoldDocuments(ctx context.Context) (release func(), err error) {
	select {
	case j.compacting <- struct{}{}:
		return func() { <-j.compacting }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for a backup or compaction to end: %w", ctx.Err())
	}
}

// missing says why the batches between the sequences at and next do not come.
// A view that is new may begin after what was compacted.
func (j *Journal) missing(ctx context.Context, at, next uint64, fresh bool) error {
	mark, err := j.compactedUpTo(ctx)
	switch {
	case err != nil:
		return err
	case mark+1 < next:
		return fmt.Errorf("%w: document batches %d to %d are missing", ErrDamaged, max(at, mark)+1, next-1)
	case fresh:
		return nil
	}
	return ErrCompacted
}

func (j *Journal) compactedUpTo(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	docs, err := j.documents()
	if err != nil {
		return 0, err
	}
	m, err := docs.GetLastMsgForSubject(ctx, subjectCompacted)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("asking how far the journal was compacted: %w", mapErr(err))
	}
	n, err := strconv.ParseUint(string(bytes.TrimSpace(m.Data)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: the mark of the last compaction is %q", ErrDamaged, m.Data)
	}
	return n, nil
}
