package asr_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/asr/vosk"
)

// corpus is a minute of short commands.
func corpus(b *testing.B) [][]byte {
	var all [][]byte
	for _, pinyin := range []string{"da3 kai1 jiao4 yu4 ju2", "wo3 yao4 tou2 su4", "zheng4 wu4 gong1 kai1", "bang1 wo3 da3 kai1 ban4 shi4 zhi3 nan2"} {
		for _, voice := range []string{"", "+f2", "+m3", "+f4"} {
			all = append(all, speechtest.Synthetic(b, pinyin, voice))
		}
	}
	return all
}

const piece = speechtest.Rate / 10 * 2 // 100 ms

// BenchmarkCPU compares the CPU time of the pool, both processes together,
// with that of the bare binding for the same audio.
func BenchmarkCPU(b *testing.B) {
	model, err := vosk.Load(speechtest.Model(b))
	if err != nil {
		b.Fatal(err)
	}
	defer model.Close()
	pool := ready(b, startPool(b, asr.Config{Workers: 1}))
	worker := pool.Stats().Workers[0].PID
	clips := corpus(b)
	var seconds float64
	for _, pcm := range clips {
		seconds += float64(len(pcm)) / float64(2*speechtest.Rate)
	}
	decode := func(opener asr.Opener) float64 {
		before := cpu(b, 0) + cpu(b, worker)
		for _, pcm := range clips {
			r := open(b, opener, asr.Options{Alternatives: 5})
			if _, err := listen(r, pcm, piece, nil); err != nil {
				b.Fatal(err)
			}
			r.Close()
		}
		return cpu(b, 0) + cpu(b, worker) - before
	}
	decode(model)
	decode(pool)
	var bare, pooled []float64
	for b.Loop() {
		bare = append(bare, decode(model))
		pooled = append(pooled, decode(pool))
	}
	b.ReportMetric(median(bare)/seconds, "rtf-bare")
	b.ReportMetric(median(pooled)/seconds, "rtf-pool")
	b.ReportMetric(median(pooled)/median(bare), "pool/bare")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkStreams plays streams in real time and reports how long after its
// onset speech shows first, and how long the final text takes.
func BenchmarkStreams(b *testing.B) {
	for _, streams := range []int{1, 8, 32} {
		b.Run(fmt.Sprint(streams), func(b *testing.B) {
			pool := ready(b, startPool(b, asr.Config{}))
			pcm := speechtest.Synthetic(b, "da3 kai1 jiao4 yu4 ju2", "")
			onset := 500 * time.Millisecond // Synthetic puts that much silence in front
			var first, final []float64
			for b.Loop() {
				results := make(chan [2]float64, streams)
				for i := range streams {
					go func() {
						time.Sleep(time.Duration(i) * 100 * time.Millisecond / time.Duration(streams))
						results <- realTime(b, pool, pcm, onset)
					}()
				}
				for range streams {
					r := <-results
					first, final = append(first, r[0]), append(final, r[1])
				}
			}
			b.ReportMetric(median(first), "first-partial-ms")
			b.ReportMetric(percentile(first, 95), "first-partial-p95-ms")
			b.ReportMetric(median(final), "finish-ms")
			b.ReportMetric(percentile(final, 95), "finish-p95-ms")
			var memory int64
			for _, w := range pool.Stats().Workers {
				memory += w.RSSBytes
			}
			b.ReportMetric(float64(memory)/(1<<20), "workers-MiB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// realTime plays one stream; the results are milliseconds.
func realTime(b *testing.B, opener asr.Opener, pcm []byte, onset time.Duration) [2]float64 {
	ctx := context.Background()
	r, err := opener.Open(ctx, asr.Options{SampleRate: speechtest.Rate, Alternatives: 5})
	if err != nil {
		b.Error(err)
		return [2]float64{}
	}
	defer r.Close()
	start := time.Now()
	var first time.Duration
	n := 0
	for p := range slices.Chunk(pcm, piece) {
		n++
		time.Sleep(time.Until(start.Add(time.Duration(n) * 100 * time.Millisecond)))
		step, err := r.Accept(ctx, p)
		if err != nil {
			b.Error(err)
			return [2]float64{}
		}
		if first == 0 && step.Partial != "" {
			first = time.Since(start) - onset
		}
	}
	end := time.Now()
	if _, err := r.Finish(ctx); err != nil {
		b.Error(err)
	}
	return [2]float64{float64(first.Microseconds()) / 1000, float64(time.Since(end).Microseconds()) / 1000}
}

// cpu is the CPU time that a process has used, in seconds; 0 is this one.
func cpu(b *testing.B, pid int) float64 {
	if pid == 0 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(after) // utime and stime are the 14th and 15th of all, in 1/100 s
	var ticks int
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return float64(ticks) / 100
}

func median(all []float64) float64 { return percentile(all, 50) }

func percentile(all []float64, p int) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[(len(sorted)-1)*p/100]
}
