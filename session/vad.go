package session

import (
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// vad tells speech from silence by energy against a noise floor that follows
// the room. It hears PCM16LE mono and keeps time in audio, not on the clock.
type vad struct {
	frame   []byte // not yet a whole frame
	size    int    // bytes of a 20 ms frame
	floor   float64
	run     int // frames of speech in a row
	speech  bool
	at      time.Duration // end of the last whole frame
	started time.Duration // begin of the current or last speech
	ended   time.Duration // end of the last frame with speech in it
	pitch   []int         // zero crossings of each frame with speech in it
}

const (
	vadFrame = 20 * time.Millisecond
	// onsetFrames in a row make speech: a click is shorter than 60 ms, the
	// shortest Mandarin syllable longer.
	onsetFrames = 3
	// A frame is speech when it is this much louder than the floor, in dB …
	overFloor = 10
	// … and at least this loud, in dB of full scale: a muted microphone
	// still has noise.
	leastLoud = -55
	// floorRise lets the floor follow a room that grows louder, in dB per
	// frame: 1.5 dB a second, so that a long vowel does not become noise.
	floorRise = 0.03
)

func newVAD(sampleRate int) *vad {
	return &vad{size: sampleRate / 50 * 2, floor: math.Inf(1)}
}

// write takes audio and advances the state.
func (v *vad) write(pcm []byte) {
	if len(v.frame) > 0 {
		need := min(v.size-len(v.frame), len(pcm))
		v.frame = append(v.frame, pcm[:need]...)
		pcm = pcm[need:]
		if len(v.frame) < v.size {
			return
		}
		v.step(v.frame)
		v.frame = v.frame[:0]
	}
	for ; len(pcm) >= v.size; pcm = pcm[v.size:] {
		v.step(pcm[:v.size])
	}
	v.frame = append(v.frame, pcm...)
}

func (v *vad) step(frame []byte) {
	v.at += vadFrame
	db := loudness(frame)
	if db < v.floor {
		v.floor = max(db, -80)
	} else {
		v.floor += floorRise
	}
	if db < v.floor+overFloor || db < leastLoud {
		v.run = 0
		return
	}
	v.run++
	if v.run < onsetFrames {
		return
	}
	v.ended = v.at
	v.pitch = append(v.pitch, crossings(frame))
	if !v.speech {
		v.speech = true
		v.started = v.at - onsetFrames*vadFrame
	}
}

// silence is how long nobody has spoken after speech.
func (v *vad) silence() time.Duration {
	if !v.speech {
		return 0
	}
	return v.at - v.ended
}

// rearm waits for the next speech.
func (v *vad) rearm() { v.speech, v.run, v.pitch = false, 0, v.pitch[:0] }

// tone reports whether what was taken for speech is one and the same sound all
// along, such as a beep, a hum or hiss: recognisers hear words in those. Of
// the frames of a tone nearly all have the same number of zero crossings, give
// or take a tenth, or the one more that a low tone has in some frames. Of the
// recordings of speech at most two thirds do.
func (v *vad) tone() bool {
	if len(v.pitch) < 15 { // 300 ms: a short syllable may well be one vowel
		return false
	}
	sorted := slices.Sorted(slices.Values(v.pitch))
	spread := max(1, sorted[len(sorted)/2]/10*2)
	most, from := 0, 0
	for to, n := range sorted {
		for n-sorted[from] > spread {
			from++
		}
		most = max(most, to-from+1)
	}
	return float64(most) >= 0.75*float64(len(sorted))
}

// crossings is how often a frame without its DC offset changes its sign.
func crossings(frame []byte) (n int) {
	var sum int
	at := func(i int) int { return int(int16(binary.LittleEndian.Uint16(frame[i:]))) }
	for i := 0; i+1 < len(frame); i += 2 {
		sum += at(i)
	}
	mean := sum / (len(frame) / 2)
	for i := 2; i+1 < len(frame); i += 2 {
		if (at(i-2) > mean) != (at(i) > mean) {
			n++
		}
	}
	return n
}

// loudness is the level of a frame without its DC offset, in dB of full scale.
func loudness(frame []byte) float64 {
	n := len(frame) / 2
	var sum, square float64
	for i := range n {
		s := float64(int16(binary.LittleEndian.Uint16(frame[2*i:])))
		sum += s
		square += s * s
	}
	mean := sum / float64(n)
	variance := square/float64(n) - mean*mean
	return 10 * math.Log10(max(variance, 1e-3)/(32768*32768))
}

// Span is where in a recording somebody speaks.
type Span struct{ Start, End time.Duration }

// FindSpeech finds the first and the last speech in PCM16LE mono audio; false
// when there is none.
func FindSpeech(sampleRate int, pcm []byte) (Span, bool) {
	v := newVAD(sampleRate)
	v.write(pcm)
	return Span{v.started, v.ended}, v.speech
}
