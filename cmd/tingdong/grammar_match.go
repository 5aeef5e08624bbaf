package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent"
)

func grammarMatchCmd() *cobra.Command {
	var columns string
	var grammars []string
	var exact bool
	cmd := &cobra.Command{
		Use:   "match --grammar FILE… TEXT|-",
		Short: "一句话匹配到什么 / what a text matches",
		Long: `从标准输入逐行读 {"input":…,"lists":{…},"context":{…},"best_slot":…}（或一句话），逐行按序回答
{"matched":…,"intent":…,"slots":{…},"context":{…},"metadata":{…},"confidence":…}。
Reads such JSON lines (or plain texts) from standard input and answers one line each, in order.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cols, files, err := loadGrammars(cmd, columns, grammars)
			if err != nil {
				return err
			}
			m, err := intent.Compile(files, cols)
			if err != nil {
				return err
			}
			k := &rowMatcher{m: m, exact: exact}
			if !isStdin(args) {
				return newPrinter(cmd, true).print(k.match(matchRow{Input: args[0]}))
			}
			out := newPrinter(cmd, false)
			n := 0
			return eachLine(cmd.InOrStdin(), maxMatchLine, func(line []byte, whole bool) error {
				n++
				return out.print(k.line(n, line, whole))
			})
		},
	}
	cmd.Flags().StringVar(&columns, "columns", "", "column table (default: the shipped one)")
	cmd.Flags().StringArrayVar(&grammars, "grammar", nil, "grammar to match with, repeatable (default: the shipped ones)")
	cmd.Flags().BoolVar(&exact, "exact", false, "no tolerance for what was misheard")
	addJSON(cmd)
	return cmd
}

// maxMatchLine bounds a row, in bytes: it may bring thousands of list values.
const maxMatchLine = 32 << 20

// matchRow is one question of `grammar match`. With best_slot (or
// best_metadata) the best of all exact matches answers, as hassil's
// recognize_best; without them the first in the order of the file, as its
// recognize.
type matchRow struct {
	Input        string          `json:"input"`
	Lists        json.RawMessage `json:"lists"`
	Context      map[string]any  `json:"context"`
	BestSlot     *string         `json:"best_slot"`
	BestMetadata string          `json:"best_metadata"`
}

// matchAnswer is its answer. Without a match intent and metadata are null,
// slots and context empty.
type matchAnswer struct {
	Matched    bool           `json:"matched"`
	Intent     *string        `json:"intent"`
	Slots      map[string]any `json:"slots"`
	Context    map[string]any `json:"context"`
	Metadata   map[string]any `json:"metadata"`
	Confidence float64        `json:"confidence"`
	Error      string         `json:"error,omitempty"`
	Line       int            `json:"line,omitempty"`
}

// rowMatcher matches rows and keeps the lists of the last one, because
// neighbours often bring the same.
type rowMatcher struct {
	m        *intent.Matcher
	exact    bool
	rawLists []byte
	lists    map[string]*grammar.List
}

// line answers one line of input: a JSON row, or a text by itself.
func (k *rowMatcher) line(n int, line []byte, whole bool) matchAnswer {
	if !whole {
		return failedRow(n, fmt.Errorf("the line is longer than %d bytes", maxMatchLine))
	}
	row := matchRow{Input: string(line)}
	if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] == '{' {
		row.Input = ""
		if err := json.Unmarshal(trimmed, &row); err != nil {
			return failedRow(n, fmt.Errorf(`the line is not a row such as {"input":"打开首页"}: %w`, err))
		}
	}
	if err := k.setLists(row.Lists); err != nil {
		return failedRow(n, err)
	}
	return k.match(row)
}

func failedRow(n int, err error) matchAnswer {
	return matchAnswer{Slots: map[string]any{}, Context: map[string]any{}, Error: err.Error(), Line: n}
}

func (k *rowMatcher) setLists(raw json.RawMessage) error {
	if bytes.Equal(raw, k.rawLists) {
		return nil
	}
	k.rawLists, k.lists = bytes.Clone(raw), nil
	if len(raw) == 0 {
		return nil
	}
	lists, diags := grammar.ParseLists("lists", raw)
	if err := diags.Err(); err != nil {
		k.rawLists = nil // the next row with these lists is told the same
		return err
	}
	k.lists = lists
	return nil
}

func (k *rowMatcher) match(row matchRow) matchAnswer {
	call := intent.Call{Text: row.Input, Lists: k.lists, Context: row.Context, BestMetadata: row.BestMetadata}
	best := row.BestSlot != nil || row.BestMetadata != ""
	if row.BestSlot != nil {
		call.BestSlot = *row.BestSlot
	}
	r, ok := k.find(call, best)
	a := matchAnswer{Matched: ok, Slots: r.Slots, Context: r.Context, Metadata: r.Metadata, Confidence: r.Confidence}
	if ok {
		a.Intent = &r.Intent
	}
	if a.Slots == nil {
		a.Slots = map[string]any{}
	}
	if a.Context == nil {
		a.Context = map[string]any{}
	}
	return a
}

func (k *rowMatcher) find(call intent.Call, best bool) (intent.Result, bool) {
	if best && k.exact {
		return k.m.BestExact(call)
	}
	if best {
		return k.m.MatchBest(call)
	}
	all := k.m.MatchExact(call)
	if len(all) > 0 && (k.exact || all[0].Wildcards == 0) {
		return all[0], true
	}
	if k.exact {
		return intent.Result{}, false
	}
	// A wildcard takes misheard words, too: weigh it against near matches.
	return k.m.MatchBest(call)
}
