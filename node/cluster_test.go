package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/journal/journaltest"
	"github.com/tingdong/tingdong/search"
)

// trio is three members in this process. They speak TLS.
type trio struct {
	t      *testing.T
	dirs   [3]string
	net    *journaltest.Network
	certs  *journaltest.Authority
	nodes  [3]*Node
	secret string // a viewer's token
}

func newTrio(t *testing.T) *trio {
	c := &trio{t: t, net: journaltest.NewNetwork(t), certs: journaltest.NewAuthority(t)}
	for i := range c.dirs {
		c.dirs[i] = t.TempDir()
		c.certs.Issue(t, fmt.Sprint("n", i))
	}
	t.Cleanup(func() { c.close(0, 1, 2) })
	return c
}

func (c *trio) member(i int) *journal.Cluster {
	return &journal.Cluster{Name: "test", Node: fmt.Sprint("n", i), Listen: c.net.Addrs[i], Peers: c.net.Peers(i), Secret: "a secret",
		Cert: c.certs.File(fmt.Sprint("n", i)), Key: c.certs.File(fmt.Sprint("n", i, "-key")), CA: c.certs.File("ca")}
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

// needsTime skips what elections and timeouts make long under the race
// detector.
func needsTime(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("elections and timeouts take minutes under the race detector: make test-cluster")
	}
}

// write makes one change through a member.
func write(ctx context.Context, n *Node, op search.Op) error {
	b := n.NewBatch()
	return errors.Join(b.Add(ctx, op), b.Flush(ctx))
}

// put imports one page through a member.
func put(ctx context.Context, n *Node, id string) error {
	return write(ctx, n, search.Op{Upsert: &search.Document{ID: id, Title: "公报 " + id, Lang: "zh-CN"}})
}

func (c *trio) holds(i int, id string) func() bool {
	return func() bool { _, ok, err := c.nodes[i].Document(id); return err == nil && ok }
}

// TestCluster goes through the life of a cluster of three; the parts share
// its members because starting them is the slow part.
//
// It waits more than it computes. The race detector has it by make
// test-cluster.
func TestCluster(t *testing.T) {
	needsTime(t)
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
	var pages, grammars []time.Duration
	for round := range 10 {
		for from, n := range c.nodes {
			id := fmt.Sprintf("/from/%d/%d", from, round)
			if err := put(t.Context(), n, id); err != nil {
				t.Fatal(err)
			}
			pages = append(pages, everywhere(t, id, func(i int) bool { return c.holds(i, id)() }))
		}
	}
	r, err := c.nodes[2].Journal().Get(t.Context(), journal.Grammars, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	stale, newest, text := r.Revision, r.Revision, string(r.Value)
	for round := range 5 {
		said := "带我去" + string([]rune("月球火星金星木星土星")[2*round:2*round+2])
		text += fmt.Sprintf("\n  Away%d:\n    data:\n      - sentences: [%q]\n        route: jyj\n", round, said)
		newest, err = c.nodes[round%3].Save(t.Context(), journal.Grammars, journal.Save{Key: "zh-CN", Value: []byte(text), Expect: &newest})
		if err != nil {
			t.Fatal(err)
		}
		grammars = append(grammars, everywhere(t, said, func(i int) bool { return decide(c.nodes[i], said).Action == intent.Navigate }))
	}
	for what, took := range map[string][]time.Duration{"pages": pages, "grammars": grammars} {
		slices.Sort(took)
		t.Logf("%s acknowledged by one member were used by all after %v (median of %d), %v at most", what, took[len(took)/2], len(took), took[len(took)-1])
	}
	for round := range 6 {
		value := []byte(strings.Repeat("长", round*700_000)) // up to 10.5 MB, as they are kept 14
		if _, err := c.nodes[round%3].Journal().Put(t.Context(), journal.Settings, journal.Save{Key: "long", Value: value}); err != nil {
			t.Fatal(err)
		}
		if r, err := c.nodes[(round+1)%3].Latest(t.Context(), journal.Settings, "long"); err != nil || len(r.Value) != len(value) {
			t.Errorf("another member reads %d of %d bytes at once, %v", len(r.Value), len(value), err)
		}
	}
	if _, err := c.nodes[0].Save(t.Context(), journal.Grammars, journal.Save{Key: "zh-CN", Value: []byte(text), Expect: &stale}); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("a stale save at another member: %v", err)
	}
}

