package main

import (
	"context"
	"fmt"
	"maps"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/node"
	"github.com/tingdong/tingdong/search"
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
		s, diags := grammar.ParseScript(src.Name, src.Data)
		r := newScriptRunner(cmd.Context(), brain)
		diags = append(diags, s.Run(r.ask)...).Sort()
		cases, failed = cases+len(s.Cases), failed+len(diags)
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

// scriptRunner asks the service as a visitor would, one dialogue for each
// utterance with those that follow it.
type scriptRunner struct {
	ctx      context.Context
	svc      *session.Service
	dialogue int
}

func newScriptRunner(ctx context.Context, brain *session.Brain) *scriptRunner {
	return &scriptRunner{ctx: ctx, svc: &session.Service{
		Brain: func() *session.Brain { return brain }, Search: noPages{}, Dialogues: session.NewDialogues()}}
}

// noPages is an index without pages: scripts say what is searched for, not
// what a portal's pages answer.
type noPages struct{}

var _ session.Searcher = noPages{}

func (noPages) Search(context.Context, search.Query) (*search.Result, error) {
	return &search.Result{}, nil
}

func (r *scriptRunner) ask(c *grammar.Case) (grammar.Outcome, error) {
	if !c.Follows {
		r.dialogue++
	}
	reply, err := r.svc.Ask(r.ctx, session.Ask{Text: c.Utterance, Lang: c.Attrs["lang"], Role: c.Attrs["role"], Page: c.Attrs["page"],
		Session: fmt.Sprintf("script-%06d", r.dialogue)})
	if err != nil {
		return grammar.Outcome{}, err
	}
	return outcome(reply), nil
}

// outcome is what scripts look at in a reply.
func outcome(r *session.Reply) grammar.Outcome {
	o := grammar.Outcome{Action: string(r.Action), Intent: r.Intent, Slots: r.Slots, Say: r.Say}
	if r.Column != nil {
		o.Column = r.Column.ID
	}
	if r.Control != nil {
		o.Control, _ = r.Control["name"].(string)
		o.Args = maps.Clone(r.Control)
		delete(o.Args, "name")
	}
	if r.Search != nil {
		o.Query = r.Search.Query
	}
	for _, c := range r.Choices {
		switch {
		case c.Column != nil:
			o.Choices = append(o.Choices, c.Column.ID)
		default:
			o.Choices = append(o.Choices, c.Label)
		}
	}
	return o
}
