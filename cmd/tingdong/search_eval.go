package main

import (
	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/search/eval"
)

// searchEvalCmd measures search against other engines; `make search-eval`
// runs it and docs/search.md has what it printed.
func searchEvalCmd() *cobra.Command {
	var o eval.Options
	cmd := &cobra.Command{
		Use:    "search-eval",
		Short:  "measure search quality and speed on labelled collections",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out, o.Log = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return eval.Run(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.Data, "data", "../shared/search", "directory with the collections and queries")
	cmd.Flags().StringVar(&o.Work, "work", "", "directory for the indexes (default: a temporary one)")
	cmd.Flags().StringVar(&o.Only, "only", "", "only the engine of this name, such as Tingdong")
	cmd.Flags().StringVar(&o.Collection, "collection", "", "only this collection: portal, law, or all of both in one index")
	cmd.Flags().BoolVar(&o.Speed, "speed", false, "only speed")
	cmd.Flags().BoolVar(&o.Peers, "peers", true, "run SQLite FTS5 and Xapian, too, where they are installed")
	return cmd
}
