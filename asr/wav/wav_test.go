package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
)

// file makes a WAV file of raw sample data.
func file(tag, channels, rate, bits int, data []byte) []byte {
	var b bytes.Buffer
	b.WriteString("RIFF\x00\x00\x00\x00WAVE")
	b.WriteString("LIST\x03\x00\x00\x00abc\x00") // an odd chunk before the format
	b.WriteString("fmt ")
	binary.Write(&b, binary.LittleEndian, uint32(16))
	for _, v := range []uint16{uint16(tag), uint16(channels)} {
		binary.Write(&b, binary.LittleEndian, v)
	}
	binary.Write(&b, binary.LittleEndian, uint32(rate))
	binary.Write(&b, binary.LittleEndian, uint32(rate*channels*bits/8))
	binary.Write(&b, binary.LittleEndian, uint16(channels*bits/8))
	binary.Write(&b, binary.LittleEndian, uint16(bits))
	b.WriteString("data")
	binary.Write(&b, binary.LittleEndian, uint32(len(data)))
	b.Write(data)
	return b.Bytes()
}

// store writes the samples as a format does.
func store(t *testing.T, tag, bits int, samples []float64) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, v := range samples {
		switch {
		case tag == tagFloat && bits == 32:
			binary.Write(&b, binary.LittleEndian, float32(v))
		case tag == tagFloat:
			binary.Write(&b, binary.LittleEndian, v)
		case bits == 8:
			b.WriteByte(byte(math.Round(v*127) + 128))
		default:
			n := int64(math.Round(v * float64(int64(1)<<(bits-1)-1)))
			for i := range bits / 8 {
				b.WriteByte(byte(n >> (8 * i)))
			}
		}
	}
	return b.Bytes()
}

func wave(n, rate int, hz float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 0.5 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))
	}
	return out
}

func samples(pcm []byte) []float64 {
	out := make([]float64, len(pcm)/2)
	for i := range out {
		out[i] = float64(int16(binary.LittleEndian.Uint16(pcm[2*i:]))) / (1 << 15)
	}
	return out
}

func TestEverySampleFormat(t *testing.T) {
	want := wave(1600, 16000, 440)
	for _, f := range []struct {
		tag, bits int
		tolerance float64
	}{{tagPCM, 8, .01}, {tagPCM, 16, .0001}, {tagPCM, 24, .0001}, {tagPCM, 32, .0001}, {tagFloat, 32, .0001}, {tagFloat, 64, .0001}} {
		a, err := Decode(bytes.NewReader(file(f.tag, 1, 16000, f.bits, store(t, f.tag, f.bits, want))), Options{})
		if err != nil {
			t.Fatalf("format %d, %d bits: %v", f.tag, f.bits, err)
		}
		got := samples(a.PCM)
		if a.SampleRate != 16000 || len(got) != len(want) {
			t.Fatalf("format %d, %d bits: %d Hz, %d samples", f.tag, f.bits, a.SampleRate, len(got))
		}
		for i := range got {
			if math.Abs(got[i]-want[i]) > f.tolerance {
				t.Fatalf("format %d, %d bits: sample %d is %g, want %g", f.tag, f.bits, i, got[i], want[i])
			}
		}
	}
}

func TestStereoIsMixed(t *testing.T) {
	a, err := Decode(bytes.NewReader(file(tagPCM, 2, 44100, 16, store(t, tagPCM, 16, []float64{.5, .1, -.5, -.1}))), Options{})
	if err != nil || a.SampleRate != 44100 {
		t.Fatal(a, err)
	}
	if got := samples(a.PCM); len(got) != 2 || math.Abs(got[0]-.3) > .001 || math.Abs(got[1]+.3) > .001 {
		t.Fatalf("mixed to %v, want .3 and -.3", got)
	}
}

