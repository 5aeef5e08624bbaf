package journal

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Bucket names a family of keys with revisions.
type Bucket string

// The buckets. A key is a plain name such as "zh-CN" or "portal".
const (
	Grammars Bucket = "grammars"
	Columns  Bucket = "columns"
	Settings Bucket = "settings" // synonyms, pins, words, tokens
)

// Buckets lists them all.
var Buckets = []Bucket{Grammars, Columns, Settings}

// Revision is one saved state of a key.
type Revision struct {
	Key      string    `json:"key"`
	Revision uint64    `json:"revision"` // grows with every save of the bucket
	Author   string    `json:"author"`
	Message  string    `json:"message,omitempty"`
	At       time.Time `json:"at"`
	Value    []byte    `json:"-"`
	Deleted  bool      `json:"deleted,omitempty"`
}

// envelope is a revision as it is stored. Schema lets later versions read
// what earlier ones wrote.
type envelope struct {
	Schema  int       `json:"schema"`
	Author  string    `json:"author"`
	Message string    `json:"message,omitempty"`
	At      time.Time `json:"at"`
	Value   []byte    `json:"value"`
}

const schemaVersion = 1

// Errors that callers decide on.
var (
	// ErrNotFound reports a key without a value.
	ErrNotFound = errors.New("not found in the journal")
	// ErrConflict reports a compare-and-set against a revision that is no
	// longer the newest.
	ErrConflict = errors.New("somebody else saved in the meantime")
)

// Save is one change of a key.
type Save struct {
	Key     string
	Value   []byte
	Author  string
	Message string
	// Expect, when not nil, is the revision that must still be the newest;
	// 0 means that the key must not exist.
	Expect *uint64
}

// Put saves a revision and returns its number once it is durable.
func (j *Journal) Put(ctx context.Context, b Bucket, s Save) (uint64, error) {
	data, err := seal(b, Revision{Key: s.Key, Author: s.Author, Message: s.Message, At: time.Now().UTC(), Value: s.Value})
	if err != nil {
		return 0, err
	}
	if err := j.room(len(data)); err != nil {
		return 0, fmt.Errorf("saving %s/%s: %w", b, s.Key, err)
	}
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	kv, err := j.bucket(b)
	if err != nil {
		return 0, err
	}
	var rev uint64
	switch {
	case s.Expect == nil:
		rev, err = kv.Put(ctx, s.Key, data)
	case *s.Expect == 0:
		rev, err = kv.Create(ctx, s.Key, data)
	default:
		rev, err = kv.Update(ctx, s.Key, data, *s.Expect)
	}
	if err != nil {
		return 0, fmt.Errorf("saving %s/%s: %w", b, s.Key, mapConflict(err))
	}
	return rev, nil
}

func seal(b Bucket, r Revision) ([]byte, error) {
	data, err := json.Marshal(envelope{Schema: schemaVersion, Author: r.Author, Message: r.Message, At: r.At, Value: r.Value})
	if err == nil && len(data) > MaxValue {
		err = fmt.Errorf("%s/%s is larger than the journal's limit of %d MB", b, r.Key, MaxValue>>20)
	}
	return data, err
}

// Delete ends a key; its history stays readable.
func (j *Journal) Delete(ctx context.Context, b Bucket, key string) error {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	kv, err := j.bucket(b)
	if err != nil {
		return err
	}
	if err := kv.Delete(ctx, key); err != nil {
		return fmt.Errorf("deleting %s/%s: %w", b, key, mapConflict(err))
	}
	return nil
}

// Get returns the newest revision of a key, or ErrNotFound.
func (j *Journal) Get(ctx context.Context, b Bucket, key string) (Revision, error) {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	kv, err := j.bucket(b)
	if err != nil {
		return Revision{}, err
	}
	e, err := kv.Get(ctx, key)
	if err != nil {
		return Revision{}, fmt.Errorf("%s/%s: %w", b, key, mapConflict(err))
	}
	return openEntry(e)
}

// Current is Get, asked of the cluster's leader: Get may be answered by a member
// that does not know yet what another one has just acknowledged.
func (j *Journal) Current(ctx context.Context, b Bucket, key string) (Revision, error) {
	if j.alone {
		return j.Get(ctx, b, key)
	}
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	m, err := j.leaders(ctx, b, key)
	if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && m.Header.Get("KV-Operation") != "" {
		err = ErrNotFound
	}
	if err != nil {
		return Revision{}, fmt.Errorf("%s/%s: %w", b, key, mapErr(err))
	}
	return open(b, Revision{Key: key, Revision: m.Sequence, At: m.Time}, m.Data)
}

func (j *Journal) leaders(ctx context.Context, b Bucket, key string) (*jetstream.RawStreamMsg, error) {
	s, err := j.js.Stream(ctx, streamOf(b))
	if err != nil {
		return nil, err
	}
	// By this the client decides whom it asks.
	s.CachedInfo().Config.AllowDirect = false
	return s.GetLastMsgForSubject(ctx, "$KV."+string(b)+"."+key)
}

