package eval

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tingdong/tingdong/search"
)

// Engine is a search engine under test that runs in this process.
type Engine interface {
	Name() string
	Index(docs []*search.Document) error
	Search(ctx context.Context, query string, n int) (ids []string, err error)
	Close() error
}

// batchSize is how many documents are given to an index at a time.
const batchSize = 1000

// ours is this project's index.
type ours struct {
	dir string
	x   *search.Index
}

var _ Engine = (*ours)(nil)

func newOurs(dir string) (*ours, error) {
	x, err := search.Open(dir, search.Options{NoAnswers: true})
	return &ours{dir, x}, err
}

func (o *ours) Name() string { return "Tingdong" }

func (o *ours) Index(docs []*search.Document) error {
	for i := 0; i < len(docs); i += batchSize {
		var ops []search.Op
		for _, d := range docs[i:min(len(docs), i+batchSize)] {
			ops = append(ops, search.Op{Upsert: d})
		}
		if err := o.x.Apply(uint64(i+1), ops); err != nil {
			return err
		}
	}
	return nil
}

func (o *ours) Search(ctx context.Context, query string, n int) ([]string, error) {
	r, err := o.x.Search(ctx, search.Query{Text: query, Size: n})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(r.Hits))
	for i, h := range r.Hits {
		ids[i] = h.ID
	}
	return ids, nil
}

// reopen closes the index and opens it again, and gives how long the opening
// took until the first answer.
func (o *ours) reopen() (time.Duration, error) {
	if err := o.x.Close(); err != nil {
		return 0, err
	}
	start := time.Now()
	x, err := search.Open(o.dir, search.Options{NoAnswers: true})
	if err != nil {
		return 0, err
	}
	o.x = x
	_, err = o.Search(context.Background(), "办事指南", 10)
	return time.Since(start), err
}

// suggest types the first characters of every query, one after the other.
func (o *ours) suggest(ctx context.Context, queries []string) (Latency, error) {
	var took []float64
	for _, q := range queries {
		text := []rune(q)
		for n := 1; n <= min(6, len(text)); n++ {
			start := time.Now()
			if _, err := o.x.Suggest(ctx, string(text[:n]), "", 8); err != nil {
				return Latency{}, err
			}
			took = append(took, float64(time.Since(start).Microseconds())/1000)
		}
	}
	return percentiles(took), nil
}

func (o *ours) Close() error { return o.x.Close() }

// dirSize is the size of all files under dir, in bytes.
func dirSize(dir string) (int64, error) {
	var n int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if os.IsNotExist(err) {
			return nil // merged away meanwhile
		}
		if err == nil {
			n += info.Size()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("size of %s: %w", dir, err)
	}
	return n, nil
}
