package node

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	stdhash "hash"
	"io"
	"time"

	// klauspost/compress (BSD-3, Apache-2.0): zstd, with its own checksums.
	"github.com/klauspost/compress/zstd"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

// A backup is one file, described in docs/reliability.md: zstd over JSON
// lines, a header first, an end line with counts and a SHA-256 last.

// backupSchema is the version of the format that this program writes. It reads
// all up to it.
const backupSchema = 1

// maxBackupLine is longer than any line: a value of the journal in base64.
const maxBackupLine = 32 << 20

// BackupCounts say what a backup holds.
type BackupCounts struct {
	Revisions int `json:"revisions"`
	Documents int `json:"documents"`
	Audit     int `json:"audit"`
}

type backupEnd struct {
	BackupCounts
	Lines  int    `json:"lines"`
	SHA256 string `json:"sha256"` // of all lines before, uncompressed
}

// backupLine is one line: the header (Schema, Created), a revision with its
// bucket and value, documents, an audit entry, or the end.
type backupLine struct {
	Schema    int               `json:"tingdong_backup,omitempty"`
	Created   *time.Time        `json:"created,omitempty"`
	Bucket    journal.Bucket    `json:"bucket,omitempty"`
	Revision  *journal.Revision `json:"revision,omitempty"`
	Value     []byte            `json:"value,omitempty"`
	Documents []search.Op       `json:"documents,omitempty"`
	Audit     string            `json:"audit,omitempty"`
	Failed    string            `json:"failed,omitempty"` // why the service could not go on
	End       *backupEnd        `json:"end,omitempty"`
}

// Backup writes all that admins made and imports brought to w: grammars,
// columns and settings (token hashes among them) with their history, the
// newest state of every document, the audit log. A service goes on meanwhile;
// what is saved after the start may be missing.
func Backup(ctx context.Context, j *journal.Journal, w io.Writer) (BackupCounts, error) {
	z, err := zstd.NewWriter(w)
	if err != nil {
		return BackupCounts{}, err
	}
	b := &backupWriter{w: bufio.NewWriterSize(z, 64<<10), sum: sha256.New()}
	if err = j.Steady(ctx); err == nil {
		err = b.all(ctx, j)
	}
	if err != nil {
		b.failed(err)
	}
	return b.end.BackupCounts, errors.Join(err, b.w.Flush(), z.Close())
}

type backupWriter struct {
	w   *bufio.Writer
	sum stdhash.Hash
	end backupEnd
}

func (b *backupWriter) all(ctx context.Context, j *journal.Journal) error {
	now := time.Now().UTC()
	if err := b.line(backupLine{Schema: backupSchema, Created: &now}); err != nil {
		return err
	}
	for _, bucket := range journal.Buckets {
		err := j.EachRevision(ctx, bucket, func(r journal.Revision) error {
			b.end.Revisions++
			return b.line(backupLine{Bucket: bucket, Revision: &r, Value: r.Value})
		})
		if err != nil {
			return err
		}
	}
	if err := b.documents(ctx, j); err != nil {
		return err
	}
	err := j.EachAudit(ctx, func(line []byte) error {
		b.end.Audit++
		return b.line(backupLine{Audit: string(line)})
	})
	if err != nil {
		return err
	}
	b.end.SHA256 = hex.EncodeToString(b.sum.Sum(nil))
	return b.line(backupLine{End: &b.end})
}

// documents writes the newest state of each. The journal is read twice, so
// that only the ids are held in memory.
func (b *backupWriter) documents(ctx context.Context, j *journal.Journal) error {
	release, err := j.HoldDocuments(ctx)
	if err != nil {
		return err
	}
	defer release()
	live, err := newestDocuments(ctx, j)
	if err != nil {
		return err
	}
	_, err = j.ReplayDocuments(ctx, 0, func(batch journal.Batch) error {
		ops, err := decodeBatch(batch)
		if err != nil {
			return err
		}
		ops = live.take(batch.Seq, ops)
		b.end.Documents += len(ops)
		if len(ops) == 0 {
			return nil
		}
		return b.line(backupLine{Documents: ops})
	})
	if errors.Is(err, journal.ErrCompacted) || err == nil && len(live) > 0 {
		err = fmt.Errorf("the journal changed under the backup; please try again")
	}
	return err
}

func (b *backupWriter) line(l backupLine) error {
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	data = append(data, '\n')
	b.sum.Write(data)
	b.end.Lines++
	_, err = b.w.Write(data)
	return err
}

// failed says in the file itself why it has no end.
func (b *backupWriter) failed(reason error) {
	data, err := json.Marshal(backupLine{Failed: reason.Error()})
	if err == nil {
		b.w.Write(append(data, '\n'))
	}
}
