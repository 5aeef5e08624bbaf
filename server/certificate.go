package server

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is a TLS certificate in files of our own. When the files
// change, the next handshake takes the new ones; connections that are open
// keep the old.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex // guards the rest
	now     *tls.Certificate
	version string    // of the files that now was read from, or that failed
	looked  time.Time // when the files were looked at
	every   time.Duration
}

// LoadCertificate reads a certificate chain and its key, both PEM.
func LoadCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log, every: time.Second}
	c.version = c.files()
	var err error
	if c.now, err = c.read(); err != nil {
		return nil, fmt.Errorf("TLS certificate: %w", err)
	}
	return c, nil
}

func (c *Certificate) read() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return nil, err
	}
	if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
		return nil, err
	}
	if time.Now().After(pair.Leaf.NotAfter) {
		c.log.Warn("the TLS certificate's time is over", "file", c.certFile, "ended", pair.Leaf.NotAfter)
	}
	return &pair, nil
}

// files tells one state of the files from another without reading them.
func (c *Certificate) files() string {
	out := ""
	for _, name := range []string{c.certFile, c.keyFile} {
		st, err := os.Stat(name)
		if err != nil {
			return ""
		}
		out += fmt.Sprint(st.ModTime().UnixNano(), st.Size(), " ")
	}
	return out
}

// get is the certificate of a handshake. New files that do not fit together,
// such as one of two written, leave the old certificate in force.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < c.every {
		return c.now, nil
	}
	c.looked = time.Now()
	version := c.files()
	if version == c.version || version == "" {
		return c.now, nil
	}
	c.version = version
	pair, err := c.read()
	if err != nil {
		c.log.Error("the new TLS certificate cannot be used; the old one stays", "error", err)
		return c.now, nil
	}
	c.now = pair
	c.log.Info("new TLS certificate", "subject", pair.Leaf.Subject.String(), "until", pair.Leaf.NotAfter)
	return c.now, nil
}

// config is what our doors speak. HTTP/2 is not offered: fasthttp has none.
func (c *Certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"http/1.1"}}
}
