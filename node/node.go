// Package node is one running Tingdong without its doors: the journal, and
// the views that follow it – the grammar snapshot (session.Brain) and the
// search index. Views may be deleted at any time; they are rebuilt from the
// journal.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/models"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/session"
)

// Options say what a node is made of.
type Options struct {
	// Data is the directory that holds all state.
	Data string
	// Cluster, when not nil, makes the node a member of a cluster; Remote uses
	// a NATS that is there. Both nil: a node alone.
	Cluster *journal.Cluster
	Remote  *journal.Remote
	// Patience is how long a member with views of its own waits for its
	// cluster before it serves from them; 0: 10 s.
	Patience time.Duration
	// Office leaves out all views: for commands that only look after tokens
	// and the audit log.
	Office bool
	// Compaction says when the journal's documents are compacted.
	Compaction Compaction
	// Portal, when not nil, is used instead of the journal's columns and
	// grammars: for trials with files.
	Portal *Portal
	// Vocabulary is what the speech model of a language knows; nil, or a nil
	// result, means no phrases for the recogniser.
	Vocabulary func(lang string) *models.Vocabulary
	// Insights, when not nil, opens the view of what visitors ask.
	Insights *InsightsOptions
	Log      *slog.Logger // nil: the default logger
}

// Node is an open node. Its methods may be used by many goroutines.
type Node struct {
	opt     Options
	log     *slog.Logger
	now     func() time.Time // by which tokens end; a test's clock may jump
	journal *journal.Journal
	index   atomic.Pointer[search.Index]
	brain   atomic.Pointer[session.Brain]
	// brainVersion names what brain was made of. Only the goroutine that
	// loads uses it.
	brainVersion string
	// recompile (a channel of one) asks for a new snapshot of the same portal.
	recompile chan struct{}
	// words is the dictionary that admins added; a change is signalled on
	// reindex (a channel of one).
	words    atomic.Pointer[[]string]
	settings settings // as they were at the start
	reindex  chan struct{}
	warm     chan struct{} // closed when the first query need not wait

	applied   chan struct{} // closed and replaced after every applied batch
	applying  sync.Mutex    // guards applied
	target    atomic.Uint64 // the journal's last sequence when it began to be followed: ready when reached
	following chan struct{} // closed then

	insights *Insights // nil: not asked for
	// local is what serves while the cluster does not answer; nil: the journal.
	local atomic.Pointer[localCopy]
	// kept is what a cluster's member last saw of what admins saved; nil for
	// a node alone.
	kept atomic.Pointer[localCopy]
	seen seenTokens

	stop context.CancelFunc
	done sync.WaitGroup
	fail atomic.Pointer[error] // why a view stopped following
}

// Open opens the journal and its views, and starts following. On a new data
// directory the shipped columns and grammars are saved first.
func Open(ctx context.Context, o Options) (*Node, error) {
	n := &Node{opt: o, log: o.Log, now: time.Now, applied: make(chan struct{}), following: make(chan struct{}), reindex: make(chan struct{}, 1), recompile: make(chan struct{}, 1), warm: make(chan struct{})}
	if n.log == nil {
		n.log = slog.Default()
	}
	var err error
	if n.journal, err = journal.Open(ctx, journal.Options{Dir: o.Data, Cluster: o.Cluster, Remote: o.Remote}); err != nil {
		return nil, err
	}
	if err := n.start(ctx); err != nil {
		n.Close()
		return nil, err
	}
	return n, nil
}

func (n *Node) start(ctx context.Context) error {
	joined, err := n.join(ctx)
	if err != nil || n.opt.Office {
		return err
	}
	if err := n.portal(ctx, joined); err != nil {
		return err
	}
	if err := n.patiently(ctx, n.loadSettings); err != nil {
		return err
	}
	if err := n.openIndex(ctx); err != nil {
		return err
	}
	run, stop := context.WithCancel(context.Background())
	n.stop = stop
	defer context.AfterFunc(ctx, stop)() // a start that is given up follows nothing
	n.done.Go(func() { n.tendIndex(run) })
	if !joined {
		n.done.Go(func() { n.joinLater(run) })
		return n.openInsights(ctx, run)
	}
	if err := n.patiently(ctx, n.keepCopy); err != nil {
		return err
	}
	if err := n.follow(run); err != nil {
		return err
	}
	return n.openInsights(ctx, run)
}

// Close stops following and closes everything. The journal goes last.
func (n *Node) Close() error {
	if n.stop != nil {
		n.stop()
	}
	n.done.Wait()
	var errs []error
	if x := n.Index(); x != nil {
		errs = append(errs, x.Close())
	}
	errs = append(errs, n.insights.close(), n.journal.Close())
	return errors.Join(errs...)
}

