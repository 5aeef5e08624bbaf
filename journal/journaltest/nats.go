package journaltest

import (
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	// jwt and nkeys (Apache-2.0): NATS' accounts, for a server that demands
	// credentials.
	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// NATS is a server with JetStream that takes only users of its account, over
// TLS.
type NATS struct {
	URL   string
	Creds string // file with a user's credentials
	// Stranger has credentials of an account that the server does not know.
	Stranger string

	opts *server.Options
	srv  *server.Server
}

// StartNATS runs a server until the test ends.
func StartNATS(t *testing.T, a *Authority) *NATS {
	t.Helper()
	n := &NATS{}
	operator, known, system := n.accounts(t)
	cert, key := a.Issue(t, "nats")
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	n.opts = &server.Options{ServerName: "nats", Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: t.TempDir(), MaxPayload: 20 << 20, MaxPending: 64 << 20, TrustedOperators: []*jwt.OperatorClaims{operator}, AccountResolver: known,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, TLS: true, TLSTimeout: 5, SystemAccount: system}
	n.Start(t)
	t.Cleanup(n.Stop)
	return n
}

// Start runs the server, after Stop again with the same address and store.
func (n *NATS) Start(t *testing.T) {
	t.Helper()
	srv, err := server.NewServer(n.opts.Clone()) // it changes its options
	if err != nil {
		t.Fatal(err)
	}
	n.srv = srv
	n.srv.Start()
	if !n.srv.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	n.URL, n.opts.Port = n.srv.ClientURL(), n.srv.Addr().(*net.TCPAddr).Port
}

// Stop ends the server.
func (n *NATS) Stop() {
	n.srv.Shutdown()
	n.srv.WaitForShutdown()
}

// accounts makes an operator with a system account and one for the journal,
// and a user of it; and a user of an account of another operator.
func (n *NATS) accounts(t *testing.T) (*jwt.OperatorClaims, *server.MemAccResolver, string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pair := func(kp nkeys.KeyPair, err error) (nkeys.KeyPair, string) {
		t.Helper()
		must(err)
		pub, err := kp.PublicKey()
		must(err)
		return kp, pub
	}
	operatorKey, operatorPub := pair(nkeys.CreateOperator())
	known, dir := &server.MemAccResolver{}, t.TempDir()
	account := func(name string, storage bool) (nkeys.KeyPair, string) {
		kp, pub := pair(nkeys.CreateAccount())
		c := jwt.NewAccountClaims(pub)
		c.Name = name
		if storage {
			c.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
		}
		text, err := c.Encode(operatorKey)
		must(err)
		must(known.Store(pub, text))
		return kp, pub
	}
	creds := func(name string, account nkeys.KeyPair) string {
		kp, pub := pair(nkeys.CreateUser())
		text, err := jwt.NewUserClaims(pub).Encode(account)
		must(err)
		seed, err := kp.Seed()
		must(err)
		file, err := jwt.FormatUserConfig(text, seed)
		must(err)
		path := filepath.Join(dir, name+".creds")
		must(os.WriteFile(path, file, 0o600))
		return path
	}
	_, system := account("system", false)
	ours, _ := account("tingdong", true)
	n.Creds = creds("tingdong", ours)
	foreign, _ := pair(nkeys.CreateAccount())
	n.Stranger = creds("stranger", foreign)
	operator, err := jwt.DecodeOperatorClaims(func() string {
		text, err := jwt.NewOperatorClaims(operatorPub).Encode(operatorKey)
		must(err)
		return text
	}())
	must(err)
	return operator, known, system
}
