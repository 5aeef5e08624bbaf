// Package journal is the log that everything an admin or an import made is
// kept in: documents in a stream of batches, grammars, columns and settings
// as revisions. All else (index, grammar snapshot) is a view of it that can be
// deleted and rebuilt. It is the only package that imports NATS.
//
// One node embeds a JetStream server in the process, without any network
// listener; several are a cluster, with a listener for each other alone.
package journal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
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
	// Cluster, when not nil, makes the log a member of a cluster; Remote uses
	// one that is there. Both nil: a log of this process alone.
	Cluster *Cluster
	Remote  *Remote
}

// Journal is an open log. Its methods may be used by many goroutines.
type Journal struct {
	dir    string
	unlock func()
	srv    *server.Server
	nc     *nats.Conn
	js     jetstream.JetStream
	open   atomic.Pointer[streams] // nil until a cluster answers
	// replicas is how many members keep a copy, timeout bounds a request.
	replicas int
	timeout  time.Duration
	// alone: the log is this process's alone, and was found whole.
	alone bool
	// auditing is held while an entry of the audit log is appended.
	auditing sync.Mutex
	// compacting (a channel of one) is full while the stream of documents
	// must stay as it is.
	compacting chan struct{}
}

// ErrInUse reports that another process has the data directory open.
var ErrInUse = errors.New("the data directory is in use by another tingdong process")

// Open starts the embedded log in o.Dir, creating it if needed. The error is
// ErrInUse when another process has it. With a cluster it returns before the
// others were found: Wait tells when it can be used.
func Open(ctx context.Context, o Options) (*Journal, error) {
	unlock, err := Lock(o.Dir)
	if err != nil {
		return nil, err
	}
	j := &Journal{dir: o.Dir, unlock: unlock, replicas: 1, timeout: requestTimeout, compacting: make(chan struct{}, 1)}
	if err := j.start(ctx, o); err != nil {
		j.Close()
		return nil, fmt.Errorf("journal in %s: %w", o.Dir, err)
	}
	return j, nil
}

func (j *Journal) start(ctx context.Context, o Options) error {
	if err := j.connect(o); err != nil {
		return err
	}
	var err error
	if j.js, err = jetstream.New(j.nc, jetstream.WithDefaultTimeout(j.timeout)); err != nil {
		return err
	}
	if o.Cluster != nil || o.Remote != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := j.checkMarks(ctx); err != nil {
		return err
	}
	s, err := j.openStreams(ctx)
	if err != nil {
		return err
	}
	j.alone = true
	j.open.Store(s)
	if err := j.room(0); err != nil { // what was noted at the last end stays true
		return nil
	}
	return j.noteMarks(ctx)
}

// connect starts the embedded server, or finds the remote one.
func (j *Journal) connect(o Options) (err error) {
	if o.Remote != nil {
		j.timeout = clusterTimeout
		j.nc, err = o.Remote.connect()
		return err
	}
	opts := &server.Options{
		ServerName: "tingdong",
		DontListen: true,
		NoSigs:     true,
		NoLog:      true,
		JetStream:  true,
		StoreDir:   filepath.Join(o.Dir, "journal"),
		MaxPayload: MaxValue + 64<<10,
		MaxPending: 4 * MaxValue,
		SyncAlways: !o.Unsynced,
	}
	if o.Cluster == nil {
		err = checkAlone(o.Dir)
	} else {
		opts.StoreDir = filepath.Join(o.Dir, clusterDir)
		j.replicas, j.timeout = min(maxReplicas, o.Cluster.members()), clusterTimeout
		err = o.Cluster.serverOptions(opts)
		// The server opens its routes only after a listener for clients. That
		// one is for nobody: loopback, any port, a password nobody knows.
		opts.DontListen, opts.Host, opts.Port = false, "127.0.0.1", server.RANDOM_PORT
		opts.Username, opts.Password = "tingdong", rand.Text()
	}
	if err != nil {
		return err
	}
	if j.srv, err = server.NewServer(opts); err != nil {
		return err
	}
	j.srv.Start()
	if !j.srv.ReadyForConnections(startTimeout) {
		return fmt.Errorf("the embedded log did not start within %s; is the disk full or read-only, or the cluster's port in use?", startTimeout)
	}
	j.nc, err = nats.Connect("", nats.InProcessServer(j.srv), nats.Name("tingdong"), nats.UserInfo(opts.Username, opts.Password))
	return err
}

func (j *Journal) openStreams(ctx context.Context) (*streams, error) {
	if j.srv == nil && j.nc.ConnectedClusterName() != "" {
		j.replicas = maxReplicas
	}
	if err := j.upgrade(ctx); err != nil {
		return nil, err
	}
	docs, err := j.stream(ctx, jetstream.StreamConfig{
		Name:        streamDocs,
		Subjects:    []string{subjectsDocs},
		Description: "batches of document changes, in order",
		Metadata:    map[string]string{schemaKey: strconv.Itoa(Schema)},
		Storage:     jetstream.FileStorage,
		MaxMsgSize:  MaxValue + 32<<10,
		Replicas:    j.replicas,
	})
	if err != nil {
		return nil, fmt.Errorf("opening the document stream: %w", err)
	}
	audit := auditStream()
	audit.Replicas = j.replicas
	if _, err = j.stream(ctx, audit); err != nil {
		return nil, fmt.Errorf("opening the audit log: %w", err)
	}
	s := &streams{docs: docs, kv: map[Bucket]jetstream.KeyValue{}}
	for _, b := range Buckets {
		if s.kv[b], err = j.keyValue(ctx, b); err != nil {
			return nil, fmt.Errorf("opening the bucket %s: %w", b, err)
		}
	}
	return s, nil
}

// stream opens a stream with these settings. On a full disk, where settings
// cannot be written, one that is there is opened as it is.
func (j *Journal) stream(ctx context.Context, c jetstream.StreamConfig) (jetstream.Stream, error) {
	s, err := j.js.CreateOrUpdateStream(ctx, c)
	if err != nil && j.room(0) != nil {
		if s, err := j.js.Stream(ctx, c.Name); err == nil {
			return s, nil
		}
	}
	return s, err
}

// keyValue is stream for a bucket.
func (j *Journal) keyValue(ctx context.Context, b Bucket) (jetstream.KeyValue, error) {
	kv, err := j.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket:       string(b),
		History:      HistoryLength,
		Storage:      jetstream.FileStorage,
		MaxValueSize: MaxValue + 32<<10,
		Replicas:     j.replicas,
	})
	if err != nil && j.room(0) != nil {
		if kv, err := j.js.KeyValue(ctx, string(b)); err == nil {
			return kv, nil
		}
	}
	return kv, err
}

// Close stops the log. It waits until what was acknowledged is on the disk.
func (j *Journal) Close() error {
	j.closeMarks()
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
