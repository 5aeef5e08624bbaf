package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/grammar"
)

func grammarCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "grammar",
		Short: "检查、排版、试用命令语法 / check, format and try command grammars",
		Long: `语法文件写明访客可以说什么、说了以后做什么；写法见 docs/grammar.md。
不给文件时，用随程序附带的语法和栏目表；文件名 - 表示标准输入。
A grammar file says what visitors may say and what comes of it: docs/grammar.md.
Without files the shipped grammars and columns are used; - reads standard input.`,
	}
	cmd.AddCommand(grammarCheckCmd(), grammarFormatCmd(), grammarSampleCmd(), grammarPhrasesCmd(), grammarTestCmd(), grammarMatchCmd())
	return cmd
}

// maxGrammarInput bounds a file read from standard input, in bytes.
const maxGrammarInput = 64 << 20

// grammarSources reads the named files; without names the shipped grammars.
func grammarSources(cmd *cobra.Command, names []string) ([]grammar.Source, error) {
	if len(names) == 0 {
		return grammar.Shipped(), nil
	}
	var out []grammar.Source
	for _, name := range names {
		src, err := readSource(cmd, name)
		if err != nil {
			return nil, err
		}
		out = append(out, src)
	}
	return out, nil
}

func readSource(cmd *cobra.Command, name string) (grammar.Source, error) {
	if name == "-" {
		data, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), maxGrammarInput))
		return grammar.Source{Name: "-", Data: data}, err
	}
	data, err := os.ReadFile(filepath.Clean(name))
	return grammar.Source{Name: name, Data: data}, err
}

// grammarColumns reads the column table; without a name the shipped one. What
// is wrong with it is part of the answer.
func grammarColumns(cmd *cobra.Command, name string) (*grammar.Columns, grammar.Source, grammar.Diagnostics, error) {
	src := grammar.ShippedColumns()
	if name != "" {
		var err error
		if src, err = readSource(cmd, name); err != nil {
			return nil, src, nil, err
		}
	}
	cols, diags := grammar.ParseColumns(src.Name, src.Data)
	return cols, src, diags, nil
}

// loadGrammars reads grammars and columns that must be without errors.
func loadGrammars(cmd *cobra.Command, columns string, names []string) (*grammar.Columns, []*grammar.File, error) {
	cols, _, diags, err := grammarColumns(cmd, columns)
	if err != nil {
		return nil, nil, err
	}
	sources, err := grammarSources(cmd, names)
	if err != nil {
		return nil, nil, err
	}
	var files []*grammar.File
	for _, src := range sources {
		f, ds := grammar.Parse(src.Name, src.Data)
		files, diags = append(files, f), append(diags, ds...)
	}
	if diags.HasErrors() {
		printDiagnostics(cmd.ErrOrStderr(), errorsOnly(diags))
		return nil, nil, errReported
	}
	return cols, files, nil
}

func errorsOnly(ds grammar.Diagnostics) grammar.Diagnostics {
	var out grammar.Diagnostics
	for _, d := range ds {
		if d.Severity == grammar.Error {
			out = append(out, d)
		}
	}
	return out
}

// printDiagnostics writes each finding for a person: place, Chinese, English,
// suggestion.
func printDiagnostics(w io.Writer, ds grammar.Diagnostics) {
	names := map[grammar.Severity]string{grammar.Error: "错误 error", grammar.Warning: "警告 warning"}
	for _, d := range ds {
		fmt.Fprintf(w, "%s:%s: %s: %s\n    %s [%s]\n", d.File, d.Start, names[d.Severity], d.Message.ZH, d.Message.EN, d.Code)
		if d.Suggestion != "" {
			fmt.Fprintf(w, "    → %s\n", d.Suggestion)
		}
	}
}
