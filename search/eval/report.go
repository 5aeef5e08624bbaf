package eval

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/tingdong/tingdong/search/analysis"
)

// Options say what to measure.
type Options struct {
	Data  string // directory of the collections
	Work  string // directory for indexes; a temporary one when empty
	Peers bool   // run the other engines, too
	Only  string // measure only the engine of this name
	// Collection is the only one measured; without it all but "all" are.
	Collection string
	Speed      bool      // only speed, with one half of the clean queries after the other half
	Out        io.Writer // Markdown goes here
	Log        io.Writer // progress
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
	{everything, []string{"gov_titles", "xwlb", "ncp_policies", "statute_articles"}, []string{"ncp", "title_core", "docno", "stard"}},
}

// everything is the name of the collection for speed: all documents in one
// index.
const everything = "all"

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
		if o.Collection != c.name && (o.Collection != "" || c.name == everything) {
			continue
		}
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
