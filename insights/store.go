package insights

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	// modernc.org/sqlite v1.62 (BSD-3-Clause): SQLite 3.54 in Go, without cgo,
	// so that only asr/vosk needs a C compiler. Grouping 200,000 rows takes it
	// about 0.1 s here.
	_ "modernc.org/sqlite"
)

// layout is the version of the tables. A view of another one is deleted and
// built anew from the journal.
const layout = 1

const schema = `
CREATE TABLE IF NOT EXISTS state (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), position INTEGER NOT NULL);
INSERT OR IGNORE INTO state VALUES (1, 0);
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER NOT NULL, n INTEGER NOT NULL,
  at INTEGER NOT NULL, -- seconds, whole minutes
  kind TEXT NOT NULL, way TEXT NOT NULL, action TEXT NOT NULL, intent TEXT NOT NULL,
  column_id TEXT NOT NULL, control TEXT NOT NULL, text TEXT NOT NULL COLLATE NOCASE, confidence REAL NOT NULL,
  hits INTEGER NOT NULL, lang TEXT NOT NULL, role TEXT NOT NULL, took_ms REAL NOT NULL,
  new_visitor INTEGER NOT NULL, outcome TEXT NOT NULL, page TEXT NOT NULL, rank INTEGER NOT NULL,
  PRIMARY KEY (at, seq, n)) WITHOUT ROWID; -- in the order in which it is asked for`

// Store is the view of the event stream. It may be used by many goroutines;
// Apply by one.
type Store struct {
	db *sql.DB
}

// Open opens the view in a directory. One that is damaged or of another
// layout is deleted first: the journal fills it again.
func Open(ctx context.Context, dir string) (*Store, error) {
	s, err := open(ctx, dir)
	if err == nil {
		return s, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	return open(ctx, dir)
}

func open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	// A view need not be safe from power cuts, only whole. What is deleted is
	// overwritten, so that it leaves the disk.
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(NORMAL)", "secure_delete(ON)", "busy_timeout(10000)"}, "_txlock": {"immediate"}}
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.Join(dir, "insights.db")}).EscapedPath(), RawQuery: pragmas.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	s := &Store{db: db}
	if err := s.prepare(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("insights in %s: %w", dir, err)
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	var version int
	var check string
	err := errors.Join(s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version), s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&check))
	switch {
	case err != nil:
		return err
	case check != "ok":
		return fmt.Errorf("the file is damaged: %s", check)
	case version != 0 && version != layout:
		return fmt.Errorf("the file has the layout %d, not %d", version, layout)
	}
	_, err = s.db.ExecContext(ctx, fmt.Sprintf("%s PRAGMA user_version = %d", schema, layout))
	return err
}

// Close closes the view.
func (s *Store) Close() error { return s.db.Close() }

// Position is the sequence of the last batch that was applied.
func (s *Store) Position(ctx context.Context) (seq uint64, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT position FROM state").Scan(&seq)
	return seq, err
}

const insert = `INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`

// Apply brings a batch into the view, with its sequence, in one transaction:
// after a kill the same batch may come again and changes nothing. The error
// is ErrUnreadable for a batch that was passed over.
func (s *Store) Apply(ctx context.Context, seq uint64, data []byte) error {
	b, bad := decode(data)
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var at uint64
	if err := tx.QueryRowContext(ctx, "SELECT position FROM state").Scan(&at); err != nil || seq <= at {
		return err
	}
	if b.Forget {
		if _, err := tx.ExecContext(ctx, "DELETE FROM events"); err != nil {
			return err
		}
	}
	for n, e := range b.Events {
		if _, err := tx.ExecContext(ctx, insert, seq, n, e.At.Unix(), e.Kind, e.Way, e.Action, e.Intent, e.Column, e.Control, e.Text,
			e.Confidence, e.Hits, e.Lang, e.Role, e.TookMS, e.NewVisitor, e.outcome(), e.Page, e.Rank); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE state SET position = ?", seq); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if b.Forget {
		err = s.truncate(ctx)
	}
	return errors.Join(bad, err)
}

// Expire deletes the events before a time and returns how many they were.
func (s *Store) Expire(ctx context.Context, before time.Time) (int64, error) {
	res, err := s.db.ExecContext(ctx, "DELETE FROM events WHERE at < ?", before.Unix())
	if err != nil {
		return 0, fmt.Errorf("deleting old events: %w", err)
	}
	n, _ := res.RowsAffected()
	return n, s.truncate(ctx) // also after nothing: a reader may have kept it from the last time
}

// Clear empties the view, for another journal or a rebuild.
func (s *Store) Clear(ctx context.Context) error {
	if _, err := s.db.ExecContext(ctx, "DELETE FROM events; UPDATE state SET position = 0"); err != nil {
		return err
	}
	return s.truncate(ctx)
}

// truncate empties the write-ahead log, which still holds what was deleted.
// Readers may keep a part of it until the next time.
func (s *Store) truncate(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}