// everywhere is how long it takes until all members have something.
func everywhere(t *testing.T, what string, has func(member int) bool) time.Duration {
	t.Helper()
	begin := time.Now()
	for i := range 3 {
		until(t, fmt.Sprintf("member %d has %s", i, what), func() bool { return has(i) })
	}
	return time.Since(begin)
}

// persist does what the cluster may refuse while it has no leader, again until
// it is taken.
func persist(t *testing.T, do func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		err := do(ctx)
		if err == nil {
			return
		}
		if !errors.Is(err, journal.ErrUnavailable) || ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

// acknowledged writes count pages and gives their ids.
func acknowledged(t *testing.T, n *Node, prefix string, count int) (ids []string) {
	t.Helper()
	for i := range count {
		ids = append(ids, fmt.Sprintf("%s/%d", prefix, i))
		persist(t, func(ctx context.Context) error { return put(ctx, n, ids[i]) })
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
	until(t, "all copies are in step", func() bool {
		return documents(t, c.nodes[2]) == "takes writes: true, 3 current, 0 behind, 0 away; index 0 behind"
	})
	c.close(0)
	until(t, "a copy is away", func() bool {
		return documents(t, c.nodes[2]) == "takes writes: true, 2 current, 0 behind, 1 away; index 0 behind"
	})
	c.close(1)
	refused(t, c.nodes[2])
	until(t, "the metrics say so", func() bool { return strings.HasPrefix(documents(t, c.nodes[2]), "takes writes: false") })
	if _, err = c.nodes[2].Save(t.Context(), journal.Settings, journal.Save{Key: PinsKey, Value: []byte("pinned: {公报: [a]}\n")}); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a setting without quorum: %v", err)
	}
	serves(t, c.nodes[2])
	reads(t, c.nodes[2], secret)
	c.secret = secret
}

// documents is what the metrics say of the stream of documents.
func documents(t *testing.T, n *Node) string {
	t.Helper()
	streams, index := n.JournalState(t.Context())
	for _, s := range streams {
		if s.Name == "documents" {
			return fmt.Sprintf("takes writes: %v, %d current, %d behind, %d away; index %d behind", s.Takes, s.Current, s.Behind, s.Away, index)
		}
	}
	return ""
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
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := errors.Join(n.Served(ctx), n.Warmed(ctx), n.NotReady()); err != nil {
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
		serves(t, n) // it has caught up, which it could not alone
		if q := turns(t, n, 1).Queries; len(q) != 1 || q[0].Text != "孤岛通知" {
			t.Errorf("member %d has the queries %+v; what was asked without quorum is to be kept", i, q)
		}
	}
}

// testCutOff cuts the network of each member in turn, so of the leaders, too.
func testCutOff(t *testing.T, c *trio) {
	for lost := range c.nodes {
		writer := (lost + 1) % 3
		c.net.Cut(lost, true)
		acked := acknowledged(t, c.nodes[writer], fmt.Sprint("/cut/", lost), 10)
		refused(t, c.nodes[lost])
		serves(t, c.nodes[lost])
		if c.holds(lost, acked[0])() {
			t.Error("the member is not cut off")
		}
		c.net.Cut(lost, false)
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
	persist(t, func(ctx context.Context) error { return write(ctx, c.nodes[1], search.Op{Delete: "/healed"}) })
	for range 200 {
		persist(t, func(ctx context.Context) error { return write(ctx, c.nodes[1], page("/often", "常改的公报")) })
	}
	persist(t, func(ctx context.Context) error { // in service it is tried again an hour later
		done, err := (&compactor{j: c.nodes[1].Journal(), Compaction: eager}).run(ctx)
		if err == nil && done.upTo == 0 {
			t.Errorf("nothing was compacted: %+v", done)
		}
		return err
	})
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
	m.Node, m.Listen = "stranger", "127.0.0.1:"+journaltest.FreePort(t)
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
