package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/grammar"
)

// maxSamples bounds -n: each different utterance is kept until the end.
const maxSamples = 1_000_000

func grammarSampleCmd() *cobra.Command {
	var columns, only string
	var n int
	var seed uint64
	var all bool
	cmd := &cobra.Command{
		Use:   "sample [FILE…]",
		Short: "列出语法能听懂的话 / utterances that a grammar understands",
		Long: `按种子随机抽取 -n 句；--all 则按文件顺序枚举（可能没有尽头，用 -n 限制）。通配处显示为 {名字}。
Draws -n utterances at random by the seed; --all enumerates them in file order.
A wildcard is shown as its {name}.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if n < 0 || n > maxSamples {
				return &usageError{fmt.Errorf("-n is %d, it must be from 0 to %d", n, maxSamples)}
			}
			cols, files, err := loadGrammars(cmd, columns, args)
			if err != nil {
				return err
			}
			for _, f := range files {
				s := grammar.Sampler{File: onlyIntent(f, only), Columns: cols}
				var samples []grammar.Sample
				if all {
					samples = s.First(n)
				} else {
					samples = s.Draw(n, seed)
				}
				if err := printSamples(cmd, samples); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&columns, "columns", "", "column table (default: the shipped one)")
	cmd.Flags().StringVar(&only, "intent", "", "only this intent")
	cmd.Flags().IntVarP(&n, "number", "n", 20, "how many of each file, at most")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "seed of the draw")
	cmd.Flags().BoolVar(&all, "all", false, "enumerate in file order instead of drawing")
	addJSON(cmd)
	return cmd
}

// onlyIntent is the file with one intent; with no name it is the file.
func onlyIntent(f *grammar.File, name string) *grammar.File {
	if name == "" {
		return f
	}
	one := *f
	one.Intents = nil
	for _, in := range f.Intents {
		if in.Name == name {
			one.Intents = append(one.Intents, in)
		}
	}
	return &one
}

func printSamples(cmd *cobra.Command, samples []grammar.Sample) error {
	asJSON, _ := cmd.Flags().GetBool("json")
	out := newPrinter(cmd, false)
	for _, s := range samples {
		if asJSON {
			if err := out.print(s); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", s.Text, s.Intent)
	}
	return nil
}

func grammarPhrasesCmd() *cobra.Command {
	var columns, model, data string
	var limit int
	cmd := &cobra.Command{
		Use:   "phrases [FILE…]",
		Short: "导出供语音识别用的短语 / phrases for the recogniser",
		Long: `每行一条；通配处截断。给出 --model 时按该模型的词表分词，含它不认识的词的短语不导出。
One a line, cut at wildcards. With --model they are split into words that the
model knows, and those with a word it does not know are left out.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			cols, files, err := loadGrammars(cmd, columns, args)
			if err != nil {
				return err
			}
			segment, err := modelSegments(data, model)
			if err != nil {
				return err
			}
			for _, p := range grammar.Phrases(files, cols, segment, limit) {
				fmt.Fprintln(cmd.OutOrStdout(), p)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&columns, "columns", "", "column table (default: the shipped one)")
	cmd.Flags().StringVar(&model, "model", "", "speech model by name or directory")
	cmd.Flags().StringVar(&data, "data", "./data", "directory of all state, where models are looked for")
	cmd.Flags().IntVar(&limit, "limit", 6000, "how many, at most")
	return cmd
}

// modelSegments splits texts into words of a speech model; nil without one.
func modelSegments(data, name string) (func(string) []string, error) {
	v, err := vocabularyOf(data, name)
	if v == nil {
		return nil, err
	}
	return v.Known, nil
}
