package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/asr/wav"
)

// made is a recording of ffmpeg: seconds of speech-like sweeps, encoded as
// args say.
func made(t testing.TB, name string, seconds string, args ...string) []byte {
	t.Helper()
	speechtest.Need(t, "ffmpeg")
	path := filepath.Join(t.TempDir(), name)
	source := "aevalsrc='0.3*sin(2*PI*t*(200+300*mod(t,1)))':s=48000:d=" + seconds
	all := slices.Concat([]string{"-v", "error", "-f", "lavfi", "-i", source}, args, []string{path})
	if out, err := exec.Command("ffmpeg", all...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v: %s", args, err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// reference is what ffmpeg decodes from the same bytes.
func reference(t testing.TB, data []byte) []byte {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-v", "error", "-i", "-", "-f", "s16le", "-ac", "1", "-ar", "16000", "-")
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// likeness is the ratio of the signal to the difference, in dB, at the best
// shift of a few samples (two resamplers differ in their delay).
func likeness(a, b []byte) float64 {
	at := func(p []byte, i int) float64 { return float64(int16(binary.LittleEndian.Uint16(p[2*i:]))) }
	n, best := min(len(a), len(b))/2, math.Inf(-1)
	for lag := -8; lag <= 8; lag++ {
		var signal, difference float64
		for i := 400; i < n-400; i++ {
			d := at(a, i) - at(b, i+lag)
			signal, difference = signal+at(a, i)*at(a, i), difference+d*d
		}
		best = max(best, 10*math.Log10(signal/(difference+1)))
	}
	return best
}

// Every mode of Opus (SILK, hybrid, CELT), frames of 2.5 to 60 ms, mono and
// stereo, in both containers, sounds as another decoder makes it.
func TestOpusOfFFmpeg(t *testing.T) {
	for _, mode := range []string{"12k voip 20", "24k voip 60", "32k voip 10", "64k audio 20", "128k audio 40", "32k lowdelay 2.5"} {
		p := strings.Fields(mode)
		for _, file := range []string{"x.ogg", "x.webm"} {
			for _, channels := range []string{"1", "2"} {
				data := made(t, file, "2", "-c:a", "libopus", "-b:a", p[0], "-application", p[1], "-frame_duration", p[2], "-ac", channels)
				a, err := Decode(bytes.NewReader(data), wav.Options{})
				if err != nil {
					t.Errorf("%s %s, %s channels: %v", file, mode, channels, err)
					continue
				}
				want := reference(t, data)
				if d := len(a.PCM) - len(want); a.SampleRate != 16000 || d < -640 || d > 4000 {
					t.Errorf("%s %s: %d bytes at %d Hz, want %d", file, mode, len(a.PCM), a.SampleRate, len(want))
				}
				if db := likeness(a.PCM, want); db < 15 {
					t.Errorf("%s %s, %s channels: %.1f dB", file, mode, channels, db)
				}
			}
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	opus := []string{"-c:a", "libopus", "-b:a", "16k"}
	ogg, webm := made(t, "x.ogg", "2", opus...), made(t, "x.webm", "2", opus...)
	broken := bytes.Clone(ogg)
	broken[len(broken)/2] ^= 0xff
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":        {nil, "empty"},
		"an MP3":         {[]byte("ID3\x04 and so on"), "WAV file, nor Opus"},
		"two bytes":      {[]byte("Og"), "WAV file, nor Opus"},
		"Ogg header":     {ogg[:20], "Ogg"},
		"Ogg cut off":    {ogg[:len(ogg)*2/3], "cut off"},
		"Ogg flipped":    {broken, "damaged"},
		"WebM header":    {webm[:40], "WebM"},
		"WebM cut off":   {webm[:len(webm)*2/3], "cut off"},
		"Ogg Vorbis":     {made(t, "x.ogg", "1", "-c:a", "libvorbis"), "Opus"},
		"WebM Vorbis":    {made(t, "x.webm", "1", "-c:a", "libvorbis"), "no Opus audio"},
		"six channels":   {made(t, "x.ogg", "1", "-c:a", "libopus", "-ac", "6"), "channels"},
		"61 s of Ogg":    {made(t, "x.ogg", "61", opus...), "longer than 60 seconds"},
		"61 s of WebM":   {made(t, "x.webm", "61", opus...), "longer than 60 seconds"},
		"5 MiB":          {append(bytes.Clone(ogg), make([]byte, 5<<20)...), "larger than 4 MiB"},
		"WAV, cut":       {[]byte("RIFF\x00\x00\x00\x00WAVEfmt "), "cut off"},
		"no frame in it": {webm[:bytes.Index(webm, []byte("\x1f\x43\xb6\x75"))], "empty"},
	} {
		a, err := Decode(bytes.NewReader(c.data), wav.Options{})
		var e *wav.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %q", name, a != nil, err, c.want)
		}
	}
}

func TestDecodeTakesWAV(t *testing.T) {
	var f bytes.Buffer
	if err := wav.Encode(&f, 8000, make([]byte, 1600)); err != nil {
		t.Fatal(err)
	}
	if a, err := Decode(&f, wav.Options{}); err != nil || a.SampleRate != 8000 || len(a.PCM) != 1600 {
		t.Errorf("%+v, %v", a, err)
	}
}

// What is sent to be heavy: small files that claim to be much.
func TestDecodeIsBounded(t *testing.T) {
	webm := made(t, "x.webm", "1", "-c:a", "libopus")
	unknown := []byte{0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff} // a size
	head := bytes.Clone(webm[:bytes.Index(webm, []byte("\x1f\x43\xb6\x75"))])
	copy(head[bytes.Index(head, []byte("\x18\x53\x80\x67"))+4:], unknown)
	cluster := append([]byte{0x1f, 0x43, 0xb6, 0x75}, unknown...)
	laced := append([]byte{0xa3, 0x41, 0x04, 0x81, 0, 0, 0x02, 0xff}, make([]byte, 255)...) // Xiph lacing of empty frames
	for name, data := range map[string][]byte{
		"clusters":     slices.Concat(head, bytes.Repeat([]byte{0x1f, 0x43, 0xb6, 0x75, 0x80}, 800000)),
		"groups":       slices.Concat(head, cluster, bytes.Repeat([]byte{0xa0, 0x80}, 2000000)),
		"empty frames": slices.Concat(head, cluster, bytes.Repeat(laced, 15000)),
		"promises":     slices.Concat(head, cluster, []byte{0xa3, 0x08, 0xff, 0xff, 0xff, 0xff, 0x81, 0, 0}),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := Decode(bytes.NewReader(data), wav.Options{})
		runtime.ReadMemStats(&after)
		used := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%s, %d bytes: %v; %d MiB in %v", name, len(data), err, used, time.Since(start).Round(time.Millisecond))
		if err == nil || used > 40 {
			t.Errorf("%s: %v after %d MiB", name, err, used)
		}
	}
}

func FuzzDecode(f *testing.F) {
	if _, err := exec.LookPath("ffmpeg"); err == nil {
		for _, name := range []string{"x.ogg", "x.webm"} {
			f.Add(made(f, name, "0.1", "-c:a", "libopus", "-b:a", "12k"))
			f.Add(made(f, name, "0.1", "-c:a", "libopus", "-b:a", "64k", "-ac", "2"))
		}
	}
	f.Add([]byte(beginsOgg))
	f.Add([]byte(beginsWebM))
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := Decode(bytes.NewReader(in), wav.Options{MaxSeconds: 1})
		if err != nil {
			var e *wav.Error
			if !errors.As(err, &e) || err.Error() == "" {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		if len(a.PCM) == 0 || len(a.PCM)%2 != 0 || a.Duration().Seconds() > 1.2 {
			t.Errorf("%d bytes at %d Hz", len(a.PCM), a.SampleRate)
		}
	})
}