// Brain is the current snapshot of columns and grammars, never nil.
func (n *Node) Brain() *session.Brain { return n.brain.Load() }

// Index is the search index.
func (n *Node) Index() *search.Index { return n.index.Load() }

// Search answers from the current index.
func (n *Node) Search(ctx context.Context, q search.Query) (*search.Result, error) {
	return n.Index().Search(ctx, q)
}

// Document returns a page by its id.
func (n *Node) Document(id string) (*search.Document, bool, error) { return n.Index().Document(id) }

// Suggest completes what somebody types.
func (n *Node) Suggest(ctx context.Context, text, lang string, max int) ([]search.Suggestion, error) {
	return n.Index().Suggest(ctx, text, lang, max)
}

// NotReady says why the node should not get visitors yet: all reasons, joined.
// It is nil when it may.
func (n *Node) NotReady() error {
	var missing []error
	if e := n.fail.Load(); e != nil {
		missing = append(missing, *e)
	}
	target := n.target.Load()
	if at := n.Index().Position(); at < target {
		missing = append(missing, fmt.Errorf("the search index is catching up: %d of %d batches", at, target))
	}
	select {
	case <-n.warm:
	default:
		missing = append(missing, errors.New("the search index is being read"))
	}
	return errors.Join(missing...)
}

// JournalState tells how the journal is, and how many batches of documents
// the index has not applied: -1 when nobody tells.
func (n *Node) JournalState(ctx context.Context) (streams []journal.StreamState, behind int64) {
	streams, behind = n.journal.State(ctx), -1
	at := n.Index().Position()
	for i, s := range streams {
		if s.Name == "documents" && s.Current > 0 {
			behind = max(0, int64(s.Last)-int64(at))
		}
		streams[i].Takes = s.Takes && n.journal.Room() == nil
	}
	return streams, behind
}

// Await waits until the index has applied the journal up to seq.
func (n *Node) Await(ctx context.Context, seq uint64) error {
	for {
		n.applying.Lock()
		ch := n.applied
		n.applying.Unlock()
		if n.Index().Position() >= seq {
			return nil
		}
		if e := n.fail.Load(); e != nil {
			return *e
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the search index: %w", ctx.Err())
		}
	}
}

// clustered reports whether the journal is not this process's alone.
func (n *Node) clustered() bool { return n.opt.Cluster != nil || n.opt.Remote != nil }

// portal saves what a new journal needs and compiles what is saved. A cluster
// that has just formed refuses for some seconds, until its buckets have
// leaders, and another member may be the one that saves.
func (n *Node) portal(ctx context.Context, joined bool) error {
	for {
		var err error
		if joined {
			err = n.seed(ctx)
		}
		if err == nil {
			err = n.loadBrain(ctx)
		}
		forming := joined && n.clustered() &&
			(errors.Is(err, journal.ErrUnavailable) || errors.Is(err, journal.ErrNotFound))
		if !forming || ctx.Err() != nil {
			return err
		}
		n.log.Info("waiting for the cluster's buckets", "error", err)
		sleep(ctx, retryPause)
	}
}

// patiently does again what a cluster refuses that has just formed: for some
// seconds parts of its journal have no leader.
func (n *Node) patiently(ctx context.Context, do func(context.Context) error) error {
	for {
		err := do(ctx)
		if !n.clustered() || ctx.Err() != nil || !errors.Is(err, journal.ErrUnavailable) || errors.Is(err, journal.ErrFull) {
			return err
		}
		n.log.Info("waiting for the cluster", "error", err)
		sleep(ctx, retryPause)
	}
}

// CaughtUp waits until the journal is followed – a member of a cluster that
// started without the others serves before that – and the index holds what
// the journal held then.
func (n *Node) CaughtUp(ctx context.Context) error {
	select {
	case <-n.following:
		return n.Await(ctx, n.target.Load())
	case <-ctx.Done():
		return fmt.Errorf("waiting for the cluster: %w", ctx.Err())
	}
}

// Served waits until visitors can be answered: the index has caught up, or
// the cluster does not answer and what this node has serves meanwhile.
func (n *Node) Served(ctx context.Context) error {
	if n.local.Load() != nil {
		return nil
	}
	return n.CaughtUp(ctx)
}

func (n *Node) notify() {
	n.applying.Lock()
	close(n.applied)
	n.applied = make(chan struct{})
	n.applying.Unlock()
}

// retryPause is how long a view waits before it follows again after an error
// of the journal.
const retryPause = time.Second

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
