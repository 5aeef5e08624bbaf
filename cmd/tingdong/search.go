package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/search"
)

// searchLine is a question in JSON on standard input.
type searchLine struct {
	Query        string   `json:"query"`
	Q            string   `json:"q"` // the same, as /v1/search calls it
	Alternatives []string `json:"alternatives"`
	Lang         string   `json:"lang"`
	Role         string   `json:"role"`
	Column       string   `json:"column"`
	Kind         string   `json:"kind"`
	Sort         string   `json:"sort"`
	Year         int      `json:"year"`
	Page         int      `json:"page"`
	Size         int      `json:"size"`
	Operators    bool     `json:"operators"`
}

func searchCmd() *cobra.Command {
	var c common
	var q search.Query
	cmd := &cobra.Command{
		Use:     "search QUERY|-",
		Short:   "全文检索 / search the portal's pages",
		Example: "  tingdong search 公积金怎么提取\n  tingdong search --size 3 --sort date 通知",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := openDesk(cmd.Context(), &c, false)
			if err != nil {
				return err
			}
			defer d.Close()
			if isStdin(args) {
				return answerLines(cmd, func(line []byte) (any, error) {
					asked, err := parseSearch(line, q)
					if err != nil {
						return nil, err
					}
					return d.search(cmd.Context(), asked)
				})
			}
			q.Text = strings.Join(args, " ")
			r, err := d.search(cmd.Context(), q)
			if err != nil {
				return err
			}
			return newPrinter(cmd, true).print(r)
		},
	}
	c.addData(cmd)
	addJSON(cmd)
	f := cmd.Flags()
	f.StringVar(&q.Lang, "lang", "", "only pages in this language")
	f.StringVar(&q.Column, "column", "", "only pages of this column")
	f.StringVar(&q.Kind, "kind", "", "only pages of this kind: guide, notice, news, policy, …")
	f.StringVar(&q.Sort, "sort", "", "relevance or date")
	f.BoolVar(&q.Operators, "operators", false, `"…" is found as it stands, -word is not found; otherwise both are text`)
	f.IntVar(&q.Year, "year", 0, "only pages of this year")
	f.IntVar(&q.Page, "page", 1, "page of results")
	f.IntVar(&q.Size, "size", 10, "results on a page")
	return cmd
}

// parseSearch reads a line: a query, or a JSON object.
func parseSearch(line []byte, base search.Query) (search.Query, error) {
	q := base
	if t := bytes.TrimSpace(line); len(t) == 0 || t[0] != '{' {
		q.Text = string(line)
		return q, nil
	}
	l := searchLine{Lang: q.Lang, Role: q.Role, Column: q.Column, Kind: q.Kind, Sort: q.Sort, Year: q.Year, Page: q.Page, Size: q.Size, Operators: q.Operators}
	if err := json.Unmarshal(line, &l); err != nil {
		return q, fmt.Errorf(`the line is not the JSON of a query, such as {"query":"公积金"}: %w`, err)
	}
	q = search.Query{Text: l.Query, Alternatives: l.Alternatives, Lang: l.Lang, Role: l.Role, Column: l.Column, Kind: l.Kind,
		Sort: l.Sort, Year: l.Year, Page: l.Page, Size: l.Size, Operators: l.Operators}
	if q.Text == "" {
		q.Text = l.Q
	}
	return q, nil
}
