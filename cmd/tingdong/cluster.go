package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/tingdong/tingdong/journal"
)

// clusterFlags say where the journal is kept when it is not this process's
// alone; docs/cluster.md describes them.
type clusterFlags struct {
	c          journal.Cluster
	r          journal.Remote
	secretFile string
}

func (f *clusterFlags) add(fl *pflag.FlagSet) {
	fl.StringVar(&f.c.Name, "cluster", "", "name of the cluster that this node is a member of")
	fl.StringSliceVar(&f.c.Peers, "peers", nil, "host:port of the cluster's members, with a comma between")
	fl.StringVar(&f.c.Listen, "cluster-listen", "", "host:port for the other members")
	fl.StringVar(&f.c.Node, "node-name", "", "this member's name; by default the machine's")
	fl.StringVar(&f.secretFile, "cluster-secret-file", "", "file with the secret that members know each other by")
	fl.StringVar(&f.c.Cert, "cluster-tls-cert", "", "certificate for TLS between members (PEM)")
	fl.StringVar(&f.c.Key, "cluster-tls-key", "", "its key")
	fl.StringVar(&f.c.CA, "cluster-tls-ca", "", "certificate authority of the members")
	fl.StringVar(&f.r.URL, "nats", "", "use the NATS servers at this URL instead of a journal of its own")
	fl.StringVar(&f.r.Creds, "nats-creds", "", "credentials file for --nats")
	fl.StringVar(&f.r.CA, "nats-tls-ca", "", "certificate authority of --nats (PEM)")
	fl.StringVar(&f.r.Cert, "nats-tls-cert", "", "client certificate for --nats")
	fl.StringVar(&f.r.Key, "nats-tls-key", "", "its key")
}

// options are nil for a node alone.
func (f *clusterFlags) options() (*journal.Cluster, *journal.Remote, error) {
	switch {
	case f.r.URL != "" && f.c.Name != "":
		return nil, nil, &usageError{errors.New("--nats and --cluster exclude each other")}
	case f.r.URL != "":
		return nil, &f.r, nil
	case f.c.Name == "":
		if len(f.c.Peers) > 0 || f.c.Listen != "" {
			return nil, nil, &usageError{errors.New("--peers and --cluster-listen need --cluster NAME")}
		}
		return nil, nil, nil
	}
	return f.member()
}

func (f *clusterFlags) member() (*journal.Cluster, *journal.Remote, error) {
	if f.c.Listen == "" {
		return nil, nil, &usageError{errors.New("--cluster needs --cluster-listen HOST:PORT")}
	}
	for _, p := range append([]string{f.c.Listen}, f.c.Peers...) {
		if _, _, err := net.SplitHostPort(p); err != nil {
			return nil, nil, &usageError{fmt.Errorf("%q must be host:port: %w", p, err)}
		}
	}
	if f.c.Node == "" {
		var err error
		if f.c.Node, err = os.Hostname(); err != nil {
			return nil, nil, fmt.Errorf("--node-name is needed: %w", err)
		}
	}
	if f.secretFile != "" {
		data, err := os.ReadFile(f.secretFile)
		if err != nil {
			return nil, nil, fmt.Errorf("--cluster-secret-file: %w", err)
		}
		if f.c.Secret = strings.TrimSpace(string(data)); f.c.Secret == "" {
			return nil, nil, fmt.Errorf("--cluster-secret-file: %s is empty", f.secretFile)
		}
	}
	return &f.c, nil, nil
}
