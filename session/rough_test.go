package session

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/intent"
)

// turns feeds audio in pieces and returns the replies.
func turns(t testing.TB, s *Service, rate, piece int, pcm []byte) []*Reply {
	t.Helper()
	var out []*Reply
	l, err := s.Listen(t.Context(), ListenOptions{SampleRate: rate, Ask: Ask{Lang: "zh-CN"}}, func(e Event) {
		if e.Kind == Replied {
			out = append(out, e.Reply)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for p := range slices.Chunk(pcm, piece) {
		if err := l.Write(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Finalize(t.Context()); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTurnsInOddPieces: pieces may end in the middle of a sample, and so may
// a turn; the next one is understood all the same.
func TestTurnsInOddPieces(t *testing.T) {
	s := ears(t, shippedColumns(t))
	one := slices.Concat(speechtest.Spoken(t, "招标公告", 30), speechtest.Silence(1200))
	for _, piece := range []int{3201, 1599, 6401, 3200} {
		var ids []string
		for _, r := range turns(t, s, speechtest.Rate, piece, slices.Concat(one, one, one)) {
			if r.Column != nil {
				ids = append(ids, r.Column.ID)
			} else if r.Action != intent.None {
				ids = append(ids, string(r.Action))
			}
		}
		if got := strings.Join(ids, " "); got != "zbgg zbgg zbgg" {
			t.Errorf("in pieces of %d bytes: %s", piece, got)
		}
	}
}

// samples makes PCM of a function of the sample's number.
func samples(n int, f func(int) int) []byte {
	out := make([]byte, 0, 2*n)
	for i := range n {
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(min(max(f(i), -32768), 32767))))
	}
	return out
}

// TestRoughAudioActsOnNothing: what is no speech, or speech at another rate
// than was declared, is answered without a jump.
func TestRoughAudioActsOnNothing(t *testing.T) {
	s := ears(t, shippedColumns(t))
	rng := rand.New(rand.NewPCG(5, 6))
	const second = speechtest.Rate
	for name, pcm := range map[string][]byte{
		"offset":            samples(4*second, func(int) int { return 20000 }),
		"offset and noise":  samples(4*second, func(int) int { return 15000 + rng.IntN(600) }),
		"jumping offset":    samples(4*second, func(i int) int { return 25000 * (i / 4000 % 2) }),
		"clipping noise":    samples(4*second, func(int) int { return int(rng.NormFloat64() * 60000) }),
		"square":            samples(4*second, func(i int) int { return 65535*(i/40%2) - 32768 }),
		"clipping bursts":   samples(4*second, func(i int) int { return i / 3000 % 2 * int(rng.NormFloat64()*60000) }),
		"nothing":           nil,
		"one byte":          {1},
		"text":              []byte(strings.Repeat("这不是声音，是文字。", 4000)),
		"shifted by a byte": append([]byte{0}, samples(4*second, func(i int) int { return i * 7 % 3000 })...),
	} {
		for _, rate := range []int{8000, 16000, 48000} {
			for _, r := range turns(t, s, rate, 4801, pcm) {
				if r.Action == intent.Navigate || r.Action == intent.Control {
					t.Errorf("%s at %d Hz: %s %v %v (heard %v)", name, rate, r.Action, r.Column, r.Control, r.Heard)
				}
			}
		}
	}
	for _, hz := range []float64{60, 440, 1500, 3000} { // 1500 at 60000 was 第一个, 3000 in bursts 预约…
		for _, level := range []float64{8000, 60000} {
			for _, on := range []int{0, 4000} {
				pcm := samples(3*second, func(i int) int {
					if on > 0 && i/on%2 == 1 || i < second/2 || i > 2*second {
						return rng.IntN(13)
					}
					return int(level * math.Sin(2*math.Pi*hz*float64(i)/second))
				})
				for _, r := range turns(t, s, second, 3200, pcm) {
					if r.Action == intent.Navigate || r.Action == intent.Control {
						t.Errorf("%v Hz at %v in bursts of %d: %s %v %v (heard %v)", hz, level, on, r.Action, r.Column, r.Control, r.Heard)
					}
				}
			}
		}
	}
	speech := slices.Concat(speechtest.Spoken(t, "招标公告", 30), speechtest.Silence(1200))
	for _, rate := range []int{8000, 44100, 48000} {
		for _, r := range turns(t, s, rate, 3200, speech) {
			if r.Action == intent.Navigate && r.Column.ID != "zbgg" || r.Action == intent.Control {
				t.Errorf("16 kHz speech declared as %d Hz: %s %v %v (heard %v)", rate, r.Action, r.Column, r.Control, r.Heard)
			}
		}
	}
	loud := slices.Clone(speech)
	for i := 0; i < len(loud); i += 2 {
		v := int(int16(binary.LittleEndian.Uint16(loud[i:]))) * 40
		binary.LittleEndian.PutUint16(loud[i:], uint16(int16(min(max(v, -32768), 32767))))
	}
	for _, r := range turns(t, s, speechtest.Rate, 3200, loud) {
		if r.Action == intent.Navigate && r.Column.ID != "zbgg" || r.Action == intent.Control {
			t.Errorf("clipped speech: %s %v %v (heard %v)", r.Action, r.Column, r.Control, r.Heard)
		}
	}
}

// TestNothingHeardIsNoCommand: what only the grammar recogniser makes of a
// sound, while the open one hears nothing, is not acted on.
func TestNothingHeardIsNoCommand(t *testing.T) {
	s := testService(t)
	list := []asr.Hypothesis{{Text: "教育局", Confidence: 1}}
	r, err := s.reply(t.Context(), Ask{Lang: "zh-CN"}, list, []asr.Hypothesis{})
	if err != nil || r.Action != intent.None {
		t.Fatalf("%+v, %v; want none", r, err)
	}
}

// TestAnHourOfSilence keeps a listener at silence: a reply every ten seconds,
// no action, and memory that does not grow. TINGDONG_SILENCE is how many
// minutes; 60 take about as many seconds.
func TestAnHourOfSilence(t *testing.T) {
	minutes := 6
	if v, err := strconv.Atoi(os.Getenv("TINGDONG_SILENCE")); err == nil {
		minutes = v
	}
	s := ears(t, shippedColumns(t))
	replies := 0
	l, err := s.Listen(t.Context(), ListenOptions{SampleRate: speechtest.Rate, Ask: Ask{Lang: "zh-CN"}}, func(e Event) {
		if e.Kind == Replied {
			replies++
			if e.Reply.Action != intent.None {
				t.Errorf("silence was answered with %+v", e.Reply)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	quiet := speechtest.Silence(1000)
	var early int
	for i := range minutes * 60 {
		if err := l.Write(t.Context(), quiet); err != nil {
			t.Fatal(err)
		}
		if i == 90 {
			early = resident(t)
		}
	}
	grown := resident(t) - early
	t.Logf("%d replies in %d minutes; grown by %d KiB", replies, minutes, grown>>10)
	if replies != minutes*6 {
		t.Errorf("%d replies in %d minutes, want one every ten seconds", replies, minutes)
	}
	if grown > 16<<20 {
		t.Errorf("grown by %d KiB", grown>>10)
	}
	if c := cap(l.audio); time.Duration(c/2)*time.Second/speechtest.Rate > 3*time.Second {
		t.Errorf("%d bytes of silence are kept", c)
	}
}

// resident is the memory of the process, libvosk's included, in bytes.
func resident(t testing.TB) int {
	t.Helper()
	runtime.GC()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc to measure memory with")
	}
	var total, pages int
	if _, err := fmt.Sscan(string(data), &total, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
