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
	"github.com/tingdong/tingdong/search/analysis"
)

// Options say what to measure.
type Options struct {
	Data  string    // directory of the collections
	Work  string    // directory for indexes; a temporary one when empty
	Peers bool      // run the other engines, too
	Only  string    // measure only the engine of this name
	Out   io.Writer // Markdown goes here
	Log   io.Writer // progress
}

// collection is a set of documents with the queries that go with it.
type collection struct {
	name    string
	files   []string
	queries []string
}

var collections = []collection{
	{"portal", []string{"gov_titles", "xwlb", "ncp_policies"}, []string{"ncp", "title_core", "docno"}},
	{"law", []string{"statute_articles"}, []string{"stard"}},
}

// task is one kind of query, clean or with errors.
type task struct {
	name    string
	judged  []Judged
	queries []string
}

// Run measures every engine on every collection and writes the tables.
func Run(ctx context.Context, o Options) error {
	if o.Work == "" {
		dir, err := os.MkdirTemp("", "search-eval")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.Work = dir
	}
	words := analysis.LoadWords(nil)
	for _, c := range collections {
		if err := runCollection(ctx, o, c, words); err != nil {
			return fmt.Errorf("collection %s: %w", c.name, err)
		}
	}
	return nil
}

func runCollection(ctx context.Context, o Options, c collection, words *analysis.Words) error {
	var paths []string
	for _, f := range c.files {
		paths = append(paths, filepath.Join(o.Data, f+".jsonl.gz"))
	}
	docs, err := Documents(paths...)
	if err != nil {
		return err
	}
	tasks, err := c.tasks(o.Data)
	if err != nil {
		return err
	}
	text := int64(0)
	for _, d := range docs {
		text += int64(len(d.Title) + len(d.Body))
	}
	t := &table{out: o.Out, text: text}
	t.head(c.name, len(docs))
	for _, make := range []func(dir string) (Engine, error){
		func(dir string) (Engine, error) { return newOurs(dir) },
		// By tf-idf, which is Bleve's default and does better than its BM25
		// as it comes.
		func(dir string) (Engine, error) { return newBleveCJK(dir, "tf-idf") },
		func(dir string) (Engine, error) { return newBleveGSE(dir, "tf-idf", words) },
	} {
		if err := t.engine(ctx, o, make, docs, tasks); err != nil {
			return err
		}
	}
	if !o.Peers {
		return t.flush()
	}
	for _, script := range peers {
		if err := t.peer(ctx, o, script, docs, tasks); err != nil {
			fmt.Fprintf(o.Log, "left out: %v\n", err)
		}
	}
	return t.flush()
}

func (c collection) tasks(data string) ([]task, error) {
	one, third := NewNoise(0), NewNoise(0.3)
	var out []task
	for _, name := range c.queries {
		judged, err := Queries(filepath.Join(data, "queries_"+name+".jsonl"))
		if err != nil {
			return nil, err
		}
		variants := []task{{name: name, judged: judged}}
		if name != "docno" {
			variants = append(variants, task{name: name + ", one homophone", judged: judged})
		}
		if name == "ncp" {
			variants = append(variants, task{name: name + ", 30 % homophones", judged: judged})
		}
		for i, v := range variants {
			for _, j := range judged {
				q := j.Query
				if i == 1 {
					q = one.Apply(q, j.QID)
				} else if i == 2 {
					q = third.Apply(q, j.QID)
				}
				v.queries = append(v.queries, q)
			}
			out = append(out, v)
		}
	}
	return out, nil
}

// loadQueries is how many queries, taken evenly from all, speed is measured
// with.
const loadQueries = 500

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
	t.speed = []string{"| engine | docs/s | index MB | index ÷ text | clients | p50 ms | p99 ms | queries/s |", "|---|---|---|---|---|---|---|---|"}
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
	if err := e.Index(docs); err != nil {
		return err
	}
	rate := float64(len(docs)) / time.Since(start).Seconds()
	size, err := settle(dir)
	if err != nil {
		return err
	}
	if u, ok := e.(*ours); ok {
		ready, err := u.reopen()
		if err != nil {
			return err
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Fprintf(o.Log, "start to first answer %.2f s, heap of the whole process %d MB\n", ready.Seconds(), m.HeapAlloc>>20)
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
	for _, clients := range []int{1, 4, 16} {
		l, err := load(ctx, e, queries, clients)
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
	sum := 0.0
	for _, k := range tasks {
		answers := make([][]string, len(k.queries))
		for i := range answers {
			answers[i] = run.answers[at].IDs
			took = append(took, run.answers[at].MS)
			sum += run.answers[at].MS
			at++
		}
		t.score(run.Name, k, answers)
	}
	l := percentiles(took)
	l.Clients, l.PerS = 1, 1000*float64(len(took))/sum
	t.addSpeed(run.Name, run.DocsPerS, run.IndexBytes, l)
	return nil
}

func (t *table) addSpeed(engine string, rate float64, size int64, l Latency) {
	t.speed = append(t.speed, fmt.Sprintf("| %s | %.0f | %.0f | %.2f | %d | %.2f | %.2f | %.0f |", engine, rate,
		float64(size)/1e6, float64(size)/float64(t.text), l.Clients, l.P50, l.P99, l.PerS))
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
