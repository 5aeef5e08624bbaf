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

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
)

// localCopy is what admins saved as this node last saw it, kept beside the
// index: a member of a cluster that starts without the others serves from it.
type localCopy struct {
	Columns  grammar.Source    `json:"columns"`
	Grammars []grammar.Source  `json:"grammars"`
	Settings map[string]string `json:"settings"`
}

func (n *Node) copyFile() string { return filepath.Join(n.opt.Data, "views", "portal.json") }

// keepCopy writes the local copy; a member of no cluster needs none.
func (n *Node) keepCopy(ctx context.Context) error {
	if !n.clustered() || n.local.Load() != nil {
		return nil
	}
	columns, grammars, err := n.sources(ctx)
	if err != nil {
		return err
	}
	texts, err := n.settingTexts(ctx)
	if err != nil {
		return err
	}
	delete(texts, tokensKey) // administrators need the journal anyway
	data, err := json.Marshal(localCopy{columns, grammars, texts})
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
	return nil
}

// newest is a sequence that nothing acknowledged is behind. A cluster's leader
// that was elected a moment ago may not know its own newest message yet, so
// asking is not enough: a member writes an empty batch and takes its number.
func (n *Node) newest(ctx context.Context) (uint64, error) {
	if !n.clustered() {
		return n.journal.LastDocument(ctx)
	}
	for {
		seq, err := n.journal.AppendDocuments(ctx, []byte("[]"))
		if err == nil || ctx.Err() != nil || !errors.Is(err, journal.ErrUnavailable) {
			return seq, err
		}
		sleep(ctx, retryPause)
	}
}
