package search

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of an imported document, in bytes. A line over MaxLine is skipped
// without being held in memory.
const (
	MaxLine  = 64 << 20
	MaxBody  = 16 << 20 // a longer body is cut, with a warning
	MaxTitle = 4 << 10
	MaxID    = 512
)

// LineError says why one line of an import was refused, or, when Warning is
// set, what was changed in it.
type LineError struct {
	Line    int
	ID      string // if it was read
	Reason  string
	Warning bool
}

func (e *LineError) Error() string {
	if e.ID != "" {
		return fmt.Sprintf("line %d (%s): %s", e.Line, e.ID, e.Reason)
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

// ReadJSONL is ReadOps for files that hold documents only; a deletion is
// refused.
func ReadJSONL(r io.Reader, doc func(line int, d *Document) error, bad func(*LineError)) error {
	return ReadOps(r, func(line int, op Op) error {
		if op.Upsert == nil {
			bad(&LineError{Line: line, ID: op.Delete, Reason: "a deletion is not allowed here"})
			return nil
		}
		return doc(line, op.Upsert)
	}, bad)
}

// ReadOps reads changes, one JSON object a line, until the end of r: a
// document, or {"delete":"its id"}. change is called for each good one and may
// stop the reading with an error; bad is called for each line that is refused
// or was changed, and reading goes on. An id that occurs twice is taken twice,
// the later one wins; bad is told.
func ReadOps(r io.Reader, change func(line int, op Op) error, bad func(*LineError)) error {
	lines := &lineReader{r: bufio.NewReaderSize(r, 1<<16), max: MaxLine}
	seen := map[string]int{}
	for n := 1; ; n++ {
		line, tooLong, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if line = bytes.TrimSpace(line); len(line) == 0 && !tooLong {
			continue
		}
		if tooLong {
			bad(&LineError{Line: n, Reason: fmt.Sprintf("longer than %d MB; split the document", MaxLine>>20)})
			continue
		}
		d, gone, reason := parseLine(line)
		if reason != "" {
			e := &LineError{Line: n, Reason: reason}
			if d != nil {
				e.ID = d.ID
			}
			bad(e)
			continue
		}
		if gone != "" {
			if err := change(n, Op{Delete: gone}); err != nil {
				return err
			}
			continue
		}
		warn := func(reason string) { bad(&LineError{Line: n, ID: d.ID, Reason: reason, Warning: true}) }
		d.clean(warn)
		if first, dup := seen[d.ID]; dup {
			warn(fmt.Sprintf("the id was already on line %d; this line replaces it", first))
		}
		seen[d.ID] = n
		if err := change(n, Op{Upsert: d}); err != nil {
			return err
		}
	}
}

// parseLine reads one line: a document, or the id of one to delete, or what is
// wrong with it.
func parseLine(line []byte) (d *Document, gone, reason string) {
	if !utf8.Valid(line) {
		return nil, "", "not valid UTF-8; convert the file (for GBK: iconv -f GB18030 -t UTF-8)"
	}
	var row struct {
		Document
		Delete string `json:"delete"`
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return nil, "", jsonReason(err)
	}
	if row.Delete != "" {
		return nil, row.Delete, ""
	}
	row.ID = strings.TrimSpace(row.ID)
	return &row.Document, "", row.Refuse()
}

// Refuse says why a document cannot be indexed, "" if it can.
func (d *Document) Refuse() string {
	switch {
	case d.ID == "":
		return `no "id"`
	case len(d.ID) > MaxID:
		return fmt.Sprintf("the id is longer than %d bytes", MaxID)
	case strings.ContainsFunc(d.ID, unicode.IsControl):
		return "the id has control characters"
	case strings.TrimSpace(strings.Map(printable, d.Title)) == "":
		return `no "title"`
	}
	return ""
}

func jsonReason(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("not JSON, at byte %d: %s", syntax.Offset, syntax)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Sprintf("%q must be a %s, not a %s", kind.Field[strings.LastIndex(kind.Field, ".")+1:], kind.Type, kind.Value)
	case errors.As(err, &kind):
		return fmt.Sprintf("a document must be a JSON object, not a %s", kind.Value)
	}
	return "not JSON: " + err.Error()
}

// Clean makes a document fit for the index and says what it changed:
// control characters go, overlong titles and bodies are cut, a date is
// brought to YYYY-MM-DD or dropped.
func (d *Document) Clean() []string {
	var changed []string
	d.clean(func(s string) { changed = append(changed, s) })
	return changed
}

func (d *Document) clean(warn func(string)) {
	for _, s := range stringsOf(d) {
		if strings.ContainsFunc(*s, func(r rune) bool { return printable(r) < 0 }) {
			*s = strings.Map(printable, *s)
		}
		*s = strings.ToValidUTF8(*s, "\ufffd")
	}
	d.Title = strings.Join(strings.Fields(d.Title), " ")
	if len(d.Title) > MaxTitle {
		d.Title = cutBytes(d.Title, MaxTitle)
		warn(fmt.Sprintf("the title was cut to %d bytes", MaxTitle))
	}
	if len(d.Body) > MaxBody {
		d.Body = cutBytes(d.Body, MaxBody)
		warn(fmt.Sprintf("the body was cut to %d MB", MaxBody>>20))
	}
	if d.Date != "" {
		day, ok := parseDate(d.Date)
		if !ok {
			warn(fmt.Sprintf("date %q is not a date and was left out; write YYYY-MM-DD", cutBytes(d.Date, 40)))
		}
		d.Date = day
	}
}

func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// printable drops control characters but for the ones that lay out text.
func printable(r rune) rune {
	if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\ufeff' {
		return -1
	}
	return r
}

// parseDate takes the ways in which dates are written in portals' exports.
func parseDate(s string) (string, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.DateOnly, time.RFC3339, time.DateTime, "2006/1/2", "2006-1-2",
		"2006.1.2", "2006年1月2日", "20060102", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1000 && t.Year() <= 9999 {
			return t.Format(time.DateOnly), true
		}
	}
	return "", false
}

// lineReader reads lines of bounded length and throws the rest of longer ones
// away.
type lineReader struct {
	r   *bufio.Reader
	max int
	buf []byte
}

// next gives the next line, valid until the following call.
func (l *lineReader) next() (line []byte, tooLong bool, err error) {
	l.buf = l.buf[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		if tooLong = tooLong || len(l.buf)+len(part) > l.max; !tooLong {
			l.buf = append(l.buf, part...)
		}
		switch {
		case err == nil:
			return l.buf, tooLong, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && (len(l.buf) > 0 || tooLong):
			return l.buf, tooLong, nil
		default:
			return nil, false, err
		}
	}
}
