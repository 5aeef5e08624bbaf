package eval

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/tingdong/tingdong/intent/phonetic"
)

// data is the folder of the collections, beside the repository.
func data(t *testing.T) string {
	root := os.Getenv("TINGDONG_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	dir := filepath.Join(root, "search")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the collections are not here: %v", err)
	}
	return dir
}

// TestQuality guards the ranking on the small collections: floors a little
// below what docs/search.md reports.
func TestQuality(t *testing.T) {
	if testing.Short() {
		t.Skip("indexes 32,746 documents")
	}
	dir := data(t)
	docs, err := Documents(filepath.Join(dir, "ncp_policies.jsonl.gz"), filepath.Join(dir, "gov_titles.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := newOurs(filepath.Join(t.TempDir(), "index"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Index(docs); err != nil {
		t.Fatal(err)
	}
	noise := NewNoise(0.3)
	for _, c := range []struct {
		queries       string
		noise         *Noise
		ndcg, success float64
	}{
		{"ncp", nil, 0.90, 0.95},
		{"ncp", noise, 0.88, 0.93},
		{"title_core", nil, 0.97, 0.99},
		{"docno", nil, 1, 1},
	} {
		judged, err := Queries(filepath.Join(dir, "queries_"+c.queries+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		var s Scores
		for _, j := range judged {
			q := j.Query
			if c.noise != nil {
				q = c.noise.Apply(q, j.QID)
			}
			ids, err := e.Search(context.Background(), q, 10)
			if err != nil {
				t.Fatal(err)
			}
			s.Add(j.Relevant, ids)
		}
		if m := s.Mean(); m.NDCG10 < c.ndcg || m.Success5 < c.success {
			t.Errorf("%s, noise %v: nDCG@10 %.3f, success@5 %.3f, below %.2f and %.2f", c.queries, c.noise != nil, m.NDCG10, m.Success5, c.ndcg, c.success)
		}
	}
}

func TestScores(t *testing.T) {
	var s Scores
	s.Add([]string{"a", "b"}, []string{"x", "a", "b"})
	s.Add([]string{"c"}, []string{"c"})
	s.Add([]string{"d"}, nil)
	m := s.Mean()
	// By hand: DCG = 1/log2(3) + 1/log2(4) = 1.1309, ideal 1 + 0.6309.
	if want := (1.1309/1.6309 + 1) / 3; m.NDCG10 < want-1e-3 || m.NDCG10 > want+1e-3 {
		t.Errorf("nDCG %.4f, want %.4f", m.NDCG10, want)
	}
	if m.MRR != (0.5+1)/3 || m.Success5 != 2.0/3 || m.Recall100 != 2.0/3 {
		t.Errorf("%+v", m)
	}
}

func TestNoise(t *testing.T) {
	in := "住房公积金怎么提取"
	one := []rune(NewNoise(0).Apply(in, "q"))
	changed := 0
	for i, r := range []rune(in) {
		if one[i] != r {
			changed++
			if phonetic.Spelling(one[i]) != phonetic.Spelling(r) {
				t.Errorf("%c became %c, which sounds different", r, one[i])
			}
		}
	}
	if changed != 1 || string(one) != NewNoise(0).Apply(in, "q") {
		t.Errorf("%s became %s, want one change, the same every time", in, string(one))
	}
}
