package vosk

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/models"
)

// columnNames are the Chinese columns of the reference portal.
func columnNames(b *testing.B) []string {
	raw, err := os.ReadFile(speechtest.Shared(b, "portal", "columns.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`name: "([^"]+)", lang: zh-CN`).FindAllStringSubmatch(string(raw), -1) {
		names = append(names, m[1])
	}
	return names
}

// BenchmarkCommands decodes column names that can be made of recorded words,
// a third each alone, after 介绍 and after 进入, in three ways: open
// vocabulary, its N-best list, and the grammar of all columns. It reports the
// share that is right and the real-time factor.
func BenchmarkCommands(b *testing.B) {
	m := load(b)
	v, err := models.ReadVocabulary(speechtest.Model(b))
	if err != nil {
		b.Fatal(err)
	}
	verbs := []string{"", "介绍", "进入"}
	phrases := []string{"介绍", "进入", models.Unknown}
	type clip struct {
		text string
		pcm  []byte
	}
	var clips []clip
	for _, name := range columnNames(b) {
		words, unknown := v.Segment(name)
		if len(unknown) > 0 {
			continue
		}
		phrases = append(phrases, strings.Join(words, " "))
		if text := verbs[len(clips)%3] + " " + name; speechtest.Recorded(b, text) {
			clips = append(clips, clip{strings.ReplaceAll(text, " ", ""), speechtest.Spoken(b, text, 0)})
		}
	}
	for name, o := range map[string]asr.Options{"open": {}, "open-nbest": {Alternatives: 10}, "grammar": {Phrases: phrases}} {
		b.Run(name, func(b *testing.B) {
			o.SampleRate = speechtest.Rate
			var right, all int
			var took, audio time.Duration
			for b.Loop() {
				for _, c := range clips {
					start := time.Now()
					ok := among(b, m, o, c.pcm, c.text)
					took += time.Since(start)
					audio += time.Duration(len(c.pcm)/2) * time.Second / speechtest.Rate
					all++
					if ok {
						right++
					}
				}
			}
			b.ReportMetric(100*float64(right)/float64(all), "%right")
			b.ReportMetric(took.Seconds()/audio.Seconds(), "rtf")
			b.ReportMetric(float64(len(clips)), "clips")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// among says whether text is one of the readings.
func among(b *testing.B, m *Model, o asr.Options, pcm []byte, text string) bool {
	r, err := m.Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	heard := listen(b, r, pcm, 3200)
	if len(heard) != 1 {
		return false
	}
	for _, h := range heard[0].Alternatives {
		if strings.ReplaceAll(h.Text, " ", "") == text {
			return true
		}
	}
	return false
}
