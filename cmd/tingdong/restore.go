package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/node"
)

func restoreCmd() *cobra.Command {
	var c common
	var force bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "恢复备份 / make a data directory from a backup",
		Long: `先从头到尾核对文件，再建好新的数据，最后才换上；中途出错，什么都不会改变。服务须先停下。
The file is checked to its end, the new journal is completed, and only then does it take its place: an
error changes nothing. Stop the service first.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			counts, err := node.Restore(cmd.Context(), c.data, f, force)
			if errors.Is(err, journal.ErrInUse) {
				return fmt.Errorf("请先停止服务 / stop the service first: %w", err)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return tellCounts(cmd, c.data, counts)
		},
	}
	c.addData(cmd)
	addJSON(cmd)
	cmd.Flags().BoolVar(&force, "force", false, "move what is in the data directory aside, into a folder replaced-…")
	return cmd
}
