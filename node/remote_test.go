package node

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/journal/journaltest"
)

func openRemote(t *testing.T, dir string, r *journal.Remote) *Node {
	t.Helper()
	n, err := Open(t.Context(), Options{Data: dir, Remote: r, Log: slog.New(slog.DiscardHandler), Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// TestRemoteJournal: two nodes share a NATS that somebody else runs, with
// credentials and over TLS, and live through its absence.
func TestRemoteJournal(t *testing.T) {
	needsTime(t)
	a := journaltest.NewAuthority(t)
	nats := journaltest.StartNATS(t, a)
	remote := &journal.Remote{URL: strings.Replace(nats.URL, "nats://", "tls://", 1), Creds: nats.Creds, CA: a.File("ca")}
	dir := t.TempDir()
	one, two := openRemote(t, t.TempDir(), remote), openRemote(t, dir, remote)
	fill(t, one, 5)
	until(t, "the other node holds it", func() bool { _, ok, err := two.Document("/4"); return ok && err == nil })
	secret, err := one.NewToken(t.Context(), "viewer", "somebody")
	if err != nil {
		t.Fatal(err)
	}
	knows(t, two, secret, "viewer")
	until(t, "its copy has the token", func() bool {
		r, err := two.kept.Load().get(journal.Settings, tokensKey)
		return err == nil && strings.Contains(string(r.Value), hash(secret))
	})
	if _, err := os.Stat(filepath.Join(dir, "journal")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a journal was made beside the remote one: %v", err)
	}
	nats.Stop()
	if err := put(t.Context(), one, "/nobody"); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a page without NATS: %v", err)
	}
	mustFind(t, two, "第1004号公报", "/4")
	knows(t, two, secret, "viewer")
	two.Close()
	two = openRemote(t, dir, remote) // from its local views
	mustFind(t, two, "第1004号公报", "/4")
	knows(t, two, secret, "viewer")
	nats.Start(t)
	until(t, "pages are taken again", func() bool { return put(t.Context(), one, "/back") == nil })
	until(t, "the other node follows again", func() bool { _, ok, err := two.Document("/back"); return ok && err == nil })
}

// TestRemoteJournalRefuses whom it does not know, and is not believed without
// a certificate that we trust.
func TestRemoteJournalRefuses(t *testing.T) {
	needsTime(t)
	a := journaltest.NewAuthority(t)
	nats := journaltest.StartNATS(t, a)
	for what, r := range map[string]*journal.Remote{
		"no credentials":               {URL: nats.URL, CA: a.File("ca")},
		"another operator's":           {URL: nats.URL, CA: a.File("ca"), Creds: nats.Stranger},
		"a certificate of another one": {URL: nats.URL, CA: journaltest.NewAuthority(t).File("ca"), Creds: nats.Creds},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		n, err := Open(ctx, Options{Data: t.TempDir(), Remote: r, Log: slog.New(slog.DiscardHandler)})
		cancel()
		if err == nil {
			n.Close()
			t.Errorf("%s: a node has opened the journal", what)
		}
	}
}
