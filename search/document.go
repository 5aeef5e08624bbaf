package search

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/tingdong/tingdong/search/analysis"
	"github.com/tingdong/tingdong/zhtext"
)

// maxIndexed bounds how many characters of a body are searchable; the rest is
// stored and shown, but not found.
const maxIndexed = 1 << 20

func (x *Index) document(d *Document) *document.Document {
	an := x.an.Load()
	doc := document.NewDocument(d.ID)
	doc.AddField(&textField{name: fieldTitle, text: d.Title, limit: 4096, an: an})
	if d.Body != "" {
		doc.AddField(&textField{name: fieldBody, text: d.Body, limit: maxIndexed, an: an})
	}
	if k, ok := analysis.DocNo(d.DocNo); ok {
		doc.AddField(keyword(fieldDocNo, k))
	} else if d.DocNo != "" {
		doc.AddField(keyword(fieldDocNo, d.DocNo))
	}
	for _, k := range analysis.CitedDocNos(d.Title+"\n"+d.Body, 50) {
		doc.AddField(keyword(fieldCited, k))
	}
	for name, value := range map[string]string{fieldColumn: d.Column, fieldKind: d.Kind,
		fieldRole: cmp.Or(d.Role, everyRole), fieldLang: language(d), fieldOrg: d.Org, fieldAuthority: authority(d.Title)} {
		if value != "" {
			doc.AddField(keyword(name, value))
		}
	}
	if len(d.Date) == len("2006-01-02") {
		doc.AddField(keyword(fieldDate, d.Date))
		doc.AddField(keyword(fieldYear, d.Date[:4]))
	}
	doc.AddField(document.NewTextFieldCustom(fieldStored, nil, encodeDocument(d), index.StoreField, nil))
	return doc
}

// everyRole stands for a document that is for everybody.
const everyRole = "*"

// language gives the primary language of a document, by its characters when
// it does not say.
func language(d *Document) string {
	if d.Lang != "" {
		return primary(d.Lang)
	}
	for _, r := range d.Title {
		if zhtext.IsHan(r) {
			return "zh"
		}
	}
	return "en"
}

// primary is the language of a BCP 47 tag without script and region.
func primary(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return lang
}

// lengths are the sums from which BM25's average lengths are made, in
// characters, over everything ever indexed: an average needs no more.
type lengths struct{ titles, titleSum, bodies, bodySum uint64 }

func (l *lengths) add(d *Document) {
	l.titles++
	l.titleSum += uint64(utf8.RuneCountInString(d.Title))
	if d.Body != "" {
		l.bodies++
		l.bodySum += uint64(min(maxIndexed, utf8.RuneCountInString(d.Body)))
	}
}

func (l *lengths) encode() []byte {
	var b []byte
	for _, v := range []uint64{l.titles, l.titleSum, l.bodies, l.bodySum} {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

func readLengths(b bleve.Index) (*lengths, error) {
	raw, err := b.GetInternal(keyLengths)
	if err != nil {
		return nil, fmt.Errorf("%w: lengths: %w", ErrDamaged, err)
	}
	l := &lengths{}
	if len(raw) == 32 {
		l.titles = binary.BigEndian.Uint64(raw)
		l.titleSum = binary.BigEndian.Uint64(raw[8:])
		l.bodies = binary.BigEndian.Uint64(raw[16:])
		l.bodySum = binary.BigEndian.Uint64(raw[24:])
	}
	return l, nil
}
