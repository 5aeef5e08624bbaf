package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// tone is a second of a sine at half of full scale.
func tone(rate int, hz float64) []float64 {
	out := make([]float64, rate)
	for i := range out {
		out[i] = 0.5 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))
	}
	return out
}

// file makes a WAV file of the samples; odd channels are silent.
func file(kind, bits, channels, rate int, extensible bool, samples []float64) []byte {
	var data bytes.Buffer
	for _, v := range samples {
		for c := range channels {
			if c%2 == 1 {
				data.Write(sample(kind, bits, 0))
			} else {
				data.Write(sample(kind, bits, v))
			}
		}
	}
	var f bytes.Buffer
	le := binary.LittleEndian
	put := func(values ...any) {
		for _, v := range values {
			if s, ok := v.(string); ok {
				v = []byte(s)
			}
			if err := binary.Write(&f, le, v); err != nil {
				panic(err)
			}
		}
	}
	frame := channels * bits / 8
	put("RIFF", uint32(data.Len()+100), "WAVE", "LIST", uint32(5), "hello\x00")
	common := []any{uint16(channels), uint32(rate), uint32(rate * frame), uint16(frame), uint16(bits)}
	if extensible {
		put("fmt ", uint32(40), uint16(formatExtensible))
		put(common...)
		put(uint16(22), uint16(bits), uint32(0), uint16(kind), guidTail)
	} else {
		put("fmt ", uint32(16), uint16(kind))
		put(common...)
	}
	put("data", uint32(data.Len()))
	f.Write(data.Bytes())
	return f.Bytes()
}

func sample(kind, bits int, v float64) []byte {
	le := binary.LittleEndian
	switch {
	case kind == formatFloat && bits == 32:
		return le.AppendUint32(nil, math.Float32bits(float32(v)))
	case kind == formatFloat:
		return le.AppendUint64(nil, math.Float64bits(v))
	case bits == 8:
		return []byte{byte(v*127 + 128)}
	case bits == 16:
		return le.AppendUint16(nil, uint16(int16(v*32767)))
	case bits == 24:
		return le.AppendUint32(nil, uint32(int32(v*(1<<23-1))))[:3]
	default:
		return le.AppendUint32(nil, uint32(int32(v*(1<<31-1))))
	}
}

// strength is the amplitude of a frequency in the recording's middle, full
// scale 1, and level that of everything.
func strength(a *Audio, hz float64) (at, level float64) {
	n := len(a.PCM) / 2
	var re, im, sum float64
	count := 0
	for i := n / 4; i < n*3/4; i++ {
		v := float64(int16(binary.LittleEndian.Uint16(a.PCM[2*i:]))) / 32768
		w := 2 * math.Pi * hz * float64(i) / float64(a.SampleRate)
		re, im, sum = re+v*math.Cos(w), im+v*math.Sin(w), sum+v*v
		count++
	}
	return 2 * math.Hypot(re, im) / float64(count), math.Sqrt(2 * sum / float64(count))
}

func TestDecodeEveryFormat(t *testing.T) {
	for _, kind := range []struct{ kind, bits int }{{1, 8}, {1, 16}, {1, 24}, {1, 32}, {3, 32}, {3, 64}} {
		for _, channels := range []int{1, 2, 6} {
			for _, rate := range []int{8000, 11025, 16000, 44100, 48000, 96000, 12347} {
				for _, extensible := range []bool{false, true} {
					name := fmt.Sprintf("format %d, %d bit, %d channels, %d Hz, extensible %v", kind.kind, kind.bits, channels, rate, extensible)
					if channels > 2 && rate > 48000 {
						continue // big files, nothing new
					}
					a, err := Decode(bytes.NewReader(file(kind.kind, kind.bits, channels, rate, extensible, tone(rate, 440))), Options{})
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					wantRate := rate
					if rate != 8000 && rate != 16000 && rate != 44100 && rate != 48000 {
						wantRate = 16000
					}
					want := 0.5
					if channels > 1 {
						want = 0.25 // half of the channels are silent
					}
					got, level := strength(a, 440)
					if a.SampleRate != wantRate || len(a.PCM) != 2*wantRate || math.Abs(got-want) > 0.01 || math.Abs(level-want) > 0.01 {
						t.Errorf("%s: %d Hz, %d bytes, 440 Hz at %.3f, all at %.3f, want %.3f", name, a.SampleRate, len(a.PCM), got, level, want)
					}
				}
			}
		}
	}
}

