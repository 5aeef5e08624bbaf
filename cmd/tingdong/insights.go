package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/insights"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/node"
)

// insightFlags are the filter of a report as it is typed.
type insightFlags struct {
	common
	from, to, lang, role, way, export string
	limit                             int
}

func insightsCmd() *cobra.Command {
	var f insightFlags
	cmd := &cobra.Command{
		Use:     "insights",
		Short:   "访客问了什么，没找到什么 / what visitors asked, found and missed",
		Example: "  tingdong insights --from 2026-01-01 --limit 50\n  tingdong insights --export csv > insights.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := f.filter(time.Now())
			if err != nil {
				return &usageError{err}
			}
			if f.export != "" {
				return f.exportTo(cmd.Context(), filter, cmd.OutOrStdout())
			}
			r, err := f.report(cmd.Context(), filter)
			if err != nil {
				return err
			}
			if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
				return newPrinter(cmd, true).print(r)
			}
			return printReport(cmd.OutOrStdout(), r)
		},
	}
	f.addData(cmd)
	addJSON(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.from, "from", "", "first day, such as 2026-01-01 (default: 29 days before --to)")
	fl.StringVar(&f.to, "to", "", "last day (default: today)")
	fl.StringVar(&f.lang, "lang", "", "only this language: zh or en")
	fl.StringVar(&f.role, "role", "", "only this role: resident, enterprise or tourist")
	fl.StringVar(&f.way, "way", "", "only what came this way: voice, text or search")
	fl.IntVar(&f.limit, "limit", 20, "entries of each list, at most 200")
	fl.StringVar(&f.export, "export", "", "write every event instead: csv or ndjson")
	return cmd
}

func (f *insightFlags) filter(now time.Time) (insights.Filter, error) {
	out := insights.Filter{To: now, Limit: f.limit, Lang: f.lang, Role: f.role, Way: f.way}
	var err, err2 error
	if f.to != "" {
		out.To, err = time.ParseInLocation(time.DateOnly, f.to, time.Local)
	}
	out.From = out.To.AddDate(0, 0, -29)
	if f.from != "" {
		out.From, err2 = time.ParseInLocation(time.DateOnly, f.from, time.Local)
	}
	if err := errors.Join(err, err2); err != nil {
		return out, fmt.Errorf("days are written as 2026-01-31: %w", err)
	}
	if out.To.Before(out.From) || f.limit < 1 || f.limit > 200 {
		return out, errors.New("--from must not be after --to, and --limit is 1 to 200")
	}
	return out, nil
}

// query is the filter as /v1/admin/insights takes it.
func (f *insightFlags) query(filter insights.Filter) string {
	v := url.Values{"from": {filter.From.Format(time.DateOnly)}, "to": {filter.To.Format(time.DateOnly)}, "limit": {strconv.Itoa(f.limit)}}
	for name, value := range map[string]string{"lang": f.lang, "role": f.role, "way": f.way, "format": f.export} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v.Encode()
}

// local opens the data directory, or the service that runs on it.
func (f *insightFlags) local(ctx context.Context) (*node.Node, *client, error) {
	n, err := node.Open(ctx, node.Options{Data: f.data, Insights: &node.InsightsOptions{Look: true}})
	if errors.Is(err, journal.ErrInUse) {
		c, err := dialLocal(ctx, f.data)
		return nil, c, err
	}
	if err != nil {
		return nil, nil, err
	}
	return n, nil, n.Insights().CaughtUp(ctx)
}

func (f *insightFlags) report(ctx context.Context, filter insights.Filter) (*insights.Report, error) {
	n, c, err := f.local(ctx)
	if c != nil && err == nil {
		r := &insights.Report{}
		return r, c.call(ctx, http.MethodGet, "/v1/admin/insights?"+f.query(filter), nil, r)
	}
	if n == nil {
		return nil, err
	}
	defer n.Close()
	if err != nil {
		return nil, err
	}
	return n.Insights().Report(ctx, filter)
}

func (f *insightFlags) exportTo(ctx context.Context, filter insights.Filter, w io.Writer) error {
	if f.export != "csv" && f.export != "ndjson" {
		return &usageError{fmt.Errorf("unknown format %q; there are csv and ndjson", f.export)}
	}
	n, c, err := f.local(ctx)
	if c != nil && err == nil {
		return c.download(ctx, "/v1/admin/insights/export?"+f.query(filter), w)
	}
	if n == nil {
		return err
	}
	defer n.Close()
	row, flush, err2 := insights.NewExport(f.export, w)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	return errors.Join(n.Insights().Rows(ctx, filter, row), flush())
}

// printReport is the report for a person.
func printReport(out io.Writer, r *insights.Report) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	t := r.Totals
	percent := func(f *float64) string {
		if f == nil {
			return "–"
		}
		return fmt.Sprintf("%.1f%%", 100**f)
	}
	fmt.Fprintf(w, "%s – %s (%s)\n\n", r.From, r.To, r.Zone)
	fmt.Fprintf(w, "提问 / turns\t%d\n达成 / success\t%s\n未答好 / missed\t%d\n点击 / clicks\t%d (%s)\n取消 / cancels\t%d\n", t.Turns, percent(t.SuccessRate), t.Missed,
		t.Clicks, percent(t.ClickRate), t.Cancels)
	for _, s := range r.Ways {
		fmt.Fprintf(w, "%s\t%d\n", s.Name, s.Turns)
	}
	fmt.Fprintf(w, "\n热门 / asked\t次 turns\t人 visitors\t未答好 missed\t点击 clicks\n")
	for _, q := range r.Queries {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\n", q.Text, q.Turns, q.Visitors, q.Missed, q.Clicks)
	}
	fmt.Fprintf(w, "\n未答好 / missed\t次 turns\t原因 reason\t最近 last\n")
	for _, m := range r.Missed {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", m.Text, m.Turns, m.Reason, m.Last)
	}
	fmt.Fprintf(w, "\n栏目 / columns\t次 turns\t取消 cancels\n")
	for _, c := range r.Columns {
		fmt.Fprintf(w, "%s\t%d\t%d\n", c.ID, c.Turns, c.Cancels)
	}
	return w.Flush()
}
