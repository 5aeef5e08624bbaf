package journal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Cluster makes the embedded log a member of a cluster. The members are equal;
// what is acknowledged is on the disks of most of those that keep a copy.
type Cluster struct {
	Name   string
	Node   string   // this member's name; not to be changed, and no other's
	Listen string   // host:port for the other members
	Peers  []string // host:port of all members; the own one may be among them
	// Secret, when not empty, is what members know each other by.
	Secret string
	// Cert, Key and CA are PEM files for mutual TLS between members; empty:
	// the network between them is trusted.
	Cert, Key, CA string
}

// Remote is a NATS server with JetStream that is run by somebody else.
type Remote struct {
	URL           string
	Creds         string // credentials file
	Cert, Key, CA string // PEM files
}

// maxReplicas is how many members keep a copy: one may be lost without
// anything else changing.
const maxReplicas = 3

// clusterTimeout bounds one request to a cluster, so that an admin is told
// quickly when it has no quorum.
const clusterTimeout = 4 * time.Second

// members are the nodes that the cluster begins with.
func (c *Cluster) members() int {
	n := len(c.Peers)
	for _, p := range c.Peers {
		if p == c.Listen {
			return n
		}
	}
	return n + 1
}

// serverOptions puts the cluster's part into the embedded server's options.
func (c *Cluster) serverOptions(o *server.Options) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--cluster-listen %q must be host:port: %w", c.Listen, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return fmt.Errorf("--cluster-listen %q: the port must be a number", c.Listen)
	}
	if c.Node == "" {
		return errors.New("--node-name must name this node within the cluster")
	}
	o.ServerName = c.Node
	o.Cluster = server.ClusterOpts{Name: c.Name, Host: host, Port: n, NoAdvertise: true, PoolSize: -1}
	if c.Secret != "" {
		o.Cluster.Username, o.Cluster.Password = "tingdong", c.Secret
	}
	if c.Cert != "" {
		if o.Cluster.TLSConfig, err = mutualTLS(c.Cert, c.Key, c.CA); err != nil {
			return fmt.Errorf("cluster TLS: %w", err)
		}
		o.Cluster.TLSTimeout = 5
	}
	for _, p := range c.Peers {
		if p == c.Listen {
			continue
		}
		u := &url.URL{Scheme: "nats", Host: p}
		if c.Secret != "" {
			u.User = url.UserPassword("tingdong", c.Secret)
		}
		o.Routes = append(o.Routes, u)
	}
	return nil
}

func mutualTLS(cert, key, ca string) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("the certificate authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool, ClientCAs: pool,
		ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12}, nil
}

func (r *Remote) connect() (*nats.Conn, error) {
	opts := []nats.Option{nats.Name("tingdong"), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true)}
	if r.Creds != "" {
		opts = append(opts, nats.UserCredentials(r.Creds))
	}
	if r.CA != "" {
		opts = append(opts, nats.RootCAs(r.CA))
	}
	if r.Cert != "" {
		opts = append(opts, nats.ClientCert(r.Cert, r.Key))
	}
	nc, err := nats.Connect(r.URL, opts...)
	if err != nil {
		return nil, fmt.Errorf("--nats %s: %w", r.URL, err)
	}
	return nc, nil
}

// clusterDir is where a member keeps its part of the log: not where a single
// node does, since a member drops what its cluster does not know of.
const clusterDir = "cluster"

// checkAlone refuses to open the directory of a cluster's member as a single
// node's: that would begin another journal beside it.
func checkAlone(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, clusterDir)); err == nil {
		return fmt.Errorf("%s belongs to a node of a cluster; start the service with its --cluster flags, and use this command while it runs", dir)
	}
	return nil
}

// Wait returns when the log can be used. A cluster's member waits for most of
// the others; the error is ErrUnavailable when ctx ended before.
func (j *Journal) Wait(ctx context.Context) error {
	for {
		if j.open.Load() != nil {
			return nil
		}
		try, cancel := context.WithTimeout(ctx, clusterTimeout)
		s, err := j.openStreams(try)
		cancel()
		if err == nil {
			j.open.Store(s)
			return nil
		}
		if errors.Is(err, ErrNewer) || errors.Is(err, ErrDamaged) {
			return err // waiting would not help
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: the cluster does not answer: %w", ErrUnavailable, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// streams are the log's parts once it is open.
type streams struct {
	docs jetstream.Stream
	kv   map[Bucket]jetstream.KeyValue
}

var errWaiting = fmt.Errorf("%w: the cluster has no quorum yet", ErrUnavailable)

func (j *Journal) documents() (jetstream.Stream, error) {
	if s := j.open.Load(); s != nil {
		return s.docs, nil
	}
	return nil, errWaiting
}

func (j *Journal) bucket(b Bucket) (jetstream.KeyValue, error) {
	s := j.open.Load()
	if s == nil {
		return nil, errWaiting
	}
	if s.kv[b] == nil {
		return nil, fmt.Errorf("there is no bucket %q in this version of tingdong", b)
	}
	return s.kv[b], nil
}
