package server

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/session"
)

// voiceMetrics are how quickly spoken turns are answered, from where the
// visitor began or stopped speaking in the audio.
type voiceMetrics struct {
	partial, reply prometheus.Histogram
}

func newVoiceMetrics(reg *prometheus.Registry) *voiceMetrics {
	// Finer around the budgets: 350 ms with one stream, 700 ms with 32.
	buckets := []float64{.1, .15, .2, .25, .3, .35, .4, .5, .6, .7, .85, 1, 1.5, 2.5, 5, 10}
	m := &voiceMetrics{
		partial: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "tingdong_voice_first_partial_seconds",
			Help: "From the onset of speech to the first partial text.", Buckets: buckets}),
		reply: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "tingdong_voice_end_to_reply_seconds",
			Help: "From the end of speech to the reply.", Buckets: buckets}),
	}
	reg.MustRegister(m.partial, m.reply)
	return m
}

// observe takes an event of a turn into account; first says that it is the
// turn's first partial text. Turns without speech have no times.
func (m *voiceMetrics) observe(e session.Event, first bool) {
	switch {
	case e.Since == 0:
	case e.Kind == session.Partial && first:
		m.partial.Observe(e.Since.Seconds())
	case e.Kind == session.Replied:
		m.reply.Observe(e.Since.Seconds())
	}
}

// speechStats is implemented by the pool of speech workers.
type speechStats interface{ Stats() asr.Stats }

var _ speechStats = (*asr.Pool)(nil)

// speechCollector reads the pool whenever metrics are asked for.
type speechCollector struct{ pool speechStats }

var _ prometheus.Collector = speechCollector{}

var (
	speechStreams  = speechDesc("streams", "Streams that are open.")
	speechRefused  = speechDesc("refused_total", "Streams refused because the measured load left no room.")
	workerUp       = speechDesc("worker_up", "1 while the worker can take streams.", "model", "worker")
	workerStreams  = speechDesc("worker_streams", "Streams that the worker holds.", "model", "worker")
	workerSpeaking = speechDesc("worker_speaking", "Streams that sent audio within the last two seconds.", "model", "worker")
	workerQueue    = speechDesc("worker_queue", "Requests under way or waiting for the worker's CPU.", "model", "worker")
	workerWait     = speechDesc("worker_wait_seconds", "How long requests wait for the worker's CPU now.", "model", "worker")
	workerRTF      = speechDesc("worker_rtf", "CPU seconds that one second of audio takes, measured.", "model", "worker")
	workerRestarts = speechDesc("worker_restarts_total", "Processes in this place that were replaced.", "model", "worker")
	workerMemory   = speechDesc("worker_resident_bytes", "Memory of the worker's process.", "model", "worker")
)

func speechDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("tingdong_speech_"+name, help, labels, nil)
}

// Describe implements prometheus.Collector.
func (speechCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{speechStreams, speechRefused, workerUp, workerStreams, workerSpeaking,
		workerQueue, workerWait, workerRTF, workerRestarts, workerMemory} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c speechCollector) Collect(out chan<- prometheus.Metric) {
	s := c.pool.Stats()
	out <- prometheus.MustNewConstMetric(speechStreams, prometheus.GaugeValue, float64(s.Streams))
	out <- prometheus.MustNewConstMetric(speechRefused, prometheus.CounterValue, float64(s.Refused))
	number := map[string]int{}
	for _, w := range s.Workers {
		labels := []string{w.Model, strconv.Itoa(number[w.Model])}
		number[w.Model]++
		gauge := func(d *prometheus.Desc, v float64) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
		}
		up := 0.0
		if w.PID != 0 {
			up = 1
		}
		gauge(workerUp, up)
		gauge(workerStreams, float64(w.Streams))
		gauge(workerSpeaking, float64(w.Speaking))
		gauge(workerQueue, float64(w.Pending))
		gauge(workerWait, w.WaitSeconds)
		gauge(workerRTF, w.RTF)
		gauge(workerMemory, float64(w.RSSBytes))
		out <- prometheus.MustNewConstMetric(workerRestarts, prometheus.CounterValue, float64(w.Restarts), labels...)
	}
}
