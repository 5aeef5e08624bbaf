package asr

import (
	"math"
	"time"
)

// load is what is measured of one worker, under its process's lock.
type load struct {
	busy, audio float64   // seconds, older ones fading
	wait        float64   // seconds a request waited for the CPU, smoothed
	waitedAt    time.Time // when wait was measured
	// recent is the seconds that the CPU was held, fading over the time
	// window; of one that is never idle it is the window's length.
	recent   float64
	recentAt time.Time
}

const (
	// fade forgets half of the measurements after about 70 requests, which
	// is seven seconds of one stream's audio.
	fade = 0.99
	// waitFade smooths over about five requests.
	waitFade = 0.8
	// waitValid is how long a measured wait says something about now.
	waitValid = time.Second
	// speaking is how long after its last audio a stream counts as one that
	// speaks. Idle ones cost no CPU.
	speaking = 2 * time.Second
	// window is over how long the use of the CPU is measured.
	window = 2 * time.Second
)

// seed is the real-time factor from the warm-up, worth two seconds of audio.
func (l *load) seed(rtf float64) { l.busy, l.audio = 2*rtf, 2 }

func (l *load) add(busy, audio, wait float64) {
	l.busy = l.busy*fade + busy
	l.audio = l.audio*fade + audio
	l.wait = l.wait*waitFade + wait*(1-waitFade)
	l.waitedAt = time.Now()
	l.recent, l.recentAt = l.fading(l.waitedAt)+busy, l.waitedAt
}

// use is the share of the time in which the CPU was held lately: everything
// that streams cost, second decodings too.
func (l *load) use() float64 { return l.fading(time.Now()) / window.Seconds() }

func (l *load) fading(now time.Time) float64 {
	return l.recent * math.Exp(-now.Sub(l.recentAt).Seconds()/window.Seconds())
}

// rtf is the CPU time that one second of audio takes.
func (l *load) rtf() float64 {
	if l.audio <= 0 {
		return 0
	}
	return l.busy / l.audio
}

// waiting is the present wait for the CPU in seconds.
func (l *load) waiting() float64 {
	if time.Since(l.waitedAt) > waitValid {
		return 0
	}
	return l.wait
}

// measure takes an answer into account.
func (p *process) measure(f frame, a answer, took time.Duration) {
	busy := time.Duration(a.BusyMicros) * time.Microsecond
	var audio float64
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := p.streams[f.stream]; at != nil && f.kind == kindAudio {
		at.heard = time.Now()
		audio = float64(len(f.payload)) / float64(2*at.rate)
	}
	p.load.add(busy.Seconds(), audio, max(took-busy, 0).Seconds())
}

// snapshot is one worker's load at one moment.
type snapshot struct {
	streams, speaking, pending int
	rtf, wait, use             float64
}

func (p *process) snapshot() snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := snapshot{streams: len(p.streams), pending: len(p.pending), rtf: p.load.rtf(), wait: p.load.waiting(), use: p.load.use()}
	for _, at := range p.streams {
		if time.Since(at.heard) < speaking {
			s.speaking++
		}
	}
	return s
}

// less says whether s has more room than o.
func (s snapshot) less(o snapshot) bool {
	if s.speaking != o.speaking {
		return s.speaking < o.speaking
	}
	if s.streams != o.streams {
		return s.streams < o.streams
	}
	return s.pending < o.pending
}
