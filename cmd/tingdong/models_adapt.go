package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/models"
	"github.com/tingdong/tingdong/models/adapt"
)

func modelsAdaptCmd() *cobra.Command {
	var c common
	var columns, name string
	cmd := &cobra.Command{
		Use:   "adapt MODEL [TEXT…]",
		Short: "按本门户的栏目和文本调整语言模型 / fit a model's language model to a portal's own words",
		Long: `把 MODEL 复制成新模型，自由听写时更易听出本门户的说法；声学部分不变。TEXT 每行一个标题或一句话（- 为标准输入）。
Copies MODEL to a new one that expects the portal's words in free speech; its ears stay
the same. TEXT has a title or a sentence on each line (- is the standard input).`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			model, err := models.Find(args[0], models.Dirs(c.data)...)
			if err != nil {
				return err
			}
			texts, err := adaptTexts(cmd, columns, args[1:])
			if err != nil {
				return err
			}
			if name == "" {
				name = model.Name + "-adapted"
			}
			out := filepath.Join(c.data, "models", name)
			report, err := adapt.Model(model.Dir, out, texts)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d 句 / sentences, %d 词 / words, %d 词对 / pairs, %d 个未收的字词 / unknown\n",
				out, report.Sentences, report.Words, report.Pairs, report.Unknown)
			return nil
		},
	}
	c.addData(cmd)
	cmd.Flags().StringVar(&columns, "columns", "", "栏目文件 / a columns file, whose names and aliases count too")
	cmd.Flags().StringVar(&name, "name", "", "新模型的名字 / the new model's name (MODEL-adapted)")
	return cmd
}

// adaptTexts are the columns' names and the lines of files.
func adaptTexts(cmd *cobra.Command, columns string, files []string) ([]string, error) {
	var texts []string
	if columns != "" {
		list, _, diagnostics, err := grammarColumns(cmd, columns)
		if err != nil {
			return nil, err
		}
		if diagnostics.HasErrors() {
			printDiagnostics(cmd.ErrOrStderr(), errorsOnly(diagnostics))
			return nil, errReported
		}
		for _, column := range list.All() {
			texts = append(append(texts, column.Name), column.Aliases...)
		}
	}
	for _, file := range files {
		lines, err := adaptLines(cmd.InOrStdin(), file)
		if err != nil {
			return nil, err
		}
		texts = append(texts, lines...)
	}
	if len(texts) == 0 {
		return nil, &usageError{errors.New("nothing to learn from: give text files or --columns")}
	}
	return texts, nil
}

func adaptLines(stdin io.Reader, file string) ([]string, error) {
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("text to adapt to: %w", err)
		}
		defer f.Close()
		in = f
	}
	const longest = 1 << 20
	var lines []string
	s := bufio.NewScanner(in)
	s.Buffer(nil, longest)
	for s.Scan() {
		if line := strings.TrimSpace(s.Text()); line != "" {
			lines = append(lines, line)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("text to adapt to, %s: %w", file, err)
	}
	return lines, nil
}
