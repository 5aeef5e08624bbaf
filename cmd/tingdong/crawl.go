package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/search/crawl"
	"github.com/tingdong/tingdong/server"
)

func crawlCmd() *cobra.Command {
	var c common
	var o crawl.Options
	var again bool
	cmd := &cobra.Command{
		Use:   "crawl URL",
		Short: "抓取网站 / fetch a site's pages into the journal",
		Long: `按站点地图或链接抓取一个网站：遵守 robots.txt，只抓这一个主机，再次抓取时只取有变化的页面。
Fetches one site by its sitemap or its links: obeys robots.txt, stays on the host, and takes
only what has changed when it is run again. PDF and DOCX files are read, too.`,
		Example: "  tingdong crawl --delay 1s https://www.example.gov.cn/",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Start = args[0]
			return runCrawl(cmd, &c, o, again)
		},
	}
	c.addData(cmd)
	addJSON(cmd)
	cmd.Flags().IntVar(&o.MaxPages, "max-pages", 100000, "stop after this many requests")
	cmd.Flags().DurationVar(&o.Delay, "delay", 500*time.Millisecond, "pause between requests; robots.txt may ask for more")
	cmd.Flags().StringVar(&o.UserAgent, "user-agent", "Tingdong", "name that robots.txt knows us by")
	cmd.Flags().BoolVar(&again, "again", false, "take unchanged pages, too")
	return cmd
}

// crawled is the summary of a crawl.
type crawled struct {
	crawl.Summary
	Import  server.Imported      `json:"import"`
	Reasons []server.RefusedLine `json:"reasons,omitempty"` // id is the address
}

func runCrawl(cmd *cobra.Command, c *common, o crawl.Options, again bool) error {
	u, err := url.Parse(o.Start)
	if err != nil || u.Host == "" {
		return &usageError{fmt.Errorf("%q is not the address of a site", o.Start)}
	}
	d, err := openDesk(cmd.Context(), c, false)
	if err != nil {
		return err
	}
	defer d.Close()
	state := filepath.Join(c.data, "crawl", url.PathEscape(u.Host)+".json")
	if err := os.MkdirAll(filepath.Dir(state), 0o700); err != nil {
		return err
	}
	if !again {
		if o.State, err = crawl.LoadState(state); err != nil {
			return err
		}
	} else {
		o.State = crawl.NewState()
	}
	bar := newBar(cmd.ErrOrStderr(), -1, u.Host)
	out := &crawled{}
	err = out.run(cmd.Context(), d, o, func(done, known int) {
		bar.ChangeMax(known)
		_ = bar.Set(done) // a bar that cannot be drawn stops nothing
	})
	_ = bar.Finish()
	if err == nil {
		// Only what the journal has is remembered as seen.
		err = o.State.Save(state)
	}
	if err != nil {
		return err
	}
	return out.report(cmd)
}

// run crawls, and imports what comes while it does.
func (c *crawled) run(ctx context.Context, d *desk, o crawl.Options, progress func(done, known int)) (err error) {
	r, w := io.Pipe()
	imported := make(chan error, 1)
	go func() {
		var err error
		c.Import, err = d.importer().importFrom(ctx, r, func(int64) {})
		r.CloseWithError(errors.Join(err, io.ErrClosedPipe))
		imported <- err
	}()
	lines := json.NewEncoder(w)
	c.Summary, err = crawl.Run(ctx, o, crawl.Handler{
		Page:     func(doc *search.Document) error { return lines.Encode(doc) },
		Gone:     func(id string) error { return lines.Encode(search.Op{Delete: id}) },
		Progress: progress,
		Refused: func(address, reason string) {
			if len(c.Reasons) < maxReported {
				c.Reasons = append(c.Reasons, server.RefusedLine{ID: address, Message: reason})
			}
		},
	})
	w.Close()
	return errors.Join(err, <-imported)
}

func (c *crawled) report(cmd *cobra.Command) error {
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		return newPrinter(cmd, false).print(c)
	}
	for _, r := range c.Reasons {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", r.ID, r.Message)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(),
		"请求 %d 次：新增或更新 %d 页，未变 %d 页，消失 %d 页，未收 %d 页 / %d requests: %d pages new or changed, %d unchanged, %d gone, %d refused\n",
		c.Fetched, c.Documents, c.Unchanged, c.Gone, c.Refused, c.Fetched, c.Documents, c.Unchanged, c.Gone, c.Refused)
	return err
}
