package eval

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/tingdong/tingdong/search"
)

// loadQueries is how many queries, taken evenly from all, speed is measured
// with.
const loadQueries = 400

func every(queries []string, n int) []string {
	if len(queries) <= n {
		return queries
	}
	out := make([]string, n)
	for i := range out {
		out[i] = queries[i*len(queries)/n]
	}
	return out
}

// clean are the tasks without errors in their queries: what peers are asked,
// the slowest of which needs minutes for them.
func clean(tasks []task) []task {
	var out []task
	for _, t := range tasks {
		if !strings.Contains(t.name, ",") {
			out = append(out, t)
		}
	}
	return out
}

// table collects the rows of one collection.
type table struct {
	out     io.Writer
	text    int64
	quality []string
	speed   []string
}

func (t *table) head(name string, docs int) {
	fmt.Fprintf(t.out, "\n### %s: %d documents, %.1f MB of text\n\n", name, docs, float64(t.text)/1e6)
	t.quality = []string{"| engine | queries | n | nDCG@10 | success@5 | MRR | recall@100 |", "|---|---|---|---|---|---|---|"}
	t.speed = []string{"| engine | docs/s | index MB | index ÷ text | clients | p50 ms | p99 ms | queries/s | processor ms/query |", "|---|---|---|---|---|---|---|---|---|"}
}

func (t *table) score(engine string, k task, answers [][]string) {
	var all Scores
	var half [2]Scores
	for i, j := range k.judged {
		all.Add(j.Relevant, answers[i])
		half[j.Half()].Add(j.Relevant, answers[i])
	}
	m, a, b := all.Mean(), half[0].Mean(), half[1].Mean()
	t.quality = append(t.quality, fmt.Sprintf("| %s | %s | %d | %.3f (%.3f / %.3f) | %.3f (%.3f / %.3f) | %.3f | %.3f |", engine, k.name,
		m.Queries, m.NDCG10, a.NDCG10, b.NDCG10, m.Success5, a.Success5, b.Success5, m.MRR, m.Recall100))
}

func (t *table) engine(ctx context.Context, o Options, create func(string) (Engine, error), docs []*search.Document, tasks []task) (err error) {
	dir, err := os.MkdirTemp(o.Work, "engine")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	e, err := create(filepath.Join(dir, "index"))
	if err != nil {
		return err
	}
	defer func() {
		if cerr := e.Close(); err == nil {
			err = cerr
		}
	}()
	if o.Only != "" && e.Name() != o.Only {
		return nil
	}
	fmt.Fprintln(o.Log, e.Name())
	start := time.Now()
	cpu := processorTime()
	if err := e.Index(docs); err != nil {
		return err
	}
	fmt.Fprintf(o.Log, "indexing: %.2f ms of processor time a document\n", (processorTime()-cpu).Seconds()*1000/float64(len(docs)))
	rate := float64(len(docs)) / time.Since(start).Seconds()
	size, err := settle(dir)
	if err != nil {
		return err
	}
	if u, ok := e.(*ours); ok {
		// As the service does when an import is over.
		if err := u.x.Optimize(ctx); err != nil {
			return err
		}
		if size, err = settle(dir); err != nil {
			return err
		}
		ready, err := u.reopen()
		if err != nil {
			return err
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Fprintf(o.Log, "start to first answer %.2f s, heap of the whole process %d MB\n", ready.Seconds(), m.HeapAlloc>>20)
	}
	if o.Speed {
		return t.speedOf(ctx, e, rate, size, clean(tasks))
	}
	var queries []string
	for _, k := range tasks {
		answers := make([][]string, len(k.queries))
		for i, q := range k.queries {
			if answers[i], err = e.Search(ctx, q, 100); err != nil {
				return err
			}
		}
		t.score(e.Name(), k, answers)
		queries = append(queries, k.queries...)
	}
	queries = every(queries, loadQueries)
	if u, ok := e.(*ours); ok {
		l, err := u.suggest(ctx, queries)
		if err != nil {
			return err
		}
		fmt.Fprintf(o.Log, "suggestions while typing: p50 %.2f ms, p99 %.2f ms\n", l.P50, l.P99)
	}
	for _, clients := range []int{1, 4, 16} {
		l, err := load(ctx, e, queries, clients)
		if err != nil {
			return err
		}
		t.addSpeed(e.Name(), rate, size, l)
	}
	return nil
}

// speedOf measures with every other query, after the ones between have filled
// the caches: no query is asked before it is measured.
func (t *table) speedOf(ctx context.Context, e Engine, rate float64, size int64, tasks []task) error {
	var half [2][]string
	for _, k := range tasks {
		for i, q := range k.queries {
			half[i&1] = append(half[i&1], q)
		}
	}
	if _, err := load(ctx, e, every(half[0], 1000), 2); err != nil {
		return err
	}
	for i, clients := range []int{1, 4, 16} {
		var third []string
		for j := i; j < len(half[1]); j += 3 {
			third = append(third, half[1][j])
		}
		l, err := load(ctx, e, third, clients)
		if err != nil {
			return err
		}
		t.addSpeed(e.Name(), rate, size, l)
	}
	return nil
}

func (t *table) peer(ctx context.Context, o Options, script string, docs []*search.Document, tasks []task) error {
	dir, err := os.MkdirTemp(o.Work, "peer")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintln(o.Log, script)
	var queries []string
	tasks = clean(tasks)
	for _, k := range tasks {
		queries = append(queries, k.queries...)
	}
	run, err := runPeer(ctx, script, dir, docs, queries, 100)
	if err != nil {
		return err
	}
	at := 0
	var took []float64
	sum, cpu := 0.0, 0.0
	for _, k := range tasks {
		answers := make([][]string, len(k.queries))
		for i := range answers {
			answers[i] = run.answers[at].IDs
			took = append(took, run.answers[at].MS)
			sum += run.answers[at].MS
			cpu += run.answers[at].CPU
			at++
		}
		t.score(run.Name, k, answers)
	}
	l := percentiles(took)
	l.Clients, l.PerS, l.CPU = 1, 1000*float64(len(took))/sum, cpu/float64(len(took))
	t.addSpeed(run.Name, run.DocsPerS, run.IndexBytes, l)
	return nil
}

func (t *table) addSpeed(engine string, rate float64, size int64, l Latency) {
	t.speed = append(t.speed, fmt.Sprintf("| %s | %.0f | %.0f | %.2f | %d | %.2f | %.2f | %.0f | %.2f |", engine, rate,
		float64(size)/1e6, float64(size)/float64(t.text), l.Clients, l.P50, l.P99, l.PerS, l.CPU))
}

func (t *table) flush() error {
	_, err := fmt.Fprintf(t.out, "%s\n\n%s\n", strings.Join(t.quality, "\n"), strings.Join(t.speed, "\n"))
	return err
}

// settle waits until the merges after an import are over, 20 s at most, and
// gives the size of the files.
func settle(dir string) (int64, error) {
	size, err := dirSize(dir)
	for range 20 {
		if err != nil {
			return 0, err
		}
		time.Sleep(time.Second)
		now, err := dirSize(dir)
		if err != nil || now == size {
			return now, err
		}
		size = now
	}
	return size, nil
}
