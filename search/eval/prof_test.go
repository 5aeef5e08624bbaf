package eval

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/tingdong/tingdong/search"
)

func BenchmarkDev(b *testing.B) {
	set, name := os.Getenv("SETN"), os.Getenv("QN")
	if set == "" {
		b.Skip()
	}
	x, err := search.Open("/tmp/tune/"+set, search.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	if n, _ := x.Count(); n == 0 {
		files := map[string][]string{"portal": {"gov_titles", "xwlb", "ncp_policies"}, "law": {"statute_articles"}}[set]
		var p []string
		for _, f := range files {
			p = append(p, "../../../shared/search/"+f+".jsonl.gz")
		}
		docs, _ := Documents(p...)
		o := &ours{x: x}
		t0 := time.Now()
		o.Index(docs)
		fmt.Println(float64(len(docs))/time.Since(t0).Seconds(), "docs/s")
	}
	js, _ := Queries("../../../shared/search/queries_" + name + ".jsonl")
	for _, j := range js {
		x.Search(context.Background(), search.Query{Text: j.Query})
	}
	b.ResetTimer()
	for i := range b.N {
		x.Search(context.Background(), search.Query{Text: js[i%len(js)].Query})
	}
}
