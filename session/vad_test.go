package session

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr/speechtest"
)

// tone makes PCM of a 200 Hz tone at a level in dB of full scale over white
// noise at another.
func tone(d time.Duration, rate int, level, noise float64) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	n := int(d.Seconds() * float64(rate))
	out := make([]byte, 2*n)
	a, b := 32767*math.Pow(10, level/20), 32767*math.Pow(10, noise/20)
	for i := range n {
		v := a*math.Sin(2*math.Pi*200*float64(i)/float64(rate)) + b*rng.NormFloat64()
		binary.LittleEndian.PutUint16(out[2*i:], uint16(int16(max(min(v, 32767), -32768))))
	}
	return out
}

func TestVADFindsSpeechInNoise(t *testing.T) {
	const silent = -200
	for _, rate := range []int{8000, 16000, 48000} {
		v := newVAD(rate)
		v.write(tone(time.Second, rate, silent, -60))
		if v.speech {
			t.Fatalf("%d Hz: noise was taken for speech", rate)
		}
		v.write(tone(500*time.Millisecond, rate, -25, -60))
		if !v.speech || (v.started-time.Second).Abs() > 40*time.Millisecond {
			t.Fatalf("%d Hz: speech %v from %v, want from 1 s", rate, v.speech, v.started)
		}
		v.write(tone(400*time.Millisecond, rate, silent, -60))
		if s := v.silence(); (s - 400*time.Millisecond).Abs() > 60*time.Millisecond {
			t.Fatalf("%d Hz: silent for %v, want 400 ms", rate, s)
		}
	}
}

func TestVADIgnoresClicksSilenceAndOffset(t *testing.T) {
	v := newVAD(16000)
	v.write(make([]byte, 32000)) // digital silence
	v.write(tone(20*time.Millisecond, 16000, -10, -200))
	v.write(make([]byte, 32000))
	offset := make([]byte, 32000)
	for i := 0; i < len(offset); i += 2 {
		binary.LittleEndian.PutUint16(offset[i:], 8000)
	}
	v.write(offset)
	if v.speech {
		t.Fatal("a click, silence or a DC offset was taken for speech")
	}
}

func TestVADTakesAnyPieces(t *testing.T) {
	audio := append(tone(time.Second, 16000, -200, -60), tone(time.Second, 16000, -20, -60)...)
	whole := newVAD(16000)
	whole.write(audio)
	cut := newVAD(16000)
	for i := 0; i < len(audio); {
		n := min(1+i%977, len(audio)-i)
		cut.write(audio[i : i+n])
		i += n
	}
	if whole.at != cut.at || whole.started != cut.started || whole.ended != cut.ended {
		t.Fatalf("whole %v %v %v, in pieces %v %v %v", whole.at, whole.started, whole.ended, cut.at, cut.started, cut.ended)
	}
}

// A tone is one sound all along; no recording of speech is.
func TestVADTellsTonesFromSpeech(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		v := newVAD(rate)
		v.write(tone(time.Second, rate, -200, -60))
		v.write(tone(time.Second, rate, -10, -60))
		if !v.speech || !v.tone() {
			t.Errorf("%d Hz: a tone: speech %v, tone %v", rate, v.speech, v.tone())
		}
		if v.rearm(); v.tone() {
			t.Errorf("%d Hz: the tone is not forgotten", rate)
		}
	}
	cols := shippedColumns(t)
	all := slices.Concat(splicedCommands(t, cols), syntheticCommands(t), speakers(t, 0, 20, func(int) string { return "" }))
	for i, r := range all {
		steady := strings.HasPrefix(r.name, "spk23-02-1") // 语言 in one breath: the nearest to a tone of all
		if i%15 != 0 && !steady && os.Getenv("TINGDONG_ACCURACY") != "all" {
			continue // decoding a recording takes longer than looking at it
		}
		v := newVAD(speechtest.Rate)
		if v.write(r.pcm()); v.tone() {
			t.Errorf("%s is taken for a tone", r.name)
		}
	}
}
