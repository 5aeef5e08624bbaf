package eval

import (
	"context"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk" // the analyzer "cjk"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/tingdong/tingdong/search"
	ouranalysis "github.com/tingdong/tingdong/search/analysis"
	"github.com/tingdong/tingdong/zhtext"
)

// plainBleve is Bleve as its documentation shows it: title and body in one
// text field, any word may match. With two fields and a boost for titles it
// does worse on questions.
type plainBleve struct {
	name     string
	x        bleve.Index
	analyzer analysis.Analyzer
}

var _ Engine = (*plainBleve)(nil)

// newBleveCJK is Bleve's own analyzer for Chinese, character bigrams, scored
// by BM25 or tf-idf.
func newBleveCJK(dir, scoring string) (*plainBleve, error) {
	m := mapping.NewIndexMapping()
	m.DefaultAnalyzer = "cjk"
	m.ScoringModel = scoring
	x, err := bleve.New(dir, m)
	if err != nil {
		return nil, err
	}
	return &plainBleve{"Bleve cjk, " + scoring, x, m.AnalyzerNamed("cjk")}, nil
}

// newBleveGSE is Bleve with the words of gse.
func newBleveGSE(dir, scoring string, words *ouranalysis.Words) (*plainBleve, error) {
	m := mapping.NewIndexMapping()
	m.ScoringModel = scoring
	x, err := bleve.New(dir, m)
	if err != nil {
		return nil, err
	}
	return &plainBleve{"Bleve gse words, " + scoring, x, &analysis.DefaultAnalyzer{Tokenizer: gseTokenizer{words}}}, nil
}

// gseTokenizer cuts text into the words of gse and English words.
type gseTokenizer struct{ words *ouranalysis.Words }

func (g gseTokenizer) Tokenize(input []byte) analysis.TokenStream {
	text := zhtext.Runes(string(input), 0)
	var out analysis.TokenStream
	add := func(i, j int) {
		out = append(out, &analysis.Token{Term: []byte(string(text[i:j])), Start: i, End: j, Position: 1 + i})
	}
	ouranalysis.Runs(text, func(k ouranalysis.Kind, from, to int) {
		if k == ouranalysis.Word {
			add(from, to)
			return
		}
		g.words.Segment(text[from:to], func(i, j int) { add(from+i, from+j) })
	})
	return out
}

func (b *plainBleve) Name() string { return b.name }

func (b *plainBleve) Index(docs []*search.Document) error {
	for i := 0; i < len(docs); i += batchSize {
		batch := b.x.NewBatch()
		for _, d := range docs[i:min(len(docs), i+batchSize)] {
			doc := document.NewDocument(d.ID)
			doc.AddField(document.NewTextFieldCustom("text", nil, []byte(d.Title+"\n"+d.Body), index.IndexField, b.analyzer))
			if err := batch.IndexAdvanced(doc); err != nil {
				return err
			}
		}
		if err := b.x.Batch(batch); err != nil {
			return err
		}
	}
	return nil
}

func (b *plainBleve) Search(ctx context.Context, text string, n int) ([]string, error) {
	var all []query.Query
	seen := map[string]bool{}
	for _, t := range b.analyzer.Analyze([]byte(text)) {
		if seen[string(t.Term)] {
			continue
		}
		seen[string(t.Term)] = true
		q := bleve.NewTermQuery(string(t.Term))
		q.SetField("text")
		all = append(all, q)
	}
	r, err := b.x.SearchInContext(ctx, bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(all...), n, 0, false))
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(r.Hits))
	for i, h := range r.Hits {
		ids[i] = h.ID
	}
	return ids, nil
}

func (b *plainBleve) Close() error { return b.x.Close() }
