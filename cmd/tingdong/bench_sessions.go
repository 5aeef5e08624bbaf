package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

func benchSessionsCmd() *cobra.Command {
	b := &sessions{}
	cmd := &cobra.Command{
		Use:   "sessions FILE…",
		Short: "一个会话占多少内存：说话的，和只连着的 / memory of a session: of one that speaks, of one that is only connected",
		Long: `先让 --speaking 位访客实时说 --for 那么久，再连上 --idle 个已开始但不出声的会话，同时照常说话、提问。
--speaking visitors speak in real time for --for; then --idle sockets have started and say nothing, while
others speak and ask. Memory is counted beside the model: what was there before is taken off, peaks count.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			clips, err := readClips(args)
			if err != nil {
				return err
			}
			b.clips, b.out = clips, cmd.OutOrStdout()
			return b.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&b.url, "server", "http://127.0.0.1:8080", "address of the service")
	cmd.Flags().IntVar(&b.speaking, "speaking", 32, "visitors who speak at once")
	cmd.Flags().IntVar(&b.idle, "idle", 1000, "sockets that are only connected")
	cmd.Flags().DurationVar(&b.length, "for", 20*time.Second, "how long they speak, and how long the others are connected")
	return cmd
}

// sessions is one run.
type sessions struct {
	url            string
	clips          []clip
	out            io.Writer
	speaking, idle int
	length         time.Duration
}

func (b *sessions) run(ctx context.Context) error {
	// The first turn fills caches that are not the next one's.
	if t := oneTurn(ctx, b.url, "listen", b.clips[0]); t.err != nil {
		return t.err
	}
	fmt.Fprintf(b.out, "%-10s %8s %8s %22s %22s %22s %18s\n", "sessions", "opened", "refused", "service MB, each KB", "workers MB, each KB", "end→reply p50/p95 ms", "ask p50/p99 ms")
	if err := b.speak(ctx); err != nil {
		return err
	}
	return b.connect(ctx)
}

// memory is the most that service and workers took of several looks.
type memory struct{ service, workers float64 }

// watch looks at the service's memory until stop is called.
func (b *sessions) watch(ctx context.Context) (stop func() memory) {
	ctx, cancel := context.WithCancel(ctx)
	var peak memory
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			if m, err := scrape(ctx, b.url); err == nil {
				peak.service = max(peak.service, m["process_resident_memory_bytes"])
				peak.workers = max(peak.workers, m["tingdong_speech_worker_resident_bytes"])
			}
			sleepOr(ctx, 500*time.Millisecond)
		}
	})
	return func() memory {
		cancel()
		wg.Wait()
		return peak
	}
}

func (b *sessions) now(ctx context.Context) (memory, error) {
	m, err := scrape(ctx, b.url)
	return memory{m["process_resident_memory_bytes"], m["tingdong_speech_worker_resident_bytes"]}, err
}

func (b *sessions) speak(ctx context.Context) error {
	before, err := b.now(ctx)
	if err != nil {
		return err
	}
	stop := b.watch(ctx)
	var mu sync.Mutex
	var turns []turnTimes
	var wg sync.WaitGroup
	for i := range b.speaking {
		wg.Go(func() {
			sleepOr(ctx, time.Duration(i)*2*time.Second/time.Duration(b.speaking))
			for k, begin := i, time.Now(); time.Since(begin) < b.length && ctx.Err() == nil; k++ {
				t := oneTurn(ctx, b.url, "listen", b.clips[k%len(b.clips)])
				mu.Lock()
				turns = append(turns, t)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return b.print("speaking", b.speaking, before, stop(), turns, nil)
}

// connect opens the idle sockets, and lets one visitor speak and one ask
// while they are there.
func (b *sessions) connect(ctx context.Context) error {
	before, err := b.now(ctx)
	if err != nil {
		return err
	}
	stop := b.watch(ctx)
	idle, err := b.openIdle(ctx)
	for _, v := range idle {
		defer v.Close()
	}
	if err != nil {
		return err
	}
	var turns []turnTimes
	var asks []time.Duration
	end := time.Now().Add(b.length)
	for k := 0; time.Now().Before(end) && ctx.Err() == nil; k++ {
		if err := keepAlive(idle); err != nil {
			return fmt.Errorf("an idle socket was closed: %w", err)
		}
		turns = append(turns, oneTurn(ctx, b.url, "listen", b.clips[k%len(b.clips)]))
		for range 50 {
			if took, ok := timedGet(ctx, http.DefaultClient, b.url+"/v1/ask?q="+url.QueryEscape("找一下教育局")); ok {
				asks = append(asks, took)
			}
		}
	}
	return b.print("idle", len(idle), before, stop(), turns, asks)
}

// patience is how long the idle sockets take to open at most: whoever has just
// come is expected to speak, so that not all of them are let in at once.
const patience = 90 * time.Second

func (b *sessions) openIdle(ctx context.Context) (open []*server.Visitor, err error) {
	for begin, told := time.Now(), time.Now(); len(open) < b.idle && time.Since(begin) < patience && ctx.Err() == nil; {
		if time.Since(told) > 10*time.Second {
			if err := keepAlive(open); err != nil {
				return open, err
			}
			told = time.Now()
		}
		v, err := server.Dial(ctx, b.url, b.clips[0].audio.SampleRate, session.Ask{Lang: "zh-CN"})
		if err == nil {
			err = v.Ready(ctx)
		}
		switch {
		case err == nil:
			open = append(open, v)
			continue
		case !isBusy(err):
			return open, err
		}
		v.Close()
		sleepOr(ctx, 100*time.Millisecond)
	}
	return open, ctx.Err()
}

func keepAlive(all []*server.Visitor) error {
	for _, v := range all {
		if err := v.KeepAlive(); err != nil {
			return err
		}
	}
	return nil
}

func (b *sessions) print(name string, n int, before, peak memory, turns []turnTimes, asks []time.Duration) error {
	var answers []time.Duration
	var failure error
	refused := 0
	for _, t := range turns {
		switch {
		case t.refused:
			refused++
		case t.err != nil:
			failure = t.err
		default:
			answers = append(answers, t.answer)
		}
	}
	if name == "idle" {
		refused += b.idle - n
	}
	each := func(before, peak float64) string {
		return fmt.Sprintf("%.1f → %.1f, %.0f", before/1e6, peak/1e6, (peak-before)/1e3/float64(max(n, 1)))
	}
	fmt.Fprintf(b.out, "%-10s %8d %8d %22s %22s %22s %18s\n", name, n, refused, each(before.service, peak.service), each(before.workers, peak.workers),
		quantiles(answers), pair(asks))
	if len(answers) == 0 {
		return fmt.Errorf("nobody was answered: %w", errors.Join(failure, fmt.Errorf("%d refused", refused)))
	}
	return failure
}

// isBusy says whether the service refused for want of room.
func isBusy(err error) bool {
	var e *server.Error
	return errors.As(err, &e) && e.Code == "busy"
}
