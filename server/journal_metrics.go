package server

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tingdong/tingdong/journal"
)

// JournalState tells how the log that this node follows is, and how many
// batches of documents its index is behind, -1 when that is not known.
type JournalState interface {
	JournalState(ctx context.Context) (streams []journal.StreamState, behind int64)
}

// journalCollector asks whenever metrics are asked for.
type journalCollector struct{ journal JournalState }

var _ prometheus.Collector = journalCollector{}

var (
	journalTakes  = prometheus.NewDesc("tingdong_journal_takes_writes", "1 while this part of the journal takes changes.", []string{"stream"}, nil)
	journalCopies = prometheus.NewDesc("tingdong_journal_copies", "Members' copies of this part of the journal: current, behind or away.",
		[]string{"stream", "state"}, nil)
	indexBehind = prometheus.NewDesc("tingdong_index_behind_batches", "Batches of documents that the search index has not applied yet.", nil, nil)
)

// Describe implements prometheus.Collector.
func (journalCollector) Describe(out chan<- *prometheus.Desc) {
	out <- journalTakes
	out <- journalCopies
	out <- indexBehind
}

// Collect implements prometheus.Collector.
func (c journalCollector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	streams, behind := c.journal.JournalState(context.Background())
	for _, s := range streams {
		takes := 0.0
		if s.Takes {
			takes = 1
		}
		gauge(journalTakes, takes, s.Name)
		gauge(journalCopies, float64(s.Current), s.Name, "current")
		gauge(journalCopies, float64(s.Behind), s.Name, "behind")
		gauge(journalCopies, float64(s.Away), s.Name, "away")
	}
	if behind >= 0 {
		gauge(indexBehind, float64(behind))
	}
}
