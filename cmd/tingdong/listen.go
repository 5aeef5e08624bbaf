package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/asr/recording"
	"github.com/tingdong/tingdong/asr/wav"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

// heardFile is the line that answers one file.
type heardFile struct {
	File         string          `json:"file"`
	Text         string          `json:"text"`
	Alternatives []session.Heard `json:"alternatives"`
	Reply        *session.Reply  `json:"reply"`
	AudioS       float64         `json:"audio_s"`
	TookS        float64         `json:"took_s"`
	RTF          float64         `json:"rtf"` // took_s ÷ audio_s
}

func listenCmd() *cobra.Command {
	var c common
	var ask session.Ask
	var url string
	cmd := &cobra.Command{
		Use:   "listen FILE…",
		Short: "录音 → 应答 / what the portal should do for recorded speech",
		Long: `文件：WAV，或 Ogg、WebM 里的 Opus。默认在本进程里识别；--server URL 则按实时速度把音频送给正在运行的服务。
Files: WAV, or Opus in Ogg or WebM. Recognises in this process; with --server URL the audio is streamed at real-time pace to a running service.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			hear, done, err := newHearer(cmd.Context(), &c, url)
			if err != nil {
				return err
			}
			defer done()
			return listenFiles(cmd, args, ask, hear)
		},
	}
	c.add(cmd)
	c.addModel(cmd)
	addJSON(cmd)
	cmd.Flags().StringVar(&ask.Role, "role", "", "resident, enterprise or tourist")
	cmd.Flags().StringVar(&ask.Lang, "lang", "", "language of the page, such as zh-CN or en")
	cmd.Flags().StringVar(&url, "server", "", "stream to the service at this address, such as http://127.0.0.1:8080")
	return cmd
}

// hearer answers one recording; wavData is the file, clip its audio.
type hearer func(ctx context.Context, wavData []byte, clip *wav.Audio, a session.Ask) (*session.Reply, error)

func newHearer(ctx context.Context, c *common, url string) (hearer, func() error, error) {
	if url != "" {
		return func(ctx context.Context, _ []byte, clip *wav.Audio, a session.Ask) (*session.Reply, error) {
			return server.Stream(ctx, url, clip.SampleRate, clip.PCM, a, nil)
		}, func() error { return nil }, nil
	}
	d, err := openDesk(ctx, c, true)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, data []byte, clip *wav.Audio, a session.Ask) (*session.Reply, error) {
		if d.svc == nil {
			return d.remote.Hear(ctx, data, a)
		}
		return d.svc.Hear(ctx, session.Recording{SampleRate: clip.SampleRate, PCM: clip.PCM, Ask: a})
	}, d.Close, nil
}

// listenFiles answers every file in its place; one that cannot be heard gets
// a line with its error, and the exit code tells.
func listenFiles(cmd *cobra.Command, names []string, a session.Ask, hear hearer) error {
	out := newPrinter(cmd, len(names) == 1)
	failed := false
	for _, name := range names {
		line, err := listenFile(cmd.Context(), name, a, hear)
		if err != nil {
			failed = true
			fmt.Fprintf(cmd.ErrOrStderr(), "tingdong: %s: %v\n", name, err)
			if err := out.print(failure{File: name, Error: err.Error()}); err != nil {
				return err
			}
			continue
		}
		if err := out.print(line); err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}

func listenFile(ctx context.Context, name string, a session.Ask, hear hearer) (*heardFile, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, errors.Unwrap(err) // the name stands before the message already
	}
	clip, err := recording.Decode(bytes.NewReader(data), wav.Options{})
	if err != nil {
		return nil, err
	}
	start := time.Now()
	r, err := hear(ctx, data, clip, a)
	if err != nil {
		return nil, err
	}
	took := time.Since(start).Seconds()
	audio := float64(len(clip.PCM)) / 2 / float64(clip.SampleRate)
	line := &heardFile{File: name, Reply: r, Alternatives: r.Heard, AudioS: round3(audio), TookS: round3(took)}
	if line.Alternatives == nil {
		line.Alternatives = []session.Heard{}
	}
	if len(r.Heard) > 0 {
		line.Text = r.Heard[0].Text
	}
	if audio > 0 {
		line.RTF = round3(took / audio)
	}
	return line, nil
}

func round3(f float64) float64 { return float64(int64(f*1000+0.5)) / 1000 }
