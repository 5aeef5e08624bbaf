// Package journal is the log that everything an admin or an import made is
// kept in: documents in a stream of batches, grammars, columns and settings
// as revisions. All else (index, grammar snapshot) is a view of it that can be
// deleted and rebuilt. It is the only package that imports NATS.
//
// One node embeds a JetStream server in the process, without any network
// listener.
package journal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	// nats-server v2.15 (Apache-2.0): the embedded log. nats.go (Apache-2.0)
	// is its client; the connection is an in-process pipe.
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Limits of one message. JetStream keeps a message in memory while it is
// written and replicated.
const (
	// MaxValue is the largest value of a revision, and the largest document
	// batch, in bytes.
	MaxValue = 16 << 20
	// BatchTarget is the size at which callers should close a batch of
	// documents: large enough that one fsync is shared by many pages.
	BatchTarget = 512 << 10
	// HistoryLength is how many revisions of a key are kept (JetStream's
	// maximum for a key-value bucket).
	HistoryLength = 64
)

const (
	startTimeout   = 30 * time.Second
	requestTimeout = 10 * time.Second
	streamDocs     = "DOCS"
	subjectDocs    = "docs.batch"
)

// Options say where and how the journal is kept.
type Options struct {
	// Dir is the data directory; the journal lives in Dir/journal.
	Dir string
	// Unsynced leaves the fsync of every write to the operating system. Only
	// for trials: an acknowledged write may then be lost with the power.
	Unsynced bool
}

// Journal is an open log. Its methods may be used by many goroutines.
type Journal struct {
	dir    string
	unlock func()
	srv    *server.Server
	nc     *nats.Conn
	js     jetstream.JetStream
	docs   jetstream.Stream
	kv     map[Bucket]jetstream.KeyValue
	// auditing is held while an entry of the audit log is appended.
	auditing sync.Mutex
}

// ErrInUse reports that another process has the data directory open.
var ErrInUse = errors.New("the data directory is in use by another tingdong process")

// Open starts the embedded log in o.Dir, creating it if needed. The error is
// ErrInUse when another process has it.
func Open(ctx context.Context, o Options) (*Journal, error) {
	unlock, err := Lock(o.Dir)
	if err != nil {
		return nil, err
	}
	j := &Journal{dir: o.Dir, unlock: unlock, kv: map[Bucket]jetstream.KeyValue{}}
	if err := j.start(ctx, o); err != nil {
		j.Close()
		return nil, fmt.Errorf("journal in %s: %w", o.Dir, err)
	}
	return j, nil
}

func (j *Journal) start(ctx context.Context, o Options) error {
	srv, err := server.NewServer(&server.Options{
		ServerName: "tingdong",
		DontListen: true,
		NoSigs:     true,
		NoLog:      true,
		JetStream:  true,
		StoreDir:   filepath.Join(o.Dir, "journal"),
		MaxPayload: MaxValue + 64<<10,
		MaxPending: 4 * MaxValue,
		SyncAlways: !o.Unsynced,
	})
	if err != nil {
		return err
	}
	j.srv = srv
	srv.Start()
	if !srv.ReadyForConnections(startTimeout) {
		return fmt.Errorf("the embedded log did not start within %s; is the disk full or read-only?", startTimeout)
	}
	if j.nc, err = nats.Connect("", nats.InProcessServer(srv), nats.Name("tingdong")); err != nil {
		return err
	}
	if j.js, err = jetstream.New(j.nc); err != nil {
		return err
	}
	return j.createStreams(ctx)
}

func (j *Journal) createStreams(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var err error
	j.docs, err = j.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:        streamDocs,
		Subjects:    []string{subjectDocs},
		Description: "batches of document changes, in order",
		Storage:     jetstream.FileStorage,
		Compression: jetstream.S2Compression,
		MaxMsgSize:  MaxValue + 32<<10,
	})
	if err != nil {
		return fmt.Errorf("opening the document stream: %w", err)
	}
	if _, err = j.js.CreateOrUpdateStream(ctx, auditStream()); err != nil {
		return fmt.Errorf("opening the audit log: %w", err)
	}
	for _, b := range Buckets {
		j.kv[b], err = j.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket:       string(b),
			History:      HistoryLength,
			Storage:      jetstream.FileStorage,
			Compression:  true,
			MaxValueSize: MaxValue + 32<<10,
		})
		if err != nil {
			return fmt.Errorf("opening the bucket %s: %w", b, err)
		}
	}
	return nil
}

// Close stops the log. It waits until what was acknowledged is on the disk.
func (j *Journal) Close() error {
	if j.nc != nil {
		j.nc.Close()
	}
	if j.srv != nil {
		j.srv.Shutdown()
		j.srv.WaitForShutdown()
	}
	if j.unlock != nil {
		j.unlock()
		j.unlock = nil
	}
	return nil
}
