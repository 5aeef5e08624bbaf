package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/journal"
)

func auditCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "审计日志：导出与核对 / the audit log: who changed what"}
	cmd.AddCommand(auditExportCmd(), auditVerifyCmd())
	return cmd
}

func auditExportCmd() *cobra.Command {
	var c common
	cmd := &cobra.Command{
		Use:   "export",
		Short: "导出为 JSON 行 / write all entries as JSON lines",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := openOffice(cmd.Context(), c.data)
			if err != nil {
				return err
			}
			defer o.Close()
			return o.writeAudit(cmd.Context(), cmd.OutOrStdout())
		},
	}
	c.addData(cmd)
	return cmd
}

func auditVerifyCmd() *cobra.Command {
	var c common
	var known string
	cmd := &cobra.Command{
		Use:   "verify [FILE|-]",
		Short: "核对有无篡改、删除、插入 / find entries that were changed, removed or inserted",
		Long: `没有参数时核对 --data 里的日志，否则核对导出的文件。每条记录含前一条的散列值；末尾的删除只有与先前记下的散列值（--contains）比较才能发现。
Without an argument the log in --data is verified, else an exported file. Each entry holds the hash of
the one before; that the end is missing shows only against a hash noted before (--contains).`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := auditSource(cmd, &c, args)
			if err != nil {
				return err
			}
			defer in.Close()
			last, err := journal.VerifyAudit(in, known)
			if broken := (*journal.AuditBreak)(nil); errors.As(err, &broken) {
				return fmt.Errorf("审计日志已被改动 / the audit log is not what was written: %w", err)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d 条记录，完好 / entries, unbroken\n%s\n", last.N, last.Hash)
			return nil
		},
	}
	c.addData(cmd)
	cmd.Flags().StringVar(&known, "contains", "", "hash, noted before, that an entry must have")
	return cmd
}

// auditSource is the file to verify, or the log of the data directory.
func auditSource(cmd *cobra.Command, c *common, args []string) (io.ReadCloser, error) {
	if isStdin(args) {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	if len(args) == 1 {
		return os.Open(args[0])
	}
	o, err := openOffice(cmd.Context(), c.data)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	go func() { // ends when all is written or the reader has closed
		err := o.writeAudit(cmd.Context(), w)
		w.CloseWithError(errors.Join(err, o.Close()))
	}()
	return r, nil
}
