package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

func benchSoakCmd() *cobra.Command {
	s := &soak{first: map[int]string{}}
	var hours float64
	cmd := &cobra.Command{
		Use:   "soak FILE…",
		Short: "快放若干小时的语音，看内存是否平稳 / hours of audio faster than real time: is memory flat?",
		Long: `一遍遍说出各文件，说完等应答，每条流开合多次。一行一个时刻：内存、已说的话、丢掉的、答得不同的。
Speaks the files over and over, faster than real time, waiting for each reply. A line for each moment:
memory of service and workers, turns, turns lost, and turns that were answered otherwise than the first time.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			clips, err := readClips(args)
			if err != nil {
				return err
			}
			s.clips, s.audio = clips, time.Duration(hours*float64(time.Hour))
			return s.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&s.url, "server", "http://127.0.0.1:8080", "address of the service")
	cmd.Flags().Float64Var(&hours, "hours", 24, "how much audio, in hours")
	cmd.Flags().IntVar(&s.streams, "streams", 4, "parallel streams")
	cmd.Flags().IntVar(&s.lines, "lines", 24, "lines to print")
	return cmd
}

// soak is one long run.
type soak struct {
	url            string
	clips          []clip
	audio          time.Duration // to be played altogether
	streams, lines int

	mu                   sync.Mutex
	played               time.Duration
	turns, lost, changed int
	first                map[int]string // by clip: what it was answered first
	reason               error          // why the last turn was lost
}

func (s *soak) run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for i := range s.streams {
		wg.Go(func() { s.stream(ctx, i) })
	}
	fmt.Fprintf(out, "%8s %9s %9s %6s %8s %12s %12s %9s\n", "audio h", "minutes", "turns", "lost", "changed", "service MB", "workers MB", "restarts")
	start := time.Now()
	for line := 0; line <= s.lines; line++ {
		for ; s.progress() < s.audio*time.Duration(line)/time.Duration(s.lines); sleepOr(ctx, 200*time.Millisecond) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		if err := s.print(ctx, out, start); err != nil {
			return err
		}
	}
	cancel()
	wg.Wait()
	if s.lost > 0 || s.changed > 0 {
		return fmt.Errorf("%d turns were lost and %d answered otherwise than the first time (last: %w)", s.lost, s.changed, s.reason)
	}
	return nil
}

func (s *soak) progress() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.played
}

func (s *soak) print(ctx context.Context, out io.Writer, start time.Time) error {
	m, err := scrape(ctx, s.url)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err = fmt.Fprintf(out, "%8.2f %9.1f %9d %6d %8d %12.1f %12.1f %9.0f\n", s.played.Hours(), time.Since(start).Minutes(), s.turns, s.lost, s.changed,
		m["process_resident_memory_bytes"]/1e6, m["tingdong_speech_worker_resident_bytes"]/1e6, m["tingdong_speech_worker_restarts_total"])
	return err
}

// turnsPerSocket is when a visitor goes and another one comes.
const turnsPerSocket = 50

func (s *soak) stream(ctx context.Context, i int) {
	for turn := i; ctx.Err() == nil; {
		rate := s.clips[turn%len(s.clips)].audio.SampleRate
		v, err := server.Dial(ctx, s.url, rate, session.Ask{Lang: "zh-CN"})
		if err != nil {
			s.count(ctx, 0, 0, "", err)
			sleepOr(ctx, time.Second)
			continue
		}
		for range turnsPerSocket {
			c := s.clips[turn%len(s.clips)]
			if c.audio.SampleRate != rate {
				break
			}
			r, err := v.Turn(ctx, c.audio.PCM)
			s.count(ctx, turn%len(s.clips), c.audio.Duration(), answerOf(r), err)
			if turn++; err != nil {
				break
			}
		}
		v.Close()
	}
}

func (s *soak) count(ctx context.Context, clip int, d time.Duration, answer string, err error) {
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.played += d
	s.turns++
	switch was, known := s.first[clip]; {
	case err != nil:
		s.lost, s.reason = s.lost+1, err
	case !known:
		s.first[clip] = answer
	case was != answer:
		s.changed, s.reason = s.changed+1, fmt.Errorf("file %d: %s, at first %s", clip+1, answer, was)
	}
}

// answerOf is what a reply does, in a word.
func answerOf(r *session.Reply) string {
	switch {
	case r == nil:
		return ""
	case r.Column != nil:
		return r.Column.ID
	case r.Control != nil:
		return fmt.Sprint(r.Control["name"])
	}
	return string(r.Action)
}

// scrape reads /metrics; values of one name are added up.
func scrape(ctx context.Context, url string) (map[string]float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for line := range strings.Lines(string(body)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, _, _ = strings.Cut(name, "{")
		var v float64
		if _, err := fmt.Sscan(value, &v); err == nil {
			out[name] += v
		}
	}
	return out, nil
}

func sleepOr(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
