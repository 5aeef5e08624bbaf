package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/asr/wav"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

func benchOverloadCmd() *cobra.Command {
	o := &overload{}
	cmd := &cobra.Command{
		Use:   "overload FILE…",
		Short: "十倍于容量的访客：谁被受理，谁多快被回绝 / ten times more visitors than there is room for",
		Long: `先测容量（同时能受理几条流），再以容量的九成为基线，最后以 --factor 倍访客压 --seconds 秒；被回绝的两秒后再来，每十个有一个用 HTTP 上传。
Finds out how many streams are admitted, measures nine tenths of that as the baseline, then lets --factor times
as many visitors come for --seconds. Who is refused comes again after two seconds; one in ten uploads by HTTP.
Meanwhile one client asks and one searches, ten times a second.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			clips, err := readClips(args)
			if err != nil {
				return err
			}
			o.clips = clips
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&o.url, "server", "http://127.0.0.1:8080", "address of the service")
	cmd.Flags().IntVar(&o.factor, "factor", 10, "visitors, as a multiple of the capacity")
	cmd.Flags().IntVar(&o.seconds, "seconds", 60, "length of the overload; the baseline takes a third")
	return cmd
}

// overload is one run.
type overload struct {
	url             string
	clips           []clip
	factor, seconds int
}

// crowd is what a number of visitors met with. All times are sorted when it
// is printed.
type crowd struct {
	mu                       sync.Mutex
	answers, refused, upload []time.Duration // reply after the speech's end; refusals of sockets and of uploads
	asks, searches           []time.Duration
	failed                   int
	reason                   error
}

func (o *overload) run(ctx context.Context, out io.Writer) error {
	n := o.capacity(ctx)
	if n == 0 {
		return errors.New("the service admits nobody")
	}
	fmt.Fprintf(out, "capacity: %d streams at once\n", n)
	fmt.Fprintf(out, "%-9s %8s %6s %24s %8s %26s %18s %18s %6s\n", "", "visitors", "turns", "end→reply p50/p95/p99 ms", "refused",
		"refused after p50/p99 ms", "ask p50/p99", "search p50/p99", "failed")
	base := o.visit(ctx, max(n*9/10, 1), o.seconds/3)
	base.print(out, "baseline", max(n*9/10, 1))
	many := o.visit(ctx, n*o.factor, o.seconds)
	many.print(out, "overload", n*o.factor)
	if len(base.answers) == 0 || len(many.answers) == 0 {
		return fmt.Errorf("nobody was answered: %w", errors.Join(base.reason, many.reason))
	}
	ratio := float64(quantile(many.answers, .99)) / float64(quantile(base.answers, .99))
	fmt.Fprintf(out, "admitted p99, overload ÷ baseline: %.2f; uploads refused with 503 after p50/p99 %s ms (%d)\n",
		ratio, pair(many.upload), len(many.upload))
	return ctx.Err()
}

// capacity opens streams that speak until one is refused.
func (o *overload) capacity(ctx context.Context) int {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	c := &crowd{}
	for n := 0; ; n++ {
		wg.Go(func() {
			for ctx.Err() == nil {
				o.speak(ctx, c, n)
			}
		})
		sleepOr(ctx, 50*time.Millisecond)
		c.mu.Lock()
		full := len(c.refused) > 0 || c.failed > 0
		c.mu.Unlock()
		if full || ctx.Err() != nil {
			return n
		}
	}
}

// visit lets n visitors come for so many seconds.
func (o *overload) visit(ctx context.Context, n, seconds int) *crowd {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(seconds)*time.Second)
	defer cancel()
	c := &crowd{}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			sleepOr(ctx, time.Duration(i)*2*time.Second/time.Duration(n))
			for ctx.Err() == nil {
				again := o.speak
				if i%10 == 9 {
					again = o.send
				}
				if again(ctx, c, i) {
					sleepOr(ctx, 2*time.Second)
				}
			}
		})
	}
	wg.Go(func() { o.ask(ctx, &c.mu, &c.asks, "/v1/ask?q="+url.QueryEscape("找一下教育局")) })
	wg.Go(func() { o.ask(ctx, &c.mu, &c.searches, "/v1/search?q="+url.QueryEscape("公积金怎么提取")) })
	wg.Wait()
	return c
}

// speak is one spoken turn; it reports whether it was refused. The first files
// are commands, whose turns end alike.
func (o *overload) speak(ctx context.Context, c *crowd, i int) (refused bool) {
	clip := o.clips[i%len(o.clips)]
	begin := time.Now()
	var answer time.Duration
	_, err := server.Stream(ctx, o.url, clip.audio.SampleRate, clip.audio.PCM, session.Ask{Lang: "zh-CN"}, func(at time.Time, raw []byte) {
		if bytes.Contains(raw, []byte(`"type":"reply"`)) {
			answer = at.Sub(begin) - clip.span.End
		}
	})
	took := time.Since(begin)
	c.mu.Lock()
	defer c.mu.Unlock()
	var e *server.Error
	switch {
	case err == nil:
		c.answers = append(c.answers, answer)
	case ctx.Err() != nil:
	case errors.As(err, &e) && e.Code == "busy":
		c.refused = append(c.refused, took)
		return true
	default:
		c.failed, c.reason = c.failed+1, err
		return true
	}
	return false
}

// send is one upload.
func (o *overload) send(ctx context.Context, c *crowd, i int) (refused bool) {
	var body bytes.Buffer
	clip := o.clips[i%len(o.clips)]
	if err := wav.Encode(&body, clip.audio.SampleRate, clip.audio.PCM); err != nil {
		return true
	}
	begin := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url+"/v1/listen?lang=zh-CN", &body)
	if err != nil {
		return true
	}
	resp, err := http.DefaultClient.Do(req)
	took := time.Since(begin)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ctx.Err() != nil:
	case err != nil:
		c.failed, c.reason = c.failed+1, err
	case resp.StatusCode == http.StatusServiceUnavailable:
		c.upload = append(c.upload, took)
	case resp.StatusCode != http.StatusOK:
		c.failed, c.reason = c.failed+1, fmt.Errorf("upload: %s", resp.Status)
	}
	if err == nil {
		resp.Body.Close()
	}
	return true // a person does not upload without a pause
}

func (o *overload) ask(ctx context.Context, mu *sync.Mutex, times *[]time.Duration, path string) {
	for ctx.Err() == nil {
		took, ok := timedGet(ctx, http.DefaultClient, o.url+path)
		if ctx.Err() == nil && ok {
			mu.Lock()
			*times = append(*times, took)
			mu.Unlock()
		}
		sleepOr(ctx, 100*time.Millisecond)
	}
}

func (c *crowd) print(out io.Writer, name string, visitors int) {
	p50, p95, p99 := quantile(c.answers, .5), quantile(c.answers, .95), quantile(c.answers, .99)
	fmt.Fprintf(out, "%-9s %8d %6d %24s %8d %26s %18s %18s %6d\n", name, visitors, len(c.answers),
		fmt.Sprintf("%d / %d / %d", p50.Milliseconds(), p95.Milliseconds(), p99.Milliseconds()), len(c.refused)+len(c.upload), pair(c.refused), pair(c.asks), pair(c.searches), c.failed)
	if c.failed > 0 {
		fmt.Fprintf(out, "  last failure: %v\n", c.reason)
	}
}

func pair(d []time.Duration) string {
	return fmt.Sprintf("%.1f / %.1f", quantile(d, .5).Seconds()*1000, quantile(d, .99).Seconds()*1000)
}

// quantile sorts d; 0 for none.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(int(q*float64(len(d))), len(d)-1)]
}
