package crawl

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	readability "codeberg.org/readeck/go-readability/v2" // v2.1.3, MIT
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"github.com/tingdong/tingdong/search"
)

const (
	kindPDF  = "application/pdf"
	kindDOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// extract turns an answer into a document without an id, and its links.
func extract(r *response) (*search.Document, []string, error) {
	switch r.kind {
	case "text/html", "application/xhtml+xml":
		return fromHTML(r)
	case kindPDF:
		text, err := pdfText(r.body)
		return fromFile(r.address, text), nil, err
	case kindDOCX:
		text, err := docxText(r.body)
		return fromFile(r.address, text), nil, err
	}
	return nil, nil, fmt.Errorf("is %s, which is not read", r.kind)
}

// fromFile makes a document whose title is the first line of its text.
func fromFile(address *url.URL, text string) *search.Document {
	d := &search.Document{Body: text, Title: path.Base(address.Path)}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && utf8.RuneCountInString(line) <= 100 {
			d.Title = line
			break
		}
	}
	return d
}

// fromHTML reads a page in whatever encoding it says or seems to have.
func fromHTML(r *response) (*search.Document, []string, error) {
	text, err := charset.NewReader(bytes.NewReader(r.body), r.contentType)
	if err != nil {
		return nil, nil, err
	}
	root, err := html.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	p := readPage(root, r.address)
	if p.noindex {
		return nil, p.links, errors.New("asks not to be indexed")
	}
	d := &search.Document{Title: p.title(), Column: p.meta["columnname"], Date: p.date(), Lang: p.lang}
	if a, err := readability.FromDocument(root, r.address); err == nil && a.Node != nil {
		var b strings.Builder
		if err := a.RenderText(&b); err == nil {
			d.Body = tidy(b.String())
		}
	}
	if utf8.RuneCountInString(d.Body) < shortBody {
		d.Body = tidy(p.text.String())
	}
	return d, p.links, nil
}

// shortBody is below what readability is not trusted: it looks for articles,
// and many pages of portals are lists or one sentence.
const shortBody = 60

// tidy joins lines and drops empty ones.
func tidy(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
