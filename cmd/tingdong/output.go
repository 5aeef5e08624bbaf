package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// printer writes one JSON value a line; indented when a person looks at a
// single one.
type printer struct {
	w   *bufio.Writer
	enc *json.Encoder
}

func newPrinter(cmd *cobra.Command, single bool) *printer {
	out := cmd.OutOrStdout()
	p := &printer{w: bufio.NewWriter(out)}
	p.enc = json.NewEncoder(p.w)
	p.enc.SetEscapeHTML(false)
	asJSON, _ := cmd.Flags().GetBool("json")
	if f, ok := out.(*os.File); ok && single && !asJSON && term.IsTerminal(int(f.Fd())) {
		p.enc.SetIndent("", "  ")
	}
	return p
}

// print writes v and flushes, so that a program at the other end of the pipe
// sees its answer at once.
func (p *printer) print(v any) error {
	if err := p.enc.Encode(v); err != nil {
		return err
	}
	return p.w.Flush()
}

// failure is the line that stands for an answer when a line of input could
// not be answered.
type failure struct {
	Error string `json:"error"`
	Line  int    `json:"line,omitempty"`
	File  string `json:"file,omitempty"`
}

func addJSON(cmd *cobra.Command) { cmd.Flags().Bool("json", false, "compact JSON, one value a line") }

// isStdin reports that the question is "-": lines come on standard input.
func isStdin(args []string) bool { return len(args) == 1 && args[0] == "-" }
