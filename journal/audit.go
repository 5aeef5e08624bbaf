package journal

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
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	streamAudit  = "AUDIT"
	subjectAudit = "audit.entry"
)

// AuditEntry is one line of the audit log. Each holds the hash of the one
// before, so that a line that was changed, taken out or put in shows. Fields
// may be added at the end of those before Prev, with omitempty.
type AuditEntry struct {
	N        uint64    `json:"n"` // 1, 2, 3 …
	At       time.Time `json:"at"`
	Who      string    `json:"who"`
	Role     string    `json:"role"`
	Action   string    `json:"action"` // "PUT /v1/admin/grammars/:key"
	Key      string    `json:"key,omitempty"`
	Revision uint64    `json:"revision,omitempty"` // that the change became
	Request  string    `json:"request_id,omitempty"`
	Client   string    `json:"client,omitempty"` // address
	// Outcome is "begun" before the change is tried, then "ok" or the code of
	// the error. A change that begins and has no outcome was cut short.
	Outcome string `json:"outcome"`
	Prev    string `json:"prev"` // Hash of the entry before; zeros for the first
	Hash    string `json:"hash"` // SHA-256 of this line with an empty hash
}

var noHash = strings.Repeat("0", 64)

func (e AuditEntry) line() ([]byte, error) { return json.Marshal(e) }

func (e AuditEntry) digest() (string, error) {
	e.Hash = ""
	data, err := e.line()
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

// auditStream may only grow: not even the journal's own interface deletes.
func auditStream() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        streamAudit,
		Subjects:    []string{subjectAudit},
		Description: "who changed what, as a chain of hashes",
		Storage:     jetstream.FileStorage,
		MaxMsgSize:  64 << 10,
		DenyDelete:  true,
		DenyPurge:   true,
	}
}

// maxAuditTries is how often an entry is tried again because another node
// wrote one in between.
const maxAuditTries = 50

// Audit appends an entry and returns when it is durable. N, At, Prev and Hash
// are filled in here.
func (j *Journal) Audit(ctx context.Context, e AuditEntry) error {
	if err := j.room(0); err != nil {
		return fmt.Errorf("writing the audit log: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	j.auditing.Lock() // this node's own entries need not try against each other
	defer j.auditing.Unlock()
	for range maxAuditTries {
		last, err := j.lastAudit(ctx)
		if err != nil {
			return fmt.Errorf("reading the audit log: %w", err)
		}
		e.N, e.Prev, e.At = last.N+1, last.Hash, time.Now().UTC().Truncate(time.Millisecond)
		if e.Hash, err = e.digest(); err != nil {
			return err
		}
		data, err := e.line()
		if err != nil {
			return err
		}
		_, err = j.js.Publish(ctx, subjectAudit, data, jetstream.WithExpectLastSequence(last.N))
		if err = mapConflict(err); err == nil {
			return nil
		}
		if !errors.Is(err, ErrConflict) {
			return fmt.Errorf("writing the audit log: %w", err)
		}
	}
	return fmt.Errorf("%w: the audit log is too busy", ErrUnavailable)
}

func (j *Journal) lastAudit(ctx context.Context) (AuditEntry, error) {
	s, err := j.js.Stream(ctx, streamAudit)
	if err != nil {
		return AuditEntry{}, mapErr(err)
	}
	m, err := s.GetLastMsgForSubject(ctx, subjectAudit)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return AuditEntry{Hash: noHash}, nil
	}
	if err != nil {
		return AuditEntry{}, mapErr(err)
	}
	var e AuditEntry
	if err := json.Unmarshal(m.Data, &e); err != nil {
		return e, fmt.Errorf("entry %d is damaged: %w", m.Sequence, err)
	}
	return e, nil
}

// WriteAudit writes at most max entries after the number `after` as JSON
// lines, exactly as they are kept, and returns how many there were.
func (j *Journal) WriteAudit(ctx context.Context, w io.Writer, after uint64, max int) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	s, err := j.js.Stream(ctx, streamAudit)
	if err != nil {
		return 0, fmt.Errorf("reading the audit log: %w", mapErr(err))
	}
	info, err := s.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the audit log: %w", mapErr(err))
	}
	n := 0
	for seq := after + 1; seq <= info.State.LastSeq && n < max; seq++ {
		m, err := s.GetMsg(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue // VerifyAudit will find the gap
		}
		if err != nil {
			return n, fmt.Errorf("reading the audit log: %w", mapErr(err))
		}
		if _, err := w.Write(append(bytes.Clone(m.Data), '\n')); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// AuditBreak is the place where an audit log is not what was written.
type AuditBreak struct {
	Line   int
	Reason string
}

func (b *AuditBreak) Error() string { return fmt.Sprintf("line %d: %s", b.Line, b.Reason) }

// VerifyAudit reads JSON lines as WriteAudit writes them, from the first
// entry on, and returns the last entry. The error is an *AuditBreak where the
// chain is broken. That entries are missing at the end shows only by
// comparing with a hash that was noted before: an entry must have it when
// known is not empty.
func VerifyAudit(r io.Reader, known string) (AuditEntry, error) {
	last, found := AuditEntry{Hash: noHash}, known == ""
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 128<<10)
	n := 0
	for lines.Scan() {
		n++
		e, reason := nextAudit(last, lines.Bytes())
		if reason != "" {
			return last, &AuditBreak{n, reason}
		}
		last, found = e, found || e.Hash == known
	}
	if err := lines.Err(); err != nil {
		return last, &AuditBreak{n + 1, err.Error()}
	}
	if !found {
		return last, &AuditBreak{n, fmt.Sprintf("no entry has the hash %s: entries at the end are missing, or all were written anew", known)}
	}
	return last, nil
}

// nextAudit checks one line against the entry before it.
func nextAudit(last AuditEntry, line []byte) (e AuditEntry, reason string) {
	if err := json.Unmarshal(line, &e); err != nil {
		return e, "this is no entry: " + err.Error()
	}
	again, err := e.line()
	if err != nil || !bytes.Equal(again, line) { // other fields, spaces, doubled names
		return e, fmt.Sprintf("entry %d is not written as the service writes it", e.N)
	}
	digest, err := e.digest()
	switch {
	case err != nil:
		return e, err.Error()
	case digest != e.Hash:
		return e, fmt.Sprintf("entry %d was changed: its hash does not fit", e.N)
	case e.N != last.N+1:
		return e, fmt.Sprintf("entry %d follows entry %d: something was removed or inserted", e.N, last.N)
	case e.Prev != last.Hash:
		return e, fmt.Sprintf("entry %d does not continue entry %d: one of them was replaced", e.N, last.N)
	}
	return e, ""
}
