package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// writeCertificate makes a new certificate of its own for the loopback.
func writeCertificate(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// certificateOf is who a new connection is shown.
func certificateOf(t *testing.T, addr string) string {
	t.Helper()
	c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := writeCertificate(t, dir, "first")
	logged := &logs{}
	cert, err := LoadCertificate(certFile, keyFile, slog.New(slog.NewTextHandler(logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	cert.every = 0 // look at the files at each handshake
	d := open(t, func(o *Options) { o.Certificate, o.HSTS = cert, 24*time.Hour })
	insecure := &tls.Config{InsecureSkipVerify: true}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: insecure}}
	defer client.CloseIdleConnections()
	get := func(path string) (int, string, http.Header) {
		resp, err := client.Get("https://" + d.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body), resp.Header
	}
	if code, body, h := get("/v1/ask?q=教育局"); code != 200 || !strings.Contains(body, "jyj") || h.Get("Strict-Transport-Security") != "max-age=86400" {
		t.Errorf("%d %s %v", code, body, h)
	}
	if _, err := tls.Dial("tcp", d.addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	dialer := websocket.Dialer{TLSClientConfig: insecure}
	var sockets []*websocket.Conn
	for _, url := range []string{"wss://" + d.addr + "/v1/listen", "wss://" + d.vosk + "/"} {
		c, _, err := dialer.Dial(url, nil)
		if err != nil {
			t.Fatal(url, err)
		}
		defer c.Close()
		c.SetReadDeadline(time.Now().Add(30 * time.Second))
		sockets = append(sockets, c)
	}

	if name := certificateOf(t, d.addr); name != "first" {
		t.Errorf("shown: %s", name)
	}
	os.WriteFile(certFile, []byte("half a file"), 0o600)
	if name := certificateOf(t, d.addr); name != "first" || !strings.Contains(logged.String(), "the old one stays") {
		t.Errorf("with a broken file: %s, %s", name, logged)
	}
	writeCertificate(t, dir, "second")
	if name := certificateOf(t, d.addr); name != "second" {
		t.Errorf("after the change: %s", name)
	}
	// What was open before goes on.
	sockets[0].WriteMessage(websocket.TextMessage, []byte(`{"type":"stop"}`))
	if code, last := lastWord(sockets[0]); code != websocket.CloseNormalClosure {
		t.Errorf("the voice socket: %d %s", code, last)
	}
	sockets[1].WriteMessage(websocket.TextMessage, []byte(`{"eof":1}`))
	if code, last := lastWord(sockets[1]); code != websocket.CloseNormalClosure || !strings.Contains(last, "text") {
		t.Errorf("the vosk socket: %d %s", code, last)
	}
	if _, err := LoadCertificate(certFile, filepath.Join(dir, "none"), slog.Default()); err == nil {
		t.Error("a missing key is taken")
	}
	// A client that speaks no TLS is sent away and hurts nobody.
	if c, err := net.Dial("tcp", d.addr); err == nil {
		fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		if all, _ := io.ReadAll(c); strings.Contains(string(all), "200 OK") {
			t.Errorf("without TLS: %s", all)
		}
		c.Close()
	}
	if code, _, _ := get("/healthz"); code != 200 {
		t.Error(code)
	}
}
