package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/journal/journaltest"
	"github.com/tingdong/tingdong/search"
)

// trio is three members on loopback, in this process. They speak TLS, through
// cables that can be cut.
type trio struct {
	t      *testing.T
	dirs   [3]string
	addrs  [3]string
	cables [3][3]*cable // from, to
	// others are where a member is reached by those whom another one told of
	// it: they know its port, and the address that its connections come from.
	others [3]*cable
	certs  *journaltest.Authority
	nodes  [3]*Node
	secret string // a viewer's token
}

func newTrio(t *testing.T) *trio {
	c := &trio{t: t, certs: journaltest.NewAuthority(t)}
	for i := range c.dirs {
		port := freePort(t)
		c.dirs[i], c.addrs[i] = t.TempDir(), "127.0.1.1:"+port
		c.others[i] = newCable(t, "127.0.0.1:"+port, c.addrs[i])
		for from := range c.dirs {
			if from != i {
				c.cables[from][i] = newCable(t, "127.0.0.1:0", c.addrs[i])
			}
		}
		c.certs.Issue(t, fmt.Sprint("n", i))
	}
	t.Cleanup(func() { c.close(0, 1, 2) })
	return c
}

// given are the ports that freePort has given out.
var given sync.Map

// freePort is a port that nobody listens on, and that was not given before.
func freePort(t *testing.T) string {
	t.Helper()
	for {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ln.Close()
		_, port, err := net.SplitHostPort(ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, again := given.LoadOrStore(port, true); !again {
			return port
		}
	}
}

func (c *trio) member(i int) *journal.Cluster {
	m := &journal.Cluster{Name: "test", Node: fmt.Sprint("n", i), Listen: c.addrs[i], Peers: []string{c.addrs[i]}, Secret: "a secret",
		Cert: c.certs.File(fmt.Sprint("n", i)), Key: c.certs.File(fmt.Sprint("n", i, "-key")), CA: c.certs.File("ca")}
	for _, cable := range c.cables[i] {
		if cable != nil {
			m.Peers = append(m.Peers, cable.addr())
		}
	}
	return m
}

// setCables cuts or mends all between a member and the others.
func (c *trio) setCables(i int, cut bool) {
	for k := range c.cables {
		c.others[k].set(cut)
		if k != i {
			c.cables[i][k].set(cut)
			c.cables[k][i].set(cut)
		}
	}
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
				Cluster: c.member(i), Insights: &InsightsOptions{}})
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

