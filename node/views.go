package node

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/tingdong/tingdong/journal"
)

// localCopy is what admins saved as this member of a cluster last saw it: the
// newest revision of each key. Without a quorum administrators read from it
// and are known by it; kept beside the index, it lets a member that starts
// without the others serve.
type localCopy struct {
	Revisions map[journal.Bucket][]keptRevision `json:"revisions"`
}

type keptRevision struct {
	journal.Revision
	Value []byte `json:"value"`
}

func (c *localCopy) list(b journal.Bucket) []journal.Revision {
	out := make([]journal.Revision, 0, len(c.Revisions[b]))
	for _, k := range c.Revisions[b] {
		k.Revision.Value = k.Value
		out = append(out, k.Revision)
	}
	return out
}

func (c *localCopy) get(b journal.Bucket, key string) (journal.Revision, error) {
	for _, r := range c.list(b) {
		if r.Key == key {
			return r, nil
		}
	}
	return journal.Revision{}, fmt.Errorf("%s/%s: %w", b, key, journal.ErrNotFound)
}

// Latest is the newest revision of a key. Without a quorum it is the newest
// that this node has seen.
func (n *Node) Latest(ctx context.Context, b journal.Bucket, key string) (journal.Revision, error) {
	return n.latest(ctx, ctx, b, key)
}

// latest asks the journal while ask lasts.
func (n *Node) latest(ask, ctx context.Context, b journal.Bucket, key string) (journal.Revision, error) {
	if n.local.Load() == nil {
		r, err := n.journal.Current(ask, b, key)
		if c := n.kept.Load(); c == nil || ctx.Err() != nil || !errors.Is(err, journal.ErrUnavailable) {
			return r, err
		}
	}
	return n.kept.Load().get(b, key)
}

// LatestOf are the newest revisions of all keys of a bucket, as Latest's.
func (n *Node) LatestOf(ctx context.Context, b journal.Bucket) ([]journal.Revision, error) {
	if n.local.Load() == nil {
		list, err := n.journal.List(ctx, b)
		if c := n.kept.Load(); c == nil || !errors.Is(err, journal.ErrUnavailable) {
			return list, err
		}
	}
	return n.kept.Load().list(b), nil
}

func (n *Node) copyFile() string { return filepath.Join(n.opt.Data, "views", "portal.json") }

// keepCopy takes the local copy and writes it; a member of no cluster needs
// none.
func (n *Node) keepCopy(ctx context.Context) error {
	if !n.clustered() || n.local.Load() != nil {
		return nil
	}
	c := &localCopy{Revisions: map[journal.Bucket][]keptRevision{}}
	for _, b := range journal.Buckets {
		list, err := n.journal.List(ctx, b)
		if err != nil {
			return err
		}
		for _, r := range list {
			c.Revisions[b] = append(c.Revisions[b], keptRevision{r, r.Value})
		}
	}
	n.kept.Store(c)
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	name := n.copyFile()
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// readCopy returns nil when there is none that can be read.
func (n *Node) readCopy() *localCopy {
	data, err := os.ReadFile(n.copyFile())
	if err != nil {
		return nil
	}
	c := &localCopy{}
	if err := json.Unmarshal(data, c); err != nil {
		n.log.Warn("the local copy of columns and grammars cannot be read", "error", err)
		return nil
	}
	if _, err := c.get(journal.Columns, columnsKey); err != nil {
		return nil // of an earlier version
	}
	return c
}

const defaultPatience = 10 * time.Second

// join waits for the journal. It returns false when the node is to serve from
// its local copy meanwhile.
func (n *Node) join(ctx context.Context) (bool, error) {
	wait, kept := ctx, n.readCopy()
	if kept != nil {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, cmp.Or(n.opt.Patience, defaultPatience))
		defer cancel()
	} else if n.opt.Cluster != nil {
		n.log.Info("waiting for the other members of the cluster", "cluster", n.opt.Cluster.Name, "peers", n.opt.Cluster.Peers)
	}
	err := n.journal.Wait(wait)
	if err != nil && kept != nil && ctx.Err() == nil && errors.Is(err, journal.ErrUnavailable) {
		n.log.Warn("the cluster has no quorum: serving from this node's own copies, changes are refused", "error", err)
		n.kept.Store(kept)
		n.local.Store(kept)
		return false, nil
	}
	return err == nil, err
}

// joinLater follows the journal as soon as the cluster answers. Until the
// index has caught up then, the node is not ready.
func (n *Node) joinLater(run context.Context) {
	for run.Err() == nil {
		err := n.journal.Wait(run)
		if err == nil {
			n.local.Store(nil)
			err = n.follow(run)
		}
		if err == nil {
			n.log.Info("the cluster has a quorum again: following the journal")
			return
		}
		if run.Err() == nil {
			n.log.Error("the cluster answers, but its journal cannot be followed", "error", err)
			sleep(run, retryPause)
		}
	}
}

// follow begins to follow the journal from where the views are.
func (n *Node) follow(run context.Context) error {
	if err := errors.Join(n.loadBrain(run), n.loadSettings(run)); err != nil {
		return err
	}
	target, err := n.newest(run)
	if err != nil {
		return err
	}
	if last := n.Index().Position(); last > target {
		return fmt.Errorf("the index in %s is ahead of the journal (%d > %d): they are not of one node; delete the folder index and start again",
			n.opt.Data, last, target)
	}
	n.target.Store(target)
	close(n.following)
	n.done.Go(func() { n.followDocuments(run) })
	n.done.Go(func() { n.followBuckets(run) })
	n.done.Go(func() { n.tendDocuments(run) })
	return nil
}

// newest is a sequence that nothing acknowledged is behind. A cluster's leader
// that was elected a moment ago may not know its own newest message yet, so
// asking is not enough: a member writes an empty batch and takes its number.
func (n *Node) newest(ctx context.Context) (seq uint64, err error) {
	if !n.clustered() {
		return n.journal.LastDocument(ctx)
	}
	err = n.patiently(ctx, func(ctx context.Context) (err error) {
		seq, err = n.journal.AppendDocuments(ctx, []byte("[]"))
		return err
	})
	return seq, err
}
