package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/node"
	"github.com/tingdong/tingdong/server"
)

func tokenCmd() *cobra.Command {
	var c common
	var role, name string
	cmd := &cobra.Command{
		Use:   "token",
		Short: "新建管理口令 / a new administrator's token, on the last line",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := server.ParseRole(role); err != nil {
				return &usageError{err}
			}
			secret, err := newToken(cmd, c.data, role, name)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "这是 %s 的口令，只显示这一次 / token for the role %s, shown only once:\n", role, role)
			fmt.Fprintln(cmd.OutOrStdout(), secret)
			return nil
		},
	}
	c.addData(cmd)
	cmd.Flags().StringVar(&role, "role", "editor", "viewer, editor or publisher")
	cmd.Flags().StringVar(&name, "name", "", "whose it is, for the audit log")
	return cmd
}

func newToken(cmd *cobra.Command, data, role, name string) (string, error) {
	n, err := node.Open(cmd.Context(), node.Options{Data: data})
	if errors.Is(err, journal.ErrInUse) {
		remote, err := dialLocal(cmd.Context(), data)
		if err != nil {
			return "", err
		}
		return remote.newToken(cmd.Context(), role, name)
	}
	if err != nil {
		return "", err
	}
	defer n.Close()
	return n.NewToken(cmd.Context(), role, name)
}
