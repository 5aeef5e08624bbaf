package node

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/tingdong/tingdong/journal"
)

// Errors of a restore that people decide on.
var (
	// ErrBadBackup reports a file that is no whole backup.
	ErrBadBackup = errors.New("备份文件不完整或已损坏 / the backup is damaged or incomplete")
	// ErrNotEmpty reports a data directory that has a journal already.
	ErrNotEmpty = errors.New("数据目录不是空的 / the data directory is not empty")
)

// VerifyBackup reads a whole backup and checks it against its end line.
func VerifyBackup(r io.Reader) (BackupCounts, error) {
	return readBackup(r, func(backupLine) error { return nil })
}

// readBackup calls fn with every line between header and end.
func readBackup(r io.Reader, fn func(backupLine) error) (BackupCounts, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(64<<20), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return BackupCounts{}, err
	}
	defer z.Close()
	in, sum, got := bufio.NewReaderSize(z, 64<<10), sha256.New(), backupEnd{}
	for {
		data, err := readLine(in)
		if err != nil {
			return got.BackupCounts, fmt.Errorf("%w: after line %d: %w", ErrBadBackup, got.Lines, err)
		}
		var l backupLine
		if err := json.Unmarshal(data, &l); err != nil {
			return got.BackupCounts, fmt.Errorf("%w: line %d: %w", ErrBadBackup, got.Lines+1, err)
		}
		if l.End != nil {
			got.SHA256 = hex.EncodeToString(sum.Sum(nil))
			if *l.End != got {
				return got.BackupCounts, fmt.Errorf("%w: its end line does not fit what is before it", ErrBadBackup)
			}
			if _, err := in.ReadByte(); err != io.EOF {
				return got.BackupCounts, fmt.Errorf("%w: there is more after its end", ErrBadBackup)
			}
			return got.BackupCounts, nil
		}
		sum.Write(data)
		got.Lines++
		if err := got.count(l); err != nil {
			return got.BackupCounts, err
		}
		if err := fn(l); err != nil {
			return got.BackupCounts, err
		}
	}
}

// count checks a line's place and adds it up.
func (e *backupEnd) count(l backupLine) error {
	switch {
	case l.Failed != "":
		return fmt.Errorf("%w: the service could not finish it: %s", ErrBadBackup, l.Failed)
	case (e.Lines == 1) != (l.Schema > 0):
		return fmt.Errorf("%w: this is no backup of tingdong", ErrBadBackup)
	case l.Schema > backupSchema:
		return fmt.Errorf("the backup was made by a newer version of tingdong (format %d, this one reads up to %d); restore it with that version", l.Schema, backupSchema)
	case l.Revision != nil:
		e.Revisions++
	case l.Audit != "":
		e.Audit++
	}
	e.Documents += len(l.Documents)
	return nil
}

func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case err == io.EOF:
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > maxBackupLine:
			return nil, errors.New("a line is too long")
		}
	}
}

// replaced are the parts of a data directory that a backup stands for: the
// journal and its views.
var replaced = []string{"journal", "index", "insights", "views"}

// Restore makes the data directory dir from a backup. The file is checked to
// its end first, and the new journal is complete before it takes its place: an
// error leaves dir as it was. A journal that is there already is refused
// unless force is set; it is then kept beside, in a folder whose name begins
// with "replaced-". No service may run on dir.
func Restore(ctx context.Context, dir string, backup io.ReadSeeker, force bool) (BackupCounts, error) {
	counts, err := VerifyBackup(backup)
	if err != nil {
		return counts, err
	}
	if _, err := backup.Seek(0, io.SeekStart); err != nil {
		return counts, err
	}
	unlock, err := journal.Lock(dir)
	if err != nil {
		return counts, err
	}
	defer unlock()
	if full := present(dir); len(full) > 0 && !force {
		return counts, fmt.Errorf("%w: %s (--force 会把原有数据移到旁边 / --force moves what is there aside)", ErrNotEmpty, dir)
	}
	fresh := filepath.Join(dir, "restoring")
	if err := os.RemoveAll(fresh); err != nil {
		return counts, err
	}
	if err := fillJournal(ctx, fresh, backup); err != nil {
		return counts, errors.Join(err, os.RemoveAll(fresh))
	}
	return counts, replace(dir, fresh)
}

func present(dir string) (names []string) {
	for _, name := range replaced {
		if entries, err := os.ReadDir(filepath.Join(dir, name)); err == nil && len(entries) > 0 {
			names = append(names, name)
		}
	}
	return names
}

func fillJournal(ctx context.Context, dir string, backup io.Reader) (err error) {
	// Nothing is acknowledged before the end, so one sync at the end will do.
	j, err := journal.Open(ctx, journal.Options{Dir: dir, Unsynced: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close(), syncAll(dir)) }()
	_, err = readBackup(backup, func(l backupLine) error {
		switch {
		case l.Revision != nil:
			l.Revision.Value = l.Value
			return j.RestoreRevision(ctx, l.Bucket, *l.Revision)
		case l.Documents != nil:
			return restoreDocuments(ctx, j, l)
		case l.Audit != "":
			return j.RestoreAudit(ctx, bytes.TrimSpace([]byte(l.Audit)))
		}
		return nil
	})
	return err
}

func restoreDocuments(ctx context.Context, j *journal.Journal, l backupLine) error {
	data, err := json.Marshal(l.Documents)
	if err != nil {
		return err
	}
	_, err = j.AppendDocuments(ctx, data)
	return err
}

// replace puts the new journal where the old one was. The views are not
// copied: they are made again.
func replace(dir, fresh string) error {
	if old := present(dir); len(old) > 0 {
		aside := filepath.Join(dir, "replaced-"+time.Now().UTC().Format("20060102-150405"))
		if err := os.Mkdir(aside, 0o750); err != nil {
			return err
		}
		for _, name := range old {
			if err := os.Rename(filepath.Join(dir, name), filepath.Join(aside, name)); err != nil {
				return err
			}
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "journal")); err != nil { // an empty one
		return err
	}
	if err := os.Rename(filepath.Join(fresh, "journal"), filepath.Join(dir, "journal")); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(fresh), syncFile(dir))
}

// syncAll brings all files below dir to the disk.
func syncAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncFile(path)
	})
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