// List returns the newest revision of every key of a bucket, oldest first.
func (j *Journal) List(ctx context.Context, b Bucket) ([]Revision, error) {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	newest := map[string]Revision{} // a member that is behind gives several of a key
	err := j.each(ctx, b, jetstream.ConsumerConfig{
		DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy, FilterSubject: ">"}, func(r Revision) error {
		newest[r.Key] = r
		return nil
	})
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(newest, func(_ string, r Revision) bool { return r.Deleted })
	return slices.SortedFunc(maps.Values(newest), func(a, b Revision) int { return cmp.Compare(a.Revision, b.Revision) }), nil
}

// History returns the kept revisions of a key, oldest first.
func (j *Journal) History(ctx context.Context, b Bucket, key string) ([]Revision, error) {
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	kv, err := j.bucket(b)
	if err != nil {
		return nil, err
	}
	entries, err := kv.History(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("history of %s/%s: %w", b, key, mapConflict(err))
	}
	out := make([]Revision, 0, len(entries))
	for _, e := range entries {
		r, err := openEntry(e)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// Watch calls changed once it watches a bucket, and after every save, until ctx
// ends. What changed is to be read with List. The error is nil when ctx ended,
// and ErrUnavailable when the watch was lost with a member of the cluster.
func (j *Journal) Watch(ctx context.Context, b Bucket, changed func()) error {
	ask, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	stream, err := j.js.Stream(ask, streamOf(b))
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("watching the bucket %s: %w", b, mapErr(err)))
	}
	last := stream.CachedInfo().State.LastSeq
	changed()
	return j.follow(ctx, stream, "bucket "+string(b), last, func(message) error { changed(); return nil })
}

// each calls fn with what a bucket holds now, in the order of its revisions. The
// leader says how far that is; a member that is behind is waited for.
func (j *Journal) each(ctx context.Context, b Bucket, c jetstream.ConsumerConfig, fn func(Revision) error) error {
	if _, err := j.bucket(b); err != nil {
		return err
	}
	stream, err := j.js.Stream(ctx, streamOf(b))
	if err != nil {
		return fmt.Errorf("listing the bucket %s: %w", b, mapErr(err))
	}
	state := stream.CachedInfo().State
	if state.Msgs == 0 || c.OptStartSeq > state.LastSeq {
		return nil
	}
	var own error // of fn, whatever it says
	err = j.read(ctx, stream, "bucket "+string(b), c, true, func(m message) error {
		r, err := openMessage(b, m)
		if err == nil {
			err = fn(r)
		}
		if own = err; own == nil && (m.seq >= state.LastSeq || j.alone && m.left == 0) {
			own = errReplayed
		}
		return own
	})
	switch {
	case own == errReplayed:
		return nil
	case own != nil:
		return own
	case err == nil && ctx.Err() != nil:
		return fmt.Errorf("listing the bucket %s: %w", b, mapErr(ctx.Err()))
	}
	return err
}

func openMessage(b Bucket, m message) (Revision, error) {
	key := strings.TrimPrefix(m.Subject(), "$KV."+string(b)+".")
	r := Revision{Key: key, Revision: m.seq, At: m.at, Deleted: m.Headers().Get("KV-Operation") != ""}
	if r.Deleted {
		return r, nil
	}
	return open(b, r, m.Data())
}

func openEntry(e jetstream.KeyValueEntry) (Revision, error) {
	r := Revision{Key: e.Key(), Revision: e.Revision(), At: e.Created(), Deleted: e.Operation() != jetstream.KeyValuePut}
	if r.Deleted {
		return r, nil
	}
	return open(Bucket(e.Bucket()), r, e.Value())
}

// open puts what data holds into a revision.
func open(b Bucket, r Revision, data []byte) (Revision, error) {
	var env envelope
	if err := json.Unmarshal(data, &env); err != nil {
		return r, fmt.Errorf("revision %d of %s/%s is damaged: %w", r.Revision, b, r.Key, err)
	}
	if env.Schema > schemaVersion {
		return r, fmt.Errorf("revision %d of %s/%s was written by a newer version of tingdong (schema %d)", r.Revision, b, r.Key, env.Schema)
	}
	r.Author, r.Message, r.At, r.Value = env.Author, env.Message, env.At, env.Value
	return r, nil
}

// wrongLastSequence is JetStream's API error code for a failed
// compare-and-set.
const wrongLastSequence = 10071

func mapConflict(err error) error {
	var api *jetstream.APIError
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound), errors.Is(err, jetstream.ErrKeyDeleted):
		return ErrNotFound
	case errors.Is(err, jetstream.ErrKeyExists):
		return ErrConflict
	case errors.As(err, &api) && api.ErrorCode == wrongLastSequence:
		return ErrConflict
	}
	return mapErr(err)
}
