package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

func benchAskCmd() *cobra.Command {
	var base, path string
	var clients []int
	var seconds int
	cmd := &cobra.Command{
		Use:   "ask [TEXT…]",
		Short: "文字问答与搜索的吞吐 / throughput of ask and search",
		RunE: func(cmd *cobra.Command, texts []string) error {
			if len(texts) == 0 {
				texts = []string{"找一下教育局", "我要投诉物业乱收费", "公积金怎么提取", "放大字体", "大梅沙今天开放吗", "公鸡金查询"}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%-12s %7s %9s %9s %9s %7s\n", "address", "clients", "per s", "p50 ms", "p99 ms", "failed")
			for _, n := range clients {
				if err := runAsks(cmd, base+path+"?q=", texts, n, time.Duration(seconds)*time.Second); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&base, "server", "http://127.0.0.1:8080", "address of the service")
	cmd.Flags().StringVar(&path, "path", "/v1/ask", "/v1/ask, /v1/search or /v1/suggest")
	cmd.Flags().IntSliceVar(&clients, "clients", []int{1, 4, 16}, "numbers of parallel clients, one round for each")
	cmd.Flags().IntVar(&seconds, "seconds", 5, "length of a round")
	return cmd
}

func runAsks(cmd *cobra.Command, prefix string, texts []string, n int, length time.Duration) error {
	ctx, cancel := context.WithTimeout(cmd.Context(), length)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var took []time.Duration
	failed := 0
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for k := i; ctx.Err() == nil; k++ {
				d, ok := timedGet(ctx, client, prefix+url.QueryEscape(texts[k%len(texts)]))
				if ctx.Err() != nil {
					return
				}
				mu.Lock()
				took = append(took, d)
				if !ok {
					failed++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(took) == 0 {
		return fmt.Errorf("no answer from %s", prefix)
	}
	slices.Sort(took)
	ms := func(q float64) float64 { return took[min(int(q*float64(len(took))), len(took)-1)].Seconds() * 1000 }
	name := strings.TrimSuffix(prefix[strings.LastIndex(prefix, "/v1"):], "?q=")
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%-12s %7d %9.0f %9.2f %9.2f %7d\n", name, n, float64(len(took))/length.Seconds(), ms(.5), ms(.99), failed)
	return err
}

func timedGet(ctx context.Context, c *http.Client, address string) (time.Duration, bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, false
	}
	start := time.Now()
	resp, err := c.Do(req)
	if err != nil {
		return time.Since(start), false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return time.Since(start), err == nil && resp.StatusCode == http.StatusOK
}
