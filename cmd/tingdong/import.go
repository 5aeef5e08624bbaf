package main

import (
	"fmt"
	"io"
	"os"

	// progressbar v3.19 (MIT)
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tingdong/tingdong/server"
)

func importCmd() *cobra.Command {
	var c common
	cmd := &cobra.Command{
		Use:   "import FILE.jsonl…",
		Short: "导入页面 / take pages into the journal",
		Long: `每行一个 JSON 对象：{"id","title","body","url","date","column","lang"}。有错的行会连同行号一起报告，其余照常导入；“-”读标准输入。
One JSON object a line: {"id","title","body","url","date","column","lang"}. A line with a mistake is
reported with its number and the others are taken; "-" reads standard input.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := openDesk(cmd.Context(), &c, false)
			if err != nil {
				return err
			}
			defer d.Close()
			failed := false
			for _, name := range args {
				done, err := importFile(cmd, d.importer(), name)
				if e := report(cmd, name, done); e != nil {
					return e
				}
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				failed = failed || done.Accepted == 0 && done.Refused > 0
			}
			if failed {
				return errReported
			}
			return nil
		},
	}
	c.addData(cmd)
	addJSON(cmd)
	return cmd
}

func importFile(cmd *cobra.Command, to importer, name string) (server.Imported, error) {
	in, size := cmd.InOrStdin(), int64(-1)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return server.Imported{}, err
		}
		defer f.Close()
		if st, err := f.Stat(); err == nil {
			size = st.Size()
		}
		in = f
	}
	bar := newBar(cmd.ErrOrStderr(), size, name)
	defer bar.Finish()
	return to.importFrom(cmd.Context(), in, func(n int64) { bar.Set64(n) })
}

// newBar shows progress to a person; a log file gets none.
func newBar(w io.Writer, size int64, name string) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	visible := ok && term.IsTerminal(int(f.Fd()))
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(name),
		progressbar.OptionShowBytes(true), progressbar.OptionSetVisibility(visible), progressbar.OptionThrottle(100e6),
		progressbar.OptionClearOnFinish())
}

func report(cmd *cobra.Command, name string, done server.Imported) error {
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		return newPrinter(cmd, false).print(done)
	}
	for _, e := range done.Errors {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d: %s\n", name, e.Line, e.Message)
	}
	if more := done.Refused - len(done.Errors); more > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: … 另有 %d 行 / and %d more lines\n", name, more, more)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: 导入 %d 篇，拒绝 %d 行 / %d pages imported, %d lines refused\n",
		name, done.Accepted, done.Refused, done.Accepted, done.Refused)
	return err
}
