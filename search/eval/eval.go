// Package eval measures search quality and speed on labelled collections:
// documents and queries as JSON lines, as in the field's test collections.
package eval

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
	"strings"

	"github.com/tingdong/tingdong/search"
)

// Judged is a query with the ids of the documents that answer it.
type Judged struct {
	QID      string   `json:"qid"`
	Query    string   `json:"query"`
	Relevant []string `json:"relevant"`
}

// Half is 0 or 1 by a hash of the query's id: parameters are chosen on half 0
// and reported on both.
func (j Judged) Half() int {
	h := fnv.New32a()
	h.Write([]byte(j.QID))
	return int(h.Sum32() & 1)
}

// Queries reads a file of judged queries.
func Queries(path string) ([]Judged, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []Judged
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var j Judged
		if err := json.Unmarshal(sc.Bytes(), &j); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, j)
	}
	return out, sc.Err()
}

// Documents reads collections, gzipped when their names end in .gz.
func Documents(paths ...string) ([]*search.Document, error) {
	var out []*search.Document
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			return nil, err
		}
		var r io.Reader = f
		if strings.HasSuffix(p, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				f.Close()
				return nil, fmt.Errorf("%s: %w", p, err)
			}
		}
		err = search.ReadJSONL(r, func(_ int, d *search.Document) error { out = append(out, d); return nil },
			func(*search.LineError) {})
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
	}
	return out, nil
}

// Scores are the means of the usual measures over a set of queries.
type Scores struct {
	Queries                          int
	NDCG10, Success5, MRR, Recall100 float64
}

// Add counts one query's ranking.
func (s *Scores) Add(relevant, ranking []string) {
	rel := map[string]bool{}
	for _, r := range relevant {
		rel[r] = true
	}
	var dcg, ideal float64
	found, first := 0, 0
	for i, id := range ranking {
		if i >= 100 || !rel[id] {
			continue
		}
		found++
		if first == 0 {
			first = i + 1
		}
		if i < 10 {
			dcg += 1 / math.Log2(float64(i+2))
		}
	}
	for i := 0; i < min(10, len(relevant)); i++ {
		ideal += 1 / math.Log2(float64(i+2))
	}
	s.Queries++
	s.NDCG10 += dcg / ideal
	s.Recall100 += float64(found) / float64(len(relevant))
	if first > 0 {
		s.MRR += 1 / float64(first)
		if first <= 5 {
			s.Success5++
		}
	}
}

// Mean divides the sums by the number of queries.
func (s Scores) Mean() Scores {
	n := float64(max(1, s.Queries))
	return Scores{s.Queries, s.NDCG10 / n, s.Success5 / n, s.MRR / n, s.Recall100 / n}
}
