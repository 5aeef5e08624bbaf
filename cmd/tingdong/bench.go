package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/asr/recording"
	"github.com/tingdong/tingdong/asr/wav"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

func benchCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "测量正在运行的服务 / load and latency of a running service",
	}
	cmd.AddCommand(benchListenCmd(), benchAskCmd(), benchOverloadCmd(), benchSoakCmd(), benchSessionsCmd())
	return cmd
}

// turnTimes are the times of one spoken turn, all counted from the end of the
// speech in the file, but for Partial: from its beginning.
type turnTimes struct {
	partial time.Duration // first partial text
	answer  time.Duration // reply; for the vosk door the final text
	refused bool
	err     error
}

func benchListenCmd() *cobra.Command {
	var url string
	var streams []int
	var turns int
	var toRefusal bool
	cmd := &cobra.Command{
		Use:   "listen FILE.wav…",
		Short: "实时并发说话 / parallel real-time streams",
		Long: `每条流按实时速度播放文件，末尾接静音，从话音结束计时。同一次运行里，/vosk 门（开放识别、只凭静音断句，如 vosk-server）作对照。
Each stream plays the files at real-time pace with silence after them; times count from the end of the speech.
The /vosk door of the same service (open recogniser, end by silence alone, as vosk-server) is measured in the same run.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			clips, err := readClips(args)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%-8s %7s %6s %8s %22s %22s\n", "door", "streams", "turns", "refused", "end→answer p50/p95 ms", "first partial p50/p95")
			for k := 0; k < len(streams); k++ {
				refused := false
				for _, door := range []string{"listen", "vosk"} {
					times := runStreams(cmd.Context(), url, door, clips, streams[k], turns)
					if err := printTimes(cmd, door, streams[k], times); err != nil {
						return err
					}
					refused = refused || slices.ContainsFunc(times, func(t turnTimes) bool { return t.refused })
				}
				if toRefusal && k == len(streams)-1 && !refused {
					streams = append(streams, streams[k]+16)
				}
			}
			return cmd.Context().Err()
		},
	}
	cmd.Flags().StringVar(&url, "server", "http://127.0.0.1:8080", "address of the service")
	cmd.Flags().IntSliceVar(&streams, "streams", []int{1, 16, 32}, "numbers of parallel streams, one round for each")
	cmd.Flags().BoolVar(&toRefusal, "to-refusal", false, "go on with 16 more each round until some are refused")
	cmd.Flags().IntVar(&turns, "turns", 3, "turns of each stream")
	return cmd
}

// clip is a recording whose speech has been found.
type clip struct {
	audio *wav.Audio
	span  session.Span
}

func readClips(names []string) ([]clip, error) {
	var out []clip
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		a, err := recording.Decode(bytes.NewReader(data), wav.Options{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		span, ok := session.FindSpeech(a.SampleRate, a.PCM)
		if !ok {
			return nil, fmt.Errorf("%s: there is no speech in it", name)
		}
		// Three seconds of silence, so that the service has to find the end.
		a.PCM = append(a.PCM, make([]byte, 3*2*a.SampleRate)...)
		out = append(out, clip{a, span})
	}
	return out, nil
}

// runStreams lets n visitors speak at once, each starting at another moment
// of the first second.
func runStreams(ctx context.Context, url, door string, clips []clip, n, turns int) []turnTimes {
	var mu sync.Mutex
	var all []turnTimes
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			select {
			case <-time.After(time.Duration(i) * time.Second / time.Duration(n)):
			case <-ctx.Done():
				return
			}
			for k := range turns {
				t := oneTurn(ctx, url, door, clips[(i+k)%len(clips)])
				mu.Lock()
				all = append(all, t)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return all
}

func oneTurn(ctx context.Context, url, door string, c clip) turnTimes {
	begin := time.Now()
	var t turnTimes
	seen := func(at time.Time, raw []byte) {
		var m struct {
			Type, Partial, Text string
		}
		if json.Unmarshal(raw, &m) != nil {
			return
		}
		heard := m.Type == "partial" && m.Text != "" || m.Partial != ""
		if heard && t.partial == 0 {
			t.partial = at.Sub(begin) - c.span.Start
		}
		if m.Type == "reply" || m.Type == "" && m.Text != "" {
			t.answer = at.Sub(begin) - c.span.End
		}
	}
	if door == "vosk" {
		t.err = server.StreamVosk(ctx, url, c.audio.SampleRate, c.audio.PCM, seen)
	} else {
		_, t.err = server.Stream(ctx, url, c.audio.SampleRate, c.audio.PCM, session.Ask{Lang: "zh-CN"}, seen)
	}
	t.refused = isBusy(t.err)
	return t
}

func printTimes(cmd *cobra.Command, door string, n int, times []turnTimes) error {
	var answers, partials []time.Duration
	refused, failed := 0, 0
	var reason error
	for _, t := range times {
		switch {
		case t.refused:
			refused++
		case t.err != nil:
			failed, reason = failed+1, t.err
		default:
			if t.answer != 0 {
				answers = append(answers, t.answer)
			}
			if t.partial != 0 {
				partials = append(partials, t.partial)
			}
		}
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%-8s %7d %6d %8d %22s %22s\n", door, n, len(times), refused, quantiles(answers), quantiles(partials))
	if failed > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d turns failed: %v\n", failed, reason)
	}
	return err
}

// quantiles prints the 50th and 95th percentile in milliseconds.
func quantiles(d []time.Duration) string {
	if len(d) == 0 {
		return "–"
	}
	slices.Sort(d)
	at := func(q float64) int64 { return d[min(int(q*float64(len(d))), len(d)-1)].Milliseconds() }
	return fmt.Sprintf("%d / %d", at(.5), at(.95))
}
