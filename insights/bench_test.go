package insights

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func BenchmarkMask(b *testing.B) {
	for b.Loop() {
		Mask("我要投诉物业乱收费，我的电话是幺三八零零幺三八零零零，请尽快回复")
	}
}

// BenchmarkRecord is what an event costs the reply that it tells of.
func BenchmarkRecord(b *testing.B) {
	r := NewRecorder(func(context.Context, string, []byte) error { return nil })
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { r.Run(ctx); close(done) }()
	e := found("我要投诉物业乱收费", "somebody")
	for b.Loop() {
		r.Record(e)
	}
	cancel()
	<-done
}

// BenchmarkView fills a view with 200,000 events of 30 days and asks it.
func BenchmarkView(b *testing.B) {
	s, err := Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	start := time.Now()
	const batches, size = 800, 250
	for i := range batches {
		list := make([]Event, size)
		for j := range list {
			n := i*size + j
			e := found(fmt.Sprint("查询事项", string(rune(0x4e00+n*7919%3000))), "a")
			e.At = noon.Add(-time.Duration(n) * 12 * time.Second)
			if n%3 == 0 {
				e.Action, e.Column, e.Intent, e.Way = "navigate", fmt.Sprint("c", n%200), "OpenColumn", Voice
			}
			list[j] = e.clean()
		}
		data, err := json.Marshal(batch{Schema: schemaVersion, Events: list})
		if err == nil {
			err = s.Apply(b.Context(), uint64(i+1), data)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("filled with %d events in %v", batches*size, time.Since(start))
	b.Run("report", func(b *testing.B) {
		for b.Loop() {
			if r, err := s.Report(b.Context(), Filter{From: noon.AddDate(0, 0, -30), To: noon, Zone: zone}); err != nil || r.Totals.Turns != batches*size {
				b.Fatal(r.Totals.Turns, err)
			}
		}
	})
	b.Run("hot", func(b *testing.B) {
		for b.Loop() {
			if err := (&Hot{}).Refresh(b.Context(), s, noon); err != nil {
				b.Fatal(err)
			}
		}
	})
}
