package eval

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Latency is how fast an engine answered, in milliseconds, how much processor
// time a query took, and how many queries a second there were at a number of
// clients. Processor time is what can be compared on a busy machine.
type Latency struct {
	Clients  int
	P50, P99 float64
	CPU      float64
	PerS     float64
}

// load answers every query once, spread over clients, after warming up.
func load(ctx context.Context, e Engine, queries []string, clients int) (Latency, error) {
	took := make([]float64, len(queries))
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, clients)
	start, cpu := time.Now(), processorTime()
	for c := range clients {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(queries) || errs[c] != nil {
					return
				}
				began := time.Now()
				_, errs[c] = e.Search(ctx, queries[i], 10)
				took[i] = float64(time.Since(began).Microseconds()) / 1000
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return Latency{}, err
		}
	}
	all := time.Since(start).Seconds()
	l := percentiles(took)
	l.Clients, l.PerS = clients, float64(len(queries))/all
	l.CPU = 1000 * (processorTime() - cpu).Seconds() / float64(len(queries))
	return l, nil
}

func percentiles(ms []float64) Latency {
	if len(ms) == 0 {
		return Latency{}
	}
	s := slices.Clone(ms)
	slices.Sort(s)
	return Latency{P50: s[len(s)/2], P99: s[len(s)*99/100]}
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // not on this system; the column shows 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