// What lies above the new half rate must not come back as an alias, and what
// lies below must stay.
func TestResamplingKeepsSpeechAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		rate      int
		hz        float64
		low, high float64
	}{
		{96000, 3000, 0.49, 0.51}, {96000, 7000, 0.44, 0.51}, {96000, 9000, 0, 0.005}, {96000, 20000, 0, 0.001},
		{22050, 6900, 0.44, 0.51}, {22050, 9100, 0, 0.005}, {11025, 4000, 0.49, 0.51}, {192000, 17000, 0, 0.001},
	} {
		a, err := Decode(bytes.NewReader(file(1, 16, 1, c.rate, false, tone(c.rate, c.hz))), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, level := strength(a, c.hz); level < c.low || level > c.high {
			t.Errorf("%v Hz in %d Hz: level %.4f, want %.3f to %.3f", c.hz, c.rate, level, c.low, c.high)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := file(1, 16, 1, 16000, false, tone(16000, 440))
	edit := func(at int, b ...byte) []byte {
		f := bytes.Clone(good)
		copy(f[at:], b)
		return f
	}
	fmtAt := bytes.Index(good, []byte("fmt ")) + 8
	dataAt := bytes.Index(good, []byte("data"))
	nan := file(3, 32, 1, 16000, false, []float64{0, math.NaN(), 0})
	inf := file(3, 64, 2, 16000, false, []float64{0, math.Inf(1), 0})
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":          {nil, "empty"},
		"a word":           {[]byte("RIFF"), "not a WAV"},
		"an MP3":           {[]byte("ID3\x04 and so on and on"), "not a WAV"},
		"big endian":       {edit(0, []byte("RIFX")...), "not a WAV"},
		"an AVI":           {edit(8, []byte("AVI ")...), "not a WAV"},
		"header only":      {good[:12], "cut off"},
		"half a format":    {good[:fmtAt+6], "cut off"},
		"no data chunk":    {good[:dataAt], "cut off"},
		"half the data":    {good[:len(good)/2], "cut off"},
		"no samples":       {append(bytes.Clone(good[:dataAt+4]), 0, 0, 0, 0), "empty"},
		"no format":        {append(bytes.Clone(good[:12]), good[dataAt:]...), "does not say"},
		"tiny format":      {edit(fmtAt-4, 3), "chunk has 3 bytes"},
		"huge format":      {edit(fmtAt-4, 0xff, 0xff, 0xff, 0xff), "chunk has"},
		"huge other chunk": {edit(fmtAt-4-4, []byte("LIST\xff\xff\xff\xff")...), "cut off"},
		"µ-law":            {edit(fmtAt, 7), "compressed"},
		"0 channels":       {edit(fmtAt+2, 0), "channels"},
		"many channels":    {edit(fmtAt+2, 0xff, 0xff), "channels"},
		"0 Hz":             {edit(fmtAt+4, 0, 0, 0, 0), "sample rate"},
		"4 GHz":            {edit(fmtAt+4, 0xff, 0xff, 0xff, 0xff), "sample rate"},
		"12 bit":           {edit(fmtAt+14, 12), "bits"},
		"0 bit":            {edit(fmtAt+14, 0), "bits"},
		"wrong frame":      {edit(fmtAt+12, 3), "contradicts"},
		"NaN":              {nan, "not a number"},
		"infinity":         {inf, "not a number"},
		"two minutes":      {file(1, 8, 1, 8000, false, make([]float64, 120*8000)), "longer than 60"},
		"declared hours":   {edit(dataAt+4, 0, 0, 0, 0x40), "longer than 60"},
	} {
		a, err := Decode(bytes.NewReader(c.file), Options{})
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %q", name, a, err, c.want)
		}
	}
	broken := errors.New("broken pipe")
	var e *Error
	if _, err := Decode(io.MultiReader(bytes.NewReader(good[:100]), iotest.ErrReader(broken)), Options{}); !errors.Is(err, broken) || errors.As(err, &e) {
		t.Errorf("a reader's error: %v", err)
	}
}

// Programs that write to a pipe do not know the size.
func TestUnknownSize(t *testing.T) {
	good := file(1, 16, 1, 16000, false, tone(16000, 440))
	at := bytes.Index(good, []byte("data")) + 4
	for _, size := range []uint32{0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x7FFFFFDB} {
		f := bytes.Clone(good)
		binary.LittleEndian.PutUint32(f[at:], size)
		a, err := Decode(bytes.NewReader(f), Options{})
		if err != nil || len(a.PCM) != 32000 {
			t.Errorf("%#x: %v", size, err)
		}
		_, err = Decode(io.MultiReader(bytes.NewReader(f), &endless{}), Options{MaxSeconds: 2})
		if err == nil || !strings.Contains(err.Error(), "longer than 2") {
			t.Errorf("%#x, endless: %v", size, err)
		}
	}
}

type endless struct{}

func (*endless) Read(b []byte) (int, error) { return len(b), nil }

func TestEncodeDecode(t *testing.T) {
	pcm := pcm16(tone(8000, 300))
	var f bytes.Buffer
	if err := Encode(&f, 8000, pcm); err != nil {
		t.Fatal(err)
	}
	a, err := Decode(&f, Options{})
	if err != nil || a.SampleRate != 8000 || !bytes.Equal(a.PCM, pcm) || a.Duration().Seconds() != 1 {
		t.Errorf("%v, %v", a, err)
	}
}

// Another program's files, and its own resampling for comparison.
func TestFilesOfFFmpeg(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	// ffmpeg's sine is 1/8 of full scale, and 3 dB less in each of two channels.
	const want = 0.125 / math.Sqrt2
	for _, codec := range []string{"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"} {
		for _, rate := range []string{"22050", "96000"} {
			path := filepath.Join(t.TempDir(), "x.wav")
			out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=1",
				"-ac", "2", "-ar", rate, "-c:a", codec, path).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			a, err := Decode(bytes.NewReader(raw), Options{})
			if err != nil {
				t.Fatalf("%s %s: %v", codec, rate, err)
			}
			if got, level := strength(a, 440); math.Abs(got-want) > 0.005 || math.Abs(level-want) > 0.005 {
				t.Errorf("%s %s: 440 Hz at %.3f, all at %.3f, want %.3f", codec, rate, got, level, want)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	short := tone(16000, 440)[:40]
	f.Add(file(1, 16, 1, 16000, false, short))
	f.Add(file(3, 32, 2, 96000, true, short))
	f.Add(file(1, 24, 3, 11025, true, short))
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := Decode(bytes.NewReader(in), Options{MaxSeconds: 1})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || err.Error() == "" {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		if len(a.PCM) == 0 || len(a.PCM)%2 != 0 || a.Duration().Seconds() > 1.01 {
			t.Errorf("%d bytes at %d Hz", len(a.PCM), a.SampleRate)
		}
	})
}