// TestResampling: a tone that both rates can hold keeps its level and pitch,
// one above the new Nyquist frequency is gone.
func TestResampling(t *testing.T) {
	for _, rate := range []int{11025, 22050, 32000, 96000, 192000} {
		in := file(tagFloat, 1, rate, 32, store(t, tagFloat, 32, wave(rate/2, rate, 1000)))
		a, err := Decode(bytes.NewReader(in), Options{})
		if err != nil || a.SampleRate != 16000 || len(a.PCM)/2 != (rate/2)*16000/rate {
			t.Fatalf("%d Hz: %v", rate, err)
		}
		got, want := samples(a.PCM), wave(len(a.PCM)/2, 16000, 1000)
		for i := 1000; i < 7000; i++ {
			if math.Abs(got[i]-want[i]) > .01 {
				t.Fatalf("%d Hz: sample %d is %g, want %g", rate, i, got[i], want[i])
			}
		}
	}
	high := file(tagFloat, 1, 96000, 32, store(t, tagFloat, 32, wave(48000, 96000, 12000)))
	a, err := Decode(bytes.NewReader(high), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range samples(a.PCM)[1000:7000] {
		if math.Abs(v) > .002 {
			t.Fatalf("12 kHz came through as %g at %d", v, i)
		}
	}
}

func TestBadFilesAreExplained(t *testing.T) {
	good := file(tagPCM, 1, 16000, 16, make([]byte, 320))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":       {nil, "empty"},
		"text":        {[]byte("this is no audio at all"), "not a WAV"},
		"cut header":  {good[:20], "cut off"},
		"no data":     {good[:len(good)-320], "no audio"},
		"low rate":    {file(tagPCM, 1, 4000, 16, make([]byte, 100)), "4000 Hz"},
		"zero rate":   {file(tagPCM, 1, 0, 16, make([]byte, 100)), "0 Hz"},
		"12 bit":      {file(tagPCM, 1, 16000, 12, make([]byte, 100)), "12 bits"},
		"mp3":         {file(0x55, 1, 16000, 16, make([]byte, 100)), "compressed"},
		"no channels": {file(tagPCM, 0, 16000, 16, make([]byte, 100)), "0 channels"},
		"too long":    {file(tagPCM, 1, 8000, 8, make([]byte, 8000*61)), "longer than 60"},
	} {
		var bad *Error
		_, err := Decode(bytes.NewReader(c.data), Options{})
		if !errors.As(err, &bad) || !strings.Contains(bad.Reason, c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestTornFilesAreTakenAsFarAsTheyGo(t *testing.T) {
	good := file(tagPCM, 1, 16000, 16, make([]byte, 3200))
	a, err := Decode(bytes.NewReader(good[:len(good)-1001]), Options{})
	if err != nil || len(a.PCM) != 2198 {
		t.Fatalf("%v, %v", a, err)
	}
	nan := store(t, tagFloat, 32, []float64{math.NaN(), math.Inf(1), math.Inf(-1), 7})
	a, err = Decode(bytes.NewReader(file(tagFloat, 1, 16000, 32, nan)), Options{})
	if err != nil || !bytes.Equal(a.PCM, []byte{0, 0, 0xff, 0x7f, 0, 0x80, 0xff, 0x7f}) {
		t.Fatalf("NaN and infinities became % x, %v", a.PCM, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(file(tagPCM, 2, 44100, 24, make([]byte, 600)))
	f.Add(file(tagFloat, 1, 96000, 32, make([]byte, 600)))
	f.Add([]byte("RIFF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Decode(bytes.NewReader(data), Options{MaxSeconds: 1})
		var bad *Error
		if err != nil && !errors.As(err, &bad) {
			t.Fatalf("an unexplained error: %v", err)
		}
		if err == nil && (len(a.PCM) == 0 || len(a.PCM)%2 != 0 || len(a.PCM) > 2*a.SampleRate) {
			t.Fatalf("%d bytes at %d Hz", len(a.PCM), a.SampleRate)
		}
	})
}
