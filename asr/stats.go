package asr

// Stats is what the pool is doing at one moment.
type Stats struct {
	// Streams that are open, and how many were refused with ErrBusy so far.
	Streams int    `json:"streams"`
	Refused uint64 `json:"refused"`
	// Workers of all models; those of replaced models are left out.
	Workers []WorkerStats `json:"workers"`
}

// WorkerStats is one worker at one moment.
type WorkerStats struct {
	Model string `json:"model"`
	// PID is 0 while there is no process that is ready.
	PID int `json:"pid"`
	// Streams it holds; Speaking are those that sent audio within the last
	// two seconds; Pending are requests under way.
	Streams  int `json:"streams"`
	Speaking int `json:"speaking"`
	Pending  int `json:"pending"`
	// Restarts is how often a process in this place was replaced.
	Restarts uint64 `json:"restarts"`
	// RTF is the CPU time that one second of audio takes, measured.
	RTF float64 `json:"rtf"`
	// WaitSeconds is how long requests wait for the CPU now.
	WaitSeconds float64 `json:"wait_s"`
	// RSSBytes is the process's memory.
	RSSBytes int64 `json:"rss_bytes"`
	// Failure says why the last process was replaced.
	Failure string `json:"failure,omitempty"`
}

// Stats measures the pool.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	stats := Stats{Streams: p.streams, Refused: p.refused}
	p.mu.Unlock()
	for _, g := range p.all() {
		stats.Workers = append(stats.Workers, g.stats()...)
	}
	return stats
}

func (g *group) stats() []WorkerStats {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []WorkerStats
	for _, s := range g.slots {
		w := WorkerStats{Model: g.model.Name, Restarts: s.restarts}
		if s.failure != nil {
			w.Failure = s.failure.Error()
		}
		if s.current != nil && !s.current.ended() {
			now := s.current.snapshot()
			w.PID = s.current.cmd.Process.Pid
			w.Streams, w.Speaking, w.Pending = now.streams, now.speaking, now.pending
			w.RTF, w.WaitSeconds = now.rtf, now.wait
			w.RSSBytes = residentBytes(w.PID)
		}
		all = append(all, w)
	}
	return all
}