// onRequest skips what takes as long as elections and timeouts take.
func onRequest(t *testing.T) {
	t.Helper()
	if os.Getenv("TINGDONG_CLUSTER") == "" {
		t.Skip("several nodes on one machine take a minute: make test-cluster")
	}
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
	onRequest(t)
	c := newTrio(t)
	c.open(0, 1, 2)
	t.Run("any member takes any change", func(t *testing.T) { testAnyMember(t, c) })
	t.Run("a lost member loses nothing", func(t *testing.T) { testLostMember(t, c) })
	t.Run("without quorum visitors are served and changes refused", func(t *testing.T) { testNoQuorum(t, c) })
	t.Run("a start without quorum serves from local views", func(t *testing.T) { testLonelyStart(t, c) })
	t.Run("a member that is cut off loses nothing and hides nothing", func(t *testing.T) { testCutOff(t, c) })
	t.Run("a member that was away for a compaction", func(t *testing.T) { testAwayForCompaction(t, c) })
	t.Run("a stranger's certificate is refused", func(t *testing.T) { testStranger(t, c) })
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

// acknowledged writes count pages, again while the cluster has no leader, and
// gives their ids.
func acknowledged(t *testing.T, n *Node, prefix string, count int) (ids []string) {
	t.Helper()
	for len(ids) < count {
		id := fmt.Sprintf("%s/%d", prefix, len(ids))
		err := put(t.Context(), n, id)
		if err == nil {
			ids = append(ids, id)
		} else if !errors.Is(err, journal.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	return ids
}

// testLostMember stops each member in turn – so the leaders, too – while
// pages are written through another, and lets it catch up.
func testLostMember(t *testing.T, c *trio) {
	var acked []string
	for lost := range c.nodes {
		writer := (lost + 1) % 3
		stopped := make(chan struct{})
		go func() { c.close(lost); close(stopped) }()
		acked = append(acked, acknowledged(t, c.nodes[writer], fmt.Sprint("/lost/", lost), 20)...)
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
	secret, err := c.nodes[0].NewToken(t.Context(), "viewer", "somebody")
	if err != nil {
		t.Fatal(err)
	}
	revoked, err := c.nodes[0].NewToken(t.Context(), "viewer", "nobody")
	if err != nil {
		t.Fatal(err)
	}
	knows(t, c.nodes[2], secret, "viewer") // of another member, at once
	knows(t, c.nodes[2], revoked, "viewer")
	id, err := c.nodes[2].WhoseToken(t.Context(), revoked)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.nodes[1].RevokeToken(t.Context(), id.ID, "somebody"); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	until(t, "the revoked token is refused everywhere", func() bool {
		role, err := c.nodes[2].TokenRole(t.Context(), revoked)
		return err == nil && role == ""
	})
	t.Logf("a revoked token was refused by another member after %v", time.Since(begin))
	until(t, "the copy holds the tokens", func() bool {
		r, err := c.nodes[2].kept.Load().get(journal.Settings, tokensKey)
		return err == nil && strings.Contains(string(r.Value), hash(secret)) && !strings.Contains(string(r.Value), hash(revoked))
	})
	c.close(0, 1)
	refused(t, c.nodes[2])
	if _, err = c.nodes[2].Save(t.Context(), journal.Settings, journal.Save{Key: PinsKey, Value: []byte("pinned: {公报: [a]}\n")}); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a setting without quorum: %v", err)
	}
	serves(t, c.nodes[2])
	reads(t, c.nodes[2], secret)
	c.secret = secret
}

// refused waits until the member refuses pages: a moment passes before it
// knows that it is alone.
func refused(t *testing.T, n *Node) {
	t.Helper()
	var err error
	for begin := time.Now(); time.Since(begin) < 30*time.Second && err == nil; {
		err = put(t.Context(), n, "/nobody")
	}
	if !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a page without quorum: %v", err)
	}
}

func knows(t *testing.T, n *Node, secret, want string) {
	t.Helper()
	if role, err := n.TokenRole(t.Context(), secret); err != nil || role != want {
		t.Errorf("the token has the role %q, %v; want %q", role, err, want)
	}
}

// reads checks that an administrator can read without a quorum.
func reads(t *testing.T, n *Node, secret string) {
	t.Helper()
	knows(t, n, secret, "viewer")
	if r, err := n.Latest(t.Context(), journal.Grammars, "zh-CN"); err != nil || r.Revision == 0 || !strings.Contains(string(r.Value), "带我去月球") {
		t.Errorf("a grammar without quorum: revision %d, %v", r.Revision, err)
	}
	if list, err := n.LatestOf(t.Context(), journal.Columns); err != nil || len(list) != 1 {
		t.Errorf("columns without quorum: %v, %v", list, err)
	}
	if list, err := n.ListTokens(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("tokens without quorum: %v, %v", list, err)
	}
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
	reads(t, c.nodes[2], c.secret)
	if err := put(t.Context(), c.nodes[2], "/nobody"); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a page without quorum: %v", err)
	}
	c.nodes[2].Insights().Record(searched("孤岛通知", "a"))
	c.open(0, 1)
	until(t, "pages are taken again", func() bool { return put(t.Context(), c.nodes[0], "/healed") == nil })
	for i, n := range c.nodes {
		until(t, fmt.Sprintf("member %d follows again", i), c.holds(i, "/healed"))
		if q := turns(t, n, 1).Queries; len(q) != 1 || q[0].Text != "孤岛通知" {
			t.Errorf("member %d has the queries %+v; what was asked without quorum is to be kept", i, q)
		}
	}
}

// testCutOff cuts the network of each member in turn, so of the leaders, too.
func testCutOff(t *testing.T, c *trio) {
	for lost := range c.nodes {
		writer := (lost + 1) % 3
		c.setCables(lost, true)
		acked := acknowledged(t, c.nodes[writer], fmt.Sprint("/cut/", lost), 10)
		refused(t, c.nodes[lost])
		serves(t, c.nodes[lost])
		if c.holds(lost, acked[0])() {
			t.Error("the member is not cut off")
		}
		c.setCables(lost, false)
		for _, id := range acked {
			for i := range c.nodes {
				until(t, fmt.Sprintf("member %d holds %s", i, id), c.holds(i, id))
			}
		}
		until(t, "it takes changes again", func() bool { return put(t.Context(), c.nodes[lost], fmt.Sprint("/mended/", lost)) == nil })
	}
}

// testAwayForCompaction: what was deleted and compacted while a member was
// away is not found there when it is back.
func testAwayForCompaction(t *testing.T, c *trio) {
	c.close(0)
	b := c.nodes[1].NewBatch()
	err := errors.Join(b.Add(t.Context(), search.Op{Delete: "/healed"}), b.Flush(t.Context()))
	for range 200 {
		err = errors.Join(err, b.Add(t.Context(), page("/often", "常改的公报")), b.Flush(t.Context()))
	}
	if err != nil {
		t.Fatal(err)
	}
	if done, err := (&compactor{j: c.nodes[1].Journal(), Compaction: eager}).run(t.Context()); err != nil || done.upTo == 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	c.open(0)
	if err := c.nodes[0].CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, n := range c.nodes {
		if err := n.Await(t.Context(), last(t, n)); err != nil {
			t.Fatal(err)
		}
		if c.holds(i, "/healed")() || !c.holds(i, "/often")() || !c.holds(i, "/cut/0/0")() {
			t.Errorf("member %d does not hold what the journal holds", i)
		}
	}
}

// testStranger: a member with a certificate of another authority gets nothing,
// though it knows the secret.
func testStranger(t *testing.T, c *trio) {
	other := journaltest.NewAuthority(t)
	m := c.member(0)
	m.Node, m.Listen = "stranger", "127.0.0.1:"+freePort(t)
	m.Peers = append(m.Peers, m.Listen)
	m.Cert, m.Key = other.Issue(t, "stranger")
	j, err := journal.Open(t.Context(), journal.Options{Dir: t.TempDir(), Cluster: m})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := j.Wait(ctx); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a stranger has joined: %v", err)
	}
}
