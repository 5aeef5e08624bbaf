package crawl

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ledongthuc/pdf" // v0.0.0-20260907135840, BSD-3-Clause
)

// maxFileText bounds the text taken from a file, in bytes.
const maxFileText = 8 << 20

// pdfText gives the text of a PDF. The library panics on some damaged files;
// that is such a file's error.
func pdfText(b []byte) (text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			text, err = "", fmt.Errorf("is a damaged PDF: %v", r)
		}
	}()
	r, err := pdf.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", fmt.Errorf("is a PDF that cannot be read: %w", err)
	}
	plain, err := r.GetPlainText()
	if err != nil {
		return "", fmt.Errorf("is a PDF that cannot be read: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(plain, maxFileText))
	if err != nil {
		return "", fmt.Errorf("is a PDF that cannot be read: %w", err)
	}
	return notEmpty(string(out), "PDF")
}

// docxText gives the text of a Word document, a paragraph a line. The format
// is XML in a zip file (ECMA-376, part 1, 17.3); the Go libraries for it are
// under the AGPL or without upkeep, and text alone needs none.
func docxText(b []byte) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", fmt.Errorf("is a DOCX that cannot be read: %w", err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		return "", fmt.Errorf("is a DOCX that cannot be read: %w", err)
	}
	defer f.Close()
	var out strings.Builder
	dec := xml.NewDecoder(io.LimitReader(f, 8*maxFileText))
	text := false
	for out.Len() < maxFileText {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("is a DOCX that cannot be read: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			text = t.Name.Local == "t"
			if t.Name.Local == "tab" || t.Name.Local == "br" {
				out.WriteByte(' ')
			}
		case xml.EndElement:
			text = false
			if t.Name.Local == "p" {
				out.WriteByte('\n')
			}
		case xml.CharData:
			if text {
				out.Write(t)
			}
		}
	}
	return notEmpty(out.String(), "DOCX")
}

func notEmpty(text, kind string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", errors.New("is a " + kind + " without text, perhaps a scan")
	}
	return tidy(text), nil
}
