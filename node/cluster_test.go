package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

// trio is three members on loopback, in this process.
type trio struct {
	t     *testing.T
	dirs  [3]string
	addrs []string
	nodes [3]*Node
}

func newTrio(t *testing.T) *trio {
	c := &trio{t: t}
	for i := range c.dirs {
		c.dirs[i] = t.TempDir()
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		c.addrs = append(c.addrs, ln.Addr().String())
	}
	t.Cleanup(func() { c.close(0, 1, 2) })
	return c
}

// open starts members at once: the first start needs two of them.
func (c *trio) open(members ...int) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 90*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	errs := make([]error, 3)
	for _, i := range members {
		wg.Go(func() {
			c.nodes[i], errs[i] = Open(ctx, Options{Data: c.dirs[i], Log: slog.New(slog.DiscardHandler), Patience: time.Second,
				Cluster: &journal.Cluster{Name: "test", Node: fmt.Sprint("n", i), Listen: c.addrs[i], Peers: c.addrs, Secret: "a secret"}})
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		c.t.Fatal(err)
	}
}

func (c *trio) close(members ...int) {
	var wg sync.WaitGroup
	for _, i := range members {
		if n := c.nodes[i]; n != nil {
			c.nodes[i] = nil
			wg.Go(func() { n.Close() })
		}
	}
	wg.Wait()
}

// put imports one page through a member.
func put(ctx context.Context, n *Node, id string) error {
	b := n.NewBatch()
	if err := b.Add(ctx, search.Op{Upsert: &search.Document{ID: id, Title: "公报 " + id, Lang: "zh-CN"}}); err != nil {
		return err
	}
	return b.Flush(ctx)
}

func (c *trio) holds(i int, id string) func() bool {
	return func() bool { _, ok, err := c.nodes[i].Document(id); return err == nil && ok }
}

// TestCluster goes through the life of a cluster of three; the parts share
// its members because starting them is the slow part.
//
// Elections take as long as the machine lets them, so it is not in the normal
// run: make test-cluster.
func TestCluster(t *testing.T) {
	if os.Getenv("TINGDONG_CLUSTER") == "" {
		t.Skip("three members on one machine take a minute: make test-cluster")
	}
	c := newTrio(t)
	c.open(0, 1, 2)
	t.Run("any member takes any change", func(t *testing.T) { testAnyMember(t, c) })
	t.Run("a lost member loses nothing", func(t *testing.T) { testLostMember(t, c) })
	t.Run("without quorum visitors are served and changes refused", func(t *testing.T) { testNoQuorum(t, c) })
	t.Run("a start without quorum serves from local views", func(t *testing.T) { testLonelyStart(t, c) })
}

func testAnyMember(t *testing.T, c *trio) {
	for i, n := range c.nodes {
		if err := put(t.Context(), n, fmt.Sprint("/from/", i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range c.nodes {
		for from := range c.nodes {
			until(t, fmt.Sprintf("member %d holds the page of member %d", i, from), c.holds(i, fmt.Sprint("/from/", from)))
		}
	}
	r, err := c.nodes[2].Journal().Get(t.Context(), journal.Grammars, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	text := string(r.Value) + "\n  Moon:\n    data:\n      - sentences: [\"带我去月球\"]\n        route: jyj\n"
	if _, err := c.nodes[2].Save(t.Context(), journal.Grammars, journal.Save{Key: "zh-CN", Value: []byte(text), Expect: &r.Revision}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.nodes[0].Save(t.Context(), journal.Grammars, journal.Save{Key: "zh-CN", Value: []byte(text), Expect: &r.Revision}); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("a stale save at another member: %v", err)
	}
	for i, n := range c.nodes {
		until(t, fmt.Sprintf("member %d answers by the new grammar", i), func() bool { return decide(n, "带我去月球").Action == intent.Navigate })
	}
}

// testLostMember stops each member in turn – so the leaders, too – while
// pages are written through another, and lets it catch up.
func testLostMember(t *testing.T, c *trio) {
	var acked []string
	for lost := range c.nodes {
		writer := (lost + 1) % 3
		stopped := make(chan struct{})
		go func() { c.close(lost); close(stopped) }()
		for k := 0; k < 20; {
			id := fmt.Sprintf("/lost/%d/%d", lost, k)
			err := put(t.Context(), c.nodes[writer], id)
			if err == nil {
				acked = append(acked, id)
				k++
			} else if !errors.Is(err, journal.ErrUnavailable) {
				t.Fatal(err)
			}
		}
		<-stopped
		c.open(lost)
		if err := errors.Join(c.nodes[lost].CaughtUp(t.Context()), c.nodes[lost].Warmed(t.Context())); err != nil {
			t.Fatal(err)
		}
		if err := c.nodes[lost].NotReady(); err != nil {
			t.Fatal(err)
		}
		for _, id := range acked {
			if !c.holds(lost, id)() {
				t.Errorf("member %d says that it has caught up and does not hold %s", lost, id)
			}
		}
	}
}

func testNoQuorum(t *testing.T, c *trio) {
	c.close(0, 1)
	begin := time.Now()
	var err error
	for time.Since(begin) < 30*time.Second && err == nil { // a moment passes before the last one knows
		err = put(t.Context(), c.nodes[2], "/nobody")
	}
	if !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a page without quorum: %v", err)
	}
	if _, err = c.nodes[2].Save(t.Context(), journal.Settings, journal.Save{Key: PinsKey, Value: []byte("pinned: {公报: [a]}\n")}); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a setting without quorum: %v", err)
	}
	serves(t, c.nodes[2])
}

func serves(t *testing.T, n *Node) {
	t.Helper()
	if err := errors.Join(n.Served(t.Context()), n.Warmed(t.Context()), n.NotReady()); err != nil {
		t.Errorf("not ready for visitors: %v", err)
	}
	if r, err := n.Search(t.Context(), search.Query{Text: "公报"}); err != nil || r.Total < 63 {
		t.Errorf("search: %+v, %v", r, err)
	}
	if decide(n, "带我去月球").Action != intent.Navigate {
		t.Error("the saved grammar does not serve")
	}
}

func testLonelyStart(t *testing.T, c *trio) {
	c.close(2)
	c.open(2)
	serves(t, c.nodes[2])
	if err := put(t.Context(), c.nodes[2], "/nobody"); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a page without quorum: %v", err)
	}
	c.open(0, 1)
	until(t, "pages are taken again", func() bool { return put(t.Context(), c.nodes[0], "/healed") == nil })
	for i := range c.nodes {
		until(t, fmt.Sprintf("member %d follows again", i), c.holds(i, "/healed"))
	}
}
