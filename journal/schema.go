package journal

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"
)

// Schema is the format of the journal that this program writes. It is kept
// with the stream of documents. A journal of an older one is upgraded when it
// is opened, one of a newer is refused.
//
//	1  as above, without a number
//	2  the stream of documents is compacted (compact.go)
//	3  batches of documents are packed (pack.go), JetStream's blocks are not
const Schema = 3

const schemaKey = "tingdong_schema"

// ErrNewer reports a journal that only a newer program understands.
var ErrNewer = errors.New("the journal was written by a newer version of tingdong")

// upgrades bring a journal from the format of their index to the next. Each
// may be cut short at any point and is then done again.
var upgrades = []func(context.Context, *Journal) error{
	1: func(ctx context.Context, j *Journal) error {
		return j.changeDocs(ctx, func(c *jetstream.StreamConfig) { c.Subjects = []string{subjectsDocs} })
	},
	2: func(context.Context, *Journal) error { return nil }, // older batches are read as they are
}

// schema is the format of the journal that is there, 0 if there is none.
func (j *Journal) schema(ctx context.Context) (int, error) {
	s, err := j.js.Stream(ctx, streamDocs)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("asking the journal for its format: %w", err)
	}
	text := s.CachedInfo().Config.Metadata[schemaKey]
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%w: its format is %q", ErrDamaged, text)
	}
	return n, nil
}

// upgrade makes the journal that is there one of this program's format.
func (j *Journal) upgrade(ctx context.Context) error {
	have, err := j.schema(ctx)
	if err != nil {
		return err
	}
	if have > Schema {
		return fmt.Errorf("%w (format %d, this one understands up to %d): start that version again, or restore a backup into an empty data directory",
			ErrNewer, have, Schema)
	}
	for v := have; v > 0 && v < Schema; v++ {
		if err := upgrades[v](ctx, j); err != nil {
			return fmt.Errorf("bringing the journal from format %d to %d: %w", v, v+1, err)
		}
		if err := j.changeDocs(ctx, func(c *jetstream.StreamConfig) { c.Metadata[schemaKey] = strconv.Itoa(v + 1) }); err != nil {
			return fmt.Errorf("noting the journal's format %d: %w", v+1, err)
		}
	}
	return nil
}

// changeDocs changes the settings of the stream of documents as it is.
func (j *Journal) changeDocs(ctx context.Context, change func(*jetstream.StreamConfig)) error {
	s, err := j.js.Stream(ctx, streamDocs)
	if err != nil {
		return err
	}
	c := s.CachedInfo().Config
	if c.Metadata == nil {
		c.Metadata = map[string]string{}
	}
	change(&c)
	_, err = j.js.UpdateStream(ctx, c)
	return err
}
