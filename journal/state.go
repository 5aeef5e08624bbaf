package journal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// StreamState is how one part of the log is.
type StreamState struct {
	Name  string // "documents", "audit", "events", or the bucket's
	Takes bool   // writes: the cluster has a leader for it, and a quorum
	// Copies of it: as the leader is, behind it, and with members that are
	// away. All are 0 when nobody answers.
	Current, Behind, Away int
	Last                  uint64 // sequence of its newest message
}

// stateTimeout bounds State: it is asked while somebody waits for metrics.
const stateTimeout = time.Second

// State asks how the parts of the log are. A copy that stays behind is one
// that would be missed when another member goes.
func (j *Journal) State(ctx context.Context) []StreamState {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	names := map[string]string{"documents": streamDocs, "audit": streamAudit, "events": streamEvents}
	for _, b := range Buckets {
		names[string(b)] = streamOf(b)
	}
	list := make([]StreamState, 0, len(names))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, StreamState{Name: name})
	}
	var wg sync.WaitGroup
	for i := range list {
		wg.Go(func() { j.ask(ctx, &list[i], names[list[i].Name]) })
	}
	wg.Wait()
	return list
}

// steadyPatience is longer than a cluster takes that still has a quorum.
const steadyPatience = 20 * time.Second

// Steady waits until every part of the log takes writes: for some seconds after
// a member was lost they may not. The error is ErrUnavailable.
func (j *Journal) Steady(ctx context.Context) error {
	for begin := time.Now(); ; {
		parts := j.State(ctx)
		at := slices.IndexFunc(parts, func(s StreamState) bool { return !s.Takes })
		switch {
		case at < 0:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Since(begin) > steadyPatience:
			return fmt.Errorf("%w: its part %q has no quorum", ErrUnavailable, parts[at].Name)
		}
		select {
		case <-ctx.Done():
		case <-time.After(replayPause):
		}
	}
}

func (j *Journal) ask(ctx context.Context, state *StreamState, name string) {
	s, err := j.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) && name == streamEvents { // nothing is to be kept
		state.Takes = true
	}
	if err != nil {
		return
	}
	info := s.CachedInfo()
	state.Takes, state.Current, state.Last = true, 1, info.State.LastSeq
	if info.Cluster == nil {
		return
	}
	for _, r := range info.Cluster.Replicas {
		switch {
		case r.Offline:
			state.Away++
		case r.Current && r.Lag == 0:
			state.Current++
		default:
			state.Behind++
		}
	}
	state.Takes = info.Cluster.Leader != "" && state.Current+state.Behind > state.Away
}

// streamOf is JetStream's name of a bucket's stream.
func streamOf(b Bucket) string { return "KV_" + string(b) }
