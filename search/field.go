package search

import (
	"math"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/tingdong/tingdong/search/analysis"
	"github.com/tingdong/tingdong/zhtext"
)

// Field names of the index. Short, for they are repeated in every segment.
const (
	fieldTitle     = "t"
	fieldBody      = "b"
	fieldDocNo     = "n" // the document's own number
	fieldCited     = "m" // numbers it cites
	fieldColumn    = "c"
	fieldYear      = "y"
	fieldDate      = "d" // YYYY-MM-DD
	fieldKind      = "k"
	fieldRole      = "r"
	fieldLang      = "l"
	fieldOrg       = "o"
	fieldAuthority = "a" // rank of law
	fieldStored    = "s" // the document itself, see encodeDocument
)

// textField is a Bleve field that is analysed straight into term frequencies,
// without a token stream in between: three times as fast, and no positions
// are kept (phrases are judged on the text of the best candidates).
type textField struct {
	name  string
	text  string
	limit int
	an    *analysis.Analyzer

	length int
	freqs  index.TokenFrequencies
}

var _ document.Field = (*textField)(nil)

func (f *textField) Analyze() {
	c := f.an.Count(zhtext.Runes(f.text, f.limit))
	f.length = lengthCode(c.Length)
	f.freqs = make(index.TokenFrequencies, len(c.Terms))
	backing := make([]index.TokenFreq, len(c.Terms))
	i := 0
	for term, n := range c.Terms {
		backing[i].Term = []byte(term)
		backing[i].SetFrequency(min(n, 63))
		f.freqs[term] = &backing[i]
		i++
	}
}

func (f *textField) Name() string             { return f.name }
func (f *textField) ArrayPositions() []uint64 { return nil }
func (f *textField) Value() []byte            { return nil }
func (f *textField) EncodedFieldType() byte   { return 't' }
func (f *textField) AnalyzedLength() int      { return f.length }
func (f *textField) Size() int                { return len(f.text) }
func (f *textField) NumPlainTextBytes() uint64 {
	return uint64(len(f.text))
}
func (f *textField) Options() index.FieldIndexingOptions { return index.IndexField }
func (f *textField) AnalyzedTokenFrequencies() index.TokenFrequencies {
	return f.freqs
}

// Bleve writes a field's length beside every posting as a variable-length
// integer. A logarithmic code of 1…127 takes one byte instead of two and is
// exact to 6 %, which BM25 does not feel.
const lengthSteps = 8.0

func lengthCode(n int) int {
	if n <= 0 {
		return 1
	}
	return min(127, 1+int(math.Round(lengthSteps*math.Log2(float64(n)))))
}

// lengthOf undoes lengthCode; norm is what Bleve makes of the code.
func lengthOf(norm float64) float64 {
	code := math.Round(1 / (norm * norm))
	return math.Exp2((code - 1) / lengthSteps)
}

func keyword(name, value string) document.Field {
	return document.NewTextFieldCustom(name, nil, []byte(value), index.IndexField|index.SkipFreqNorm, nil)
}
