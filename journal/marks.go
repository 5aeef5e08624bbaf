package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// JetStream mends a file that was cut or garbled by forgetting what it cannot
// read. After a loss of power that is right: what was acknowledged was synced,
// only the last write may be torn. A file that lost more must not be mended in
// silence, so a log of this process alone notes how far its streams had come,
// when it is closed and after each start, and compares at the next one. A
// cluster's member gets what it lost from the others.

// mark is what a stream held when it was noted.
type mark struct {
	Last uint64 `json:"last"`
	Kept uint64 `json:"kept"` // how many entries
}

func (j *Journal) marksFile() string { return filepath.Join(j.dir, "journal", "marks.json") }

// marked are the streams that nothing leaves except by compaction or by newer
// revisions. Events expire.
func marked() []string {
	names := []string{streamDocs, streamAudit}
	for _, b := range Buckets {
		names = append(names, streamOf(b))
	}
	return names
}

// checkMarks compares the streams with what was noted. Without a note – of a
// journal of an earlier version – there is nothing to compare with.
func (j *Journal) checkMarks(ctx context.Context) error {
	data, err := os.ReadFile(j.marksFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var marks map[string]mark
	if err == nil {
		err = json.Unmarshal(data, &marks)
	}
	if err != nil {
		return fmt.Errorf("%w: %s cannot be read: %w (delete it if the rest is whole)", ErrDamaged, j.marksFile(), err)
	}
	for _, name := range marked() {
		m, ok := marks[name]
		if !ok {
			continue
		}
		reason, err := j.lost(ctx, name, m)
		if err != nil {
			return err
		}
		if reason != "" {
			return fmt.Errorf("%w: %s. Restore a backup (tingdong restore --force moves this journal aside), or, to go on with what can be read, delete %s",
				ErrDamaged, reason, j.marksFile())
		}
	}
	return nil
}

// lost says what a stream has lost of what was acknowledged, empty if nothing.
func (j *Journal) lost(ctx context.Context, name string, m mark) (string, error) {
	s, err := j.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Sprintf("the stream %s is gone, with %d entries", name, m.Kept), nil
	}
	if err != nil {
		return "", err
	}
	info, err := s.Info(ctx, jetstream.WithDeletedDetails(true))
	if err != nil {
		return "", err
	}
	state := info.State
	if state.LastSeq < m.Last {
		return fmt.Sprintf("the stream %s ends at %d, and %d was acknowledged: its file was cut or overwritten", name, state.LastSeq, m.Last), nil
	}
	if state.LastSeq == m.Last && state.Msgs != m.Kept {
		return fmt.Sprintf("the stream %s has %d entries, and %d were acknowledged", name, state.Msgs, m.Kept), nil
	}
	if name == streamDocs || name == streamAudit { // without gaps
		for _, seq := range state.Deleted {
			if 0 < seq && seq <= m.Last { // an empty stream reports 0
				return fmt.Sprintf("entry %d of the stream %s cannot be read", seq, name), nil
			}
		}
		return "", nil
	}
	return unreadable(ctx, s, state)
}

// unreadable reads a bucket's entries: they are few, and each is somebody's
// work.
func unreadable(ctx context.Context, s jetstream.Stream, state jetstream.StreamState) (string, error) {
	gone := map[uint64]bool{}
	for _, seq := range state.Deleted {
		gone[seq] = true
	}
	for seq := max(state.FirstSeq, 1); seq <= state.LastSeq; seq++ {
		if gone[seq] {
			continue
		}
		_, err := s.GetMsg(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return fmt.Sprintf("revision %d in the stream %s cannot be read", seq, s.CachedInfo().Config.Name), nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", nil
}

// noteMarks notes how far the streams have come.
func (j *Journal) noteMarks(ctx context.Context) error {
	marks := map[string]mark{}
	for _, name := range marked() {
		s, err := j.js.Stream(ctx, name)
		if err != nil {
			return err
		}
		info := s.CachedInfo()
		marks[name] = mark{info.State.LastSeq, info.State.Msgs}
	}
	data, err := json.Marshal(marks)
	if err != nil {
		return err
	}
	return writeSynced(j.marksFile(), data)
}

// writeSynced replaces a file, so that either the old or the new one is there.
func writeSynced(name string, data []byte) error {
	f, err := os.OpenFile(name+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// closeMarks notes the state at the end. A disk that is full leaves the note
// of the start, which is as true.
func (j *Journal) closeMarks() {
	if !j.alone || j.open.Load() == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = j.noteMarks(ctx)
}
