package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/server"
)

func tokenCmd() *cobra.Command {
	var c common
	var role, name string
	var days int
	cmd := &cobra.Command{
		Use:   "token",
		Short: "新建管理口令 / a new administrator's token, on the last line",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := server.ParseRole(role); err != nil {
				return &usageError{err}
			}
			o, err := openOffice(cmd.Context(), c.data)
			if err != nil {
				return err
			}
			defer o.Close()
			secret, err := o.issue(cmd.Context(), role, name, days)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "这是 %s 的口令，只显示这一次 / token for the role %s, shown only once:\n", role, role)
			fmt.Fprintln(cmd.OutOrStdout(), secret)
			return nil
		},
	}
	cmd.PersistentFlags().StringVar(&c.data, "data", "./data", "directory of all state")
	cmd.Flags().StringVar(&role, "role", "editor", "viewer, editor or publisher")
	cmd.Flags().StringVar(&name, "name", "", "whose it is, for the audit log")
	cmd.Flags().IntVar(&days, "days", 0, "how many days it is valid; 0: until it is revoked")
	cmd.AddCommand(tokenListCmd(&c), tokenRevokeCmd(&c))
	return cmd
}

func tokenListCmd(c *common) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "列出口令（不含口令本身）/ list the tokens, without their secrets",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := openOffice(cmd.Context(), c.data)
			if err != nil {
				return err
			}
			defer o.Close()
			list, err := o.tokens(cmd.Context())
			if err != nil {
				return err
			}
			return printTokens(cmd, list)
		},
	}
	addJSON(cmd)
	return cmd
}

func printTokens(cmd *cobra.Command, list []server.Token) error {
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		p := newPrinter(cmd, false)
		for _, t := range list {
			if err := p.print(t); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	for _, t := range list {
		end := "–"
		if t.Expires != nil {
			end = t.Expires.Local().Format(time.DateTime)
			if !time.Now().Before(*t.Expires) {
				end += " 已过期 / expired"
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Role, t.Created.Local().Format(time.DateTime), end, t.Name)
	}
	return w.Flush()
}

func tokenRevokeCmd(c *common) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ID…",
		Short: "作废口令 / end tokens at once, by the id that list shows",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			o, err := openOffice(cmd.Context(), c.data)
			if err != nil {
				return err
			}
			defer o.Close()
			for _, id := range ids {
				if err := o.revoke(cmd.Context(), id); err != nil {
					return fmt.Errorf("%s: %w", id, err)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s 已作废 / revoked\n", id)
			}
			return nil
		},
	}
}
