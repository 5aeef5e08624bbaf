package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/node"
	"github.com/tingdong/tingdong/session"
)

func grammarTestCmd() *cobra.Command {
	var columns string
	var grammars []string
	cmd := &cobra.Command{
		Use:   "test [FILE…]",
		Short: "运行测试脚本 / run test scripts: utterance → expected reply",
		Long: `脚本写法见 docs/grammar-tests.md。不给文件时，运行随程序附带的脚本。
The format is in docs/grammar-tests.md. Without files the shipped scripts are run.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			scripts := grammar.ShippedTests()
			if len(args) > 0 {
				var err error
				if scripts, err = grammarSources(cmd, args); err != nil {
					return err
				}
			}
			cols, files, err := loadGrammars(cmd, columns, grammars)
			if err != nil {
				return err
			}
			brain, err := node.NewBrain(&node.Portal{Columns: cols, Grammars: files}, nil)
			if err != nil {
				return err
			}
			return runScripts(cmd, scripts, brain)
		},
	}
	cmd.Flags().StringVar(&columns, "columns", "", "column table (default: the shipped one)")
	cmd.Flags().StringArrayVar(&grammars, "grammar", nil, "grammar to test, repeatable (default: the shipped ones)")
	addJSON(cmd)
	return cmd
}

func runScripts(cmd *cobra.Command, scripts []grammar.Source, brain *session.Brain) error {
	asJSON, _ := cmd.Flags().GetBool("json")
	out := newPrinter(cmd, false)
	cases, failed := 0, 0
	for _, src := range scripts {
		n, diags := node.RunScript(cmd.Context(), brain, src)
		cases, failed = cases+n, failed+len(diags)
		if !asJSON {
			printDiagnostics(cmd.OutOrStdout(), diags)
			continue
		}
		for _, d := range diags {
			if err := out.print(d); err != nil {
				return err
			}
		}
	}
	if !asJSON {
		fmt.Fprintf(cmd.OutOrStdout(), "%d 句，%d 处不符 / %[1]d utterances, %[2]d findings\n", cases, failed)
	}
	if failed > 0 {
		return errReported
	}
	return nil
}
