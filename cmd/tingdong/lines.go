package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/search"
)

// pieces cuts r into pieces of whole lines of about size bytes. A piece is
// valid until the next one.
func pieces(r io.Reader, size int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		br := bufio.NewReaderSize(r, 1<<16)
		var buf []byte
		for {
			line, err := br.ReadSlice('\n')
			buf = append(buf, line...)
			switch {
			case errors.Is(err, bufio.ErrBufferFull):
				if len(buf) > search.MaxLine {
					yield(nil, fmt.Errorf("a line is longer than %d MB", search.MaxLine>>20))
					return
				}
				continue
			case errors.Is(err, io.EOF):
				if len(buf) > 0 {
					yield(buf, nil)
				}
				return
			case err != nil:
				yield(nil, err)
				return
			}
			if len(buf) >= size {
				if !yield(buf, nil) {
					return
				}
				buf = buf[:0]
			}
		}
	}
}

// maxLine bounds a line of standard input, in bytes.
const maxLine = 1 << 20

// answerLines answers every line of standard input in its place. A line that
// cannot be answered gets {"error":…}, and the next one is read.
func answerLines(cmd *cobra.Command, answer func(line []byte) (any, error)) error {
	out := newPrinter(cmd, false)
	n := 0
	return eachLine(cmd.InOrStdin(), maxLine, func(line []byte, ok bool) error {
		n++
		var value any
		err := fmt.Errorf("the line is longer than %d bytes", maxLine)
		if ok {
			value, err = answer(line)
		}
		if err != nil {
			value = failure{Error: err.Error(), Line: n}
		}
		return out.print(value)
	})
}

// eachLine calls fn with every line of r, without its end. Lines may be as
// long as max bytes; a longer one is handed over cut, with ok false.
func eachLine(r io.Reader, max int, fn func(line []byte, ok bool) error) error {
	br := bufio.NewReaderSize(r, 1<<16)
	var buf []byte
	tooLong := false
	for {
		part, err := br.ReadSlice('\n')
		if len(buf)+len(part) > max {
			part, tooLong = part[:max-len(buf)], true
		}
		buf = append(buf, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil || len(buf) > 0 {
			line := buf
			for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
				line = line[:len(line)-1]
			}
			if e := fn(line, !tooLong); e != nil {
				return e
			}
		}
		if err != nil {
			return nil
		}
		buf, tooLong = buf[:0], false
	}
}
