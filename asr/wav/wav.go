// Package wav reads WAV recordings as the recogniser needs them: PCM16LE mono
// at a sample rate that it takes. It understands 8, 16, 24 and 32 bit
// integers, 32 and 64 bit floats, any number of channels and rates from 8 to
// 192 kHz; memory is bounded by Options.MaxSeconds, whatever a header claims.
package wav

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Options bound what is read.
type Options struct {
	// MaxSeconds is the longest recording taken; 0 means 60.
	MaxSeconds int
}

// Audio is a decoded recording.
type Audio struct {
	SampleRate int    // 8000, 16000, 44100 or 48000 Hz
	PCM        []byte // PCM16LE mono
}

// Error says what is wrong with a file and what to do about it.
type Error struct{ Reason string }

func (e *Error) Error() string { return e.Reason }

func errorf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

const howTo = "; `ffmpeg -i FILE -ar 16000 -ac 1 -c:a pcm_s16le OUT.wav` makes one"

// Rates a recogniser takes as they are; others are resampled to 16 kHz.
const (
	minRate    = 8000
	maxRate    = 192000
	targetRate = 16000
)

// Decode reads a WAV file. The error is an *Error when the file is not right,
// else what reading failed with. Data that ends before the header says so is
// taken as far as it goes.
func Decode(r io.Reader, o Options) (*Audio, error) {
	if o.MaxSeconds == 0 {
		o.MaxSeconds = 60
	}
	br := bufio.NewReaderSize(r, 1<<16)
	f, size, err := readHeader(br)
	if err != nil {
		return nil, err
	}
	if f.rate < minRate || f.rate > maxRate {
		return nil, errorf("the recording has %d Hz; 8 to 192 kHz are taken%s", f.rate, howTo)
	}
	samples, err := f.samples(io.LimitReader(br, size), o.MaxSeconds*f.rate)
	if err != nil {
		return nil, err
	}
	if len(samples) == 0 {
		return nil, errorf("the file has a header but no audio")
	}
	rate := f.rate
	switch rate {
	case 8000, 16000, 44100, 48000:
	default:
		samples, rate = resample(samples, rate, targetRate), targetRate
	}
	return &Audio{SampleRate: rate, PCM: encode(samples)}, nil
}

// format is the fmt chunk: how samples are stored.
type format struct {
	float    bool
	bits     int
	channels int
	rate     int
}

// Format tags of the RIFF specification.
const (
	tagPCM        = 1
	tagFloat      = 3
	tagExtensible = 0xFFFE
)

// readHeader reads up to the data chunk and returns the format and the data's
// size in bytes.
func readHeader(r *bufio.Reader) (format, int64, error) {
	var riff [12]byte
	n, err := io.ReadFull(r, riff[:])
	if n == 0 && errors.Is(err, io.EOF) {
		return format{}, 0, errorf("the file is empty; a WAV recording is needed%s", howTo)
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return format{}, 0, err
	}
	if err != nil || string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return format{}, 0, errorf("this is not a WAV file (it does not begin with RIFF … WAVE)%s", howTo)
	}
	var f format
	for chunks := 0; chunks < 1000; chunks++ {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return f, 0, errorf("the WAV file ends before its audio; it was cut off")
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "fmt ":
			if f, err = readFormat(r, size); err != nil {
				return f, 0, err
			}
		case "data":
			if f.channels == 0 {
				return f, 0, errorf("the WAV file does not say how its audio is stored (no fmt chunk before the data)")
			}
			return f, size, nil
		default:
			if _, err := io.CopyN(io.Discard, r, size+size&1); err != nil {
				return f, 0, errorf("the WAV file ends before its audio; it was cut off")
			}
		}
	}
	return f, 0, errorf("the WAV file has more than 1000 chunks before its audio")
}

func readFormat(r *bufio.Reader, size int64) (format, error) {
	if size < 16 || size > 4096 {
		return format{}, errorf("the WAV file's fmt chunk has %d bytes; 16 to 40 are usual", size)
	}
	b := make([]byte, size+size&1)
	if _, err := io.ReadFull(r, b); err != nil {
		return format{}, errorf("the WAV file ends before its audio; it was cut off")
	}
	tag := binary.LittleEndian.Uint16(b)
	f := format{channels: int(binary.LittleEndian.Uint16(b[2:])), rate: int(binary.LittleEndian.Uint32(b[4:])), bits: int(binary.LittleEndian.Uint16(b[14:]))}
	if tag == tagExtensible && size >= 26 {
		tag = binary.LittleEndian.Uint16(b[24:]) // the sub-format's GUID begins with the tag
	}
	f.float = tag == tagFloat
	switch {
	case tag != tagPCM && tag != tagFloat:
		return f, errorf("the WAV file is compressed (format %d); PCM or float samples are needed%s", tag, howTo)
	case f.channels < 1 || f.channels > 64:
		return f, errorf("the WAV file says it has %d channels", f.channels)
	case f.float && f.bits != 32 && f.bits != 64, !f.float && f.bits != 8 && f.bits != 16 && f.bits != 24 && f.bits != 32:
		return f, errorf("the WAV file has samples of %d bits; 8, 16, 24, 32 and float are taken%s", f.bits, howTo)
	}
	return f, nil
}

// samples reads whole frames and mixes their channels, as -1…1.
func (f format) samples(r io.Reader, limit int) ([]float64, error) {
	width := f.bits / 8
	frame := make([]byte, width*f.channels)
	var out []float64
	for {
		_, err := io.ReadFull(r, frame)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if len(out) == limit {
			return nil, errorf("the recording is longer than %d seconds; send it in parts", limit/f.rate)
		}
		sum := 0.0
		for c := range f.channels {
			sum += f.sample(frame[c*width:])
		}
		out = append(out, sum/float64(f.channels))
	}
}

func (f format) sample(b []byte) float64 {
	switch {
	case f.float && f.bits == 32:
		return finite(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	case f.float:
		return finite(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case f.bits == 8:
		return (float64(b[0]) - 128) / 128
	case f.bits == 16:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case f.bits == 24:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
}

// finite bounds what a float file may hold: NaN is silence, the rest is cut to
// the full scale.
func finite(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return max(-1, min(1, v))
}

func encode(samples []float64) []byte {
	out := make([]byte, 2*len(samples))
	for i, v := range samples {
		s := math.Round(v * (1 << 15))
		binary.LittleEndian.PutUint16(out[2*i:], uint16(int16(max(-1<<15, min(1<<15-1, s)))))
	}
	return out
}
