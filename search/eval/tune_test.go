package eval

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/search"
)

// dev harness: TUNE=dir
func TestTune(t *testing.T) {
	dir := os.Getenv("TUNE")
	if dir == "" {
		t.Skip("set TUNE")
	}
	data := "../../../shared/search/"
	sets := map[string][]string{"portal": {"gov_titles", "xwlb", "ncp_policies"}, "law": {"statute_articles"}}
	qs := map[string][]string{"portal": {"ncp", "title_core", "docno"}, "law": {"stard"}}
	open := map[string]*search.Index{}
	for _, set := range []string{"portal", "law"} {
		if s := os.Getenv("SET"); s != "" && s != set {
			continue
		}
		t0 := time.Now()
		x, err := search.Open(dir+"/"+set, search.Options{CacheBytes: 256 << 20})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		fmt.Println("open", time.Since(t0))
		if n, _ := x.Count(); n == 0 {
			var paths []string
			for _, p := range sets[set] {
				paths = append(paths, data+p+".jsonl.gz")
			}
			docs, err := Documents(paths...)
			if err != nil {
				t.Fatal(err)
			}
			t0 := time.Now()
			for i := 0; i < len(docs); i += 1000 {
				var ops []search.Op
				for _, d := range docs[i:min(i+1000, len(docs))] {
					ops = append(ops, search.Op{Upsert: d})
				}
				if err := x.Apply(uint64(i+1), ops); err != nil {
					t.Fatal(err)
				}
			}
			fmt.Println(set, len(docs), "docs", float64(len(docs))/time.Since(t0).Seconds(), "docs/s")
			time.Sleep(3 * time.Second)
		}
		open[set] = x
		x.Search(context.Background(), search.Query{Text: "公积金"})
	}
	time.Sleep(2 * time.Second)
	noise := NewNoise(0.3)
	run := func(show bool) float64 {
		obj := 0.0
		for _, set := range []string{"portal", "law"} {
			x := open[set]
			if x == nil {
				continue
			}
			x.Flush()
			names := qs[set]
			if set == "portal" && (show || os.Getenv("NOISE") != "") {
				names = append(names, "ncp~")
			}
			for _, name := range names {
				if name == "docno" && !show {
					continue
				}
				js, err := Queries(data + "queries_" + strings.TrimSuffix(name, "~") + ".jsonl")
				if err != nil {
					t.Fatal(err)
				}
				var half [2]Scores
				var lat []float64
				sound := 0
				for _, j := range js {
					if !show && j.Half() == 1 {
						continue
					}
					if strings.HasSuffix(name, "~") {
						j.Query = noise.Apply(j.Query, j.QID)
					}
					t0 := time.Now()
					r, err := x.Search(context.Background(), search.Query{Text: j.Query, Size: 100})
					if err != nil {
						t.Fatal(err)
					}
					if r.Relaxed == "sound" {
						sound++
						if os.Getenv("SHOWS") == name {
							fmt.Println(j.Query, " => ", *r.Suggestion)
						}
					}
					lat = append(lat, float64(time.Since(t0).Microseconds())/1000)
					var ids []string
					for _, h := range r.Hits {
						ids = append(ids, h.ID)
					}
					half[j.Half()].Add(j.Relevant, ids)
				}
				sort.Float64s(lat)
				m := half[0].Mean()
				obj += m.NDCG10
				if name == "stard" {
					obj += m.Success5 + m.Recall100
				}
				for h := range half {
					if !show {
						break
					}
					m := half[h].Mean()
					fmt.Printf("%-11s half %d n=%d nDCG@10 %.4f S@5 %.4f MRR %.4f R@100 %.4f\n", name, h, m.Queries, m.NDCG10, m.Success5, m.MRR, m.Recall100)
				}
				if show {
					fmt.Printf("   p50 %.2f p99 %.2f ms; sound %d\n", lat[len(lat)/2], lat[len(lat)*99/100], sound)
				}
			}
		}
		return obj
	}
	for _, kv := range strings.Split(os.Getenv("SETT"), ",") {
		if k, v, ok := strings.Cut(kv, "="); ok {
			search.T[k], _ = strconv.ParseFloat(v, 64)
		}
	}
	fmt.Println("obj", run(true))
	for _, sweep := range strings.Fields(os.Getenv("SWEEP")) {
		k, vs, _ := strings.Cut(sweep, "=")
		old := search.T[k]
		best, at := run(false), old
		for _, v := range strings.Split(vs, ",") {
			search.T[k], _ = strconv.ParseFloat(v, 64)
			o := run(false)
			fmt.Printf("  %s=%s: %.4f\n", k, v, o)
			if o > best {
				best, at = o, search.T[k]
			}
		}
		search.T[k] = at
		fmt.Printf("%s=%v %.4f\n", k, at, best)
	}
	if os.Getenv("SWEEP") != "" {
		run(true)
	}
}
