package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/grammar"
)

func grammarFormatCmd() *cobra.Command {
	var write, list bool
	cmd := &cobra.Command{
		Use:   "format FILE…|-",
		Short: "统一排版，不改变含义 / print in the canonical form, the meaning unchanged",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sources, err := grammarSources(cmd, args)
			if err != nil {
				return err
			}
			failed := false
			for _, src := range sources {
				out, diags := grammar.Format(src.Name, src.Data)
				if diags.HasErrors() {
					printDiagnostics(cmd.ErrOrStderr(), errorsOnly(diags))
					failed = true
					continue
				}
				changed := !bytes.Equal(out, src.Data)
				switch {
				case list:
					failed = failed || changed
					if changed {
						fmt.Fprintln(cmd.OutOrStdout(), src.Name)
					}
				case write && src.Name != "-":
					if !changed {
						continue
					}
					if err := replaceFile(src.Name, out); err != nil {
						return err
					}
				default:
					if _, err := cmd.OutOrStdout().Write(out); err != nil {
						return err
					}
				}
			}
			if failed {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the result back to the file")
	cmd.Flags().BoolVarP(&list, "list", "l", false, "only list files that would change, and exit with 1 if there are any")
	return cmd
}

// replaceFile puts data in the place of a file in one step: a reader sees the
// old content or the new, also when the machine stops in between.
func replaceFile(name string, data []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".format-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(info.Mode().Perm()), tmp.Sync(), tmp.Close())
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return os.Rename(tmp.Name(), name)
}
