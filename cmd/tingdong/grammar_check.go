package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/phonetic"
	"github.com/tingdong/tingdong/models"
)

func grammarCheckCmd() *cobra.Command {
	var columns, model, data string
	var lists []string
	cmd := &cobra.Command{
		Use:   "check [FILE…]",
		Short: "找出错误与隐患 / find mistakes and likely mistakes",
		Long: `一次列出全部错误（error）和警告（warning），各带文件、行、列。有错误时退出码为 1。
Lists all errors and warnings at once, each with file, line and column. Exits with 1 on errors.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			cols, src, diags, err := grammarColumns(cmd, columns)
			if err != nil {
				return err
			}
			o := grammar.Options{Columns: cols, Lists: lists, Sound: phonetic.Sound}
			if o.Vocabulary, err = modelWords(data, model); err != nil {
				return err
			}
			if columns != "" || len(args) == 0 {
				diags = append(diags, cols.Check(src.Name, o)...)
			}
			sources, err := grammarSources(cmd, args)
			if err != nil {
				return err
			}
			for _, s := range sources {
				f, ds := grammar.Parse(s.Name, s.Data)
				diags = append(append(diags, ds...), grammar.Check(f, o)...)
			}
			return reportChecked(cmd, diags.Sort(), len(sources))
		},
	}
	cmd.Flags().StringVar(&columns, "columns", "", "column table that routes point to (default: the shipped one)")
	cmd.Flags().StringSliceVar(&lists, "lists", nil, "names of lists that each call brings along")
	cmd.Flags().StringVar(&model, "model", "", "speech model by name or directory: report words it cannot hear")
	cmd.Flags().StringVar(&data, "data", "./data", "directory of all state, where models are looked for")
	addJSON(cmd)
	return cmd
}

// modelWords is whether a speech model knows a word; nil without a model.
func modelWords(data, name string) (func(string) bool, error) {
	v, err := vocabularyOf(data, name)
	if v == nil {
		return nil, err
	}
	return v.Has, nil
}

// vocabularyOf reads what a speech model knows; nil without a model.
func vocabularyOf(data, name string) (*models.Vocabulary, error) {
	if name == "" {
		return nil, nil
	}
	m, err := models.Find(name, models.Dirs(data)...)
	if err != nil {
		return nil, err
	}
	return models.ReadVocabulary(m.Dir)
}

func reportChecked(cmd *cobra.Command, diags grammar.Diagnostics, files int) error {
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		out := newPrinter(cmd, false)
		for _, d := range diags {
			if err := out.print(d); err != nil {
				return err
			}
		}
	} else {
		printDiagnostics(cmd.OutOrStdout(), diags)
		bad := len(errorsOnly(diags))
		fmt.Fprintf(cmd.OutOrStdout(), "%d 个文件，%d 个错误，%d 个警告 / %[1]d files, %[2]d errors, %[3]d warnings\n", files, bad, len(diags)-bad)
	}
	if diags.HasErrors() {
		return errReported
	}
	return nil
}
