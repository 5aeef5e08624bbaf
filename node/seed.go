package node

import (
	"context"
	"errors"
	"strings"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
)

// columnsKey is the key of the portal's column table in its bucket.
const columnsKey = "portal"

const shippedBy = "tingdong"

// seed saves the shipped column table and grammars into a journal that has
// none. It goes by the column table: that is saved last, so that a start cut
// short in the middle is finished by the next one.
func (n *Node) seed(ctx context.Context) error {
	_, err := n.journal.Get(ctx, journal.Columns, columnsKey)
	if !errors.Is(err, journal.ErrNotFound) {
		return err
	}
	for _, src := range grammar.Shipped() {
		key := strings.TrimSuffix(src.Name, ".yaml")
		if err := n.seedKey(ctx, journal.Grammars, key, src.Data); err != nil {
			return err
		}
	}
	return n.seedKey(ctx, journal.Columns, columnsKey, grammar.ShippedColumns().Data)
}

func (n *Node) seedKey(ctx context.Context, b journal.Bucket, key string, data []byte) error {
	none := uint64(0)
	_, err := n.journal.Put(ctx, b, journal.Save{Key: key, Value: data, Author: shippedBy, Message: "as shipped", Expect: &none})
	if errors.Is(err, journal.ErrConflict) {
		return nil // another start was here first
	}
	return err
}

// Empty reports that no document was ever imported; in a cluster, that there
// is none.
func (n *Node) Empty(ctx context.Context) (bool, error) {
	if !n.clustered() {
		last, err := n.journal.LastDocument(ctx)
		return last == 0, err
	}
	if n.local.Load() != nil {
		return false, nil // this node cannot tell, nor import
	}
	if err := n.CaughtUp(ctx); err != nil {
		return false, err
	}
	count, err := n.Index().Count()
	return count == 0, err
}
