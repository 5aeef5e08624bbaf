// Package wav turns a WAV file into what a recogniser takes: PCM16LE mono at
// a sample rate it knows. It reads what recorders and browsers write (integer
// and float samples, any number of channels, 8 to 192 kHz) and says clearly
// what is wrong with the rest.
package wav

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// Audio is one recording.
type Audio struct {
	// SampleRate in Hz: 8000, 16000, 44100 or 48000.
	SampleRate int
	// PCM is mono, 16 bit, little endian.
	PCM []byte
}

// Duration is how long the recording is.
func (a *Audio) Duration() time.Duration {
	return time.Duration(len(a.PCM)/2) * time.Second / time.Duration(a.SampleRate)
}

// Options limit what is decoded.
type Options struct {
	// MaxSeconds is the longest recording that is accepted; 0 means 60.
	MaxSeconds int
}

// Error says what is wrong with a file, for the person who made it.
type Error struct{ Reason string }

func (e *Error) Error() string { return e.Reason }

func invalid(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// accepted are the sample rates that libvosk resamples itself.
var accepted = []int{8000, 16000, 44100, 48000}

// target is the rate that other rates are turned into.
const target = 16000

// Decode reads a WAV file. Errors about its contents are *Error; others are
// r's own. The memory it takes is bounded by MaxSeconds, whatever the file's
// header promises.
func Decode(r io.Reader, o Options) (*Audio, error) {
	if o.MaxSeconds <= 0 {
		o.MaxSeconds = 60
	}
	in := bufio.NewReader(r)
	f, size, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	data, err := readData(in, f, size, o.MaxSeconds)
	if err != nil {
		return nil, err
	}
	if f.plain() {
		return &Audio{SampleRate: f.rate, PCM: data}, nil
	}
	samples, err := f.mono(data)
	if err != nil {
		return nil, err
	}
	if slices.Contains(accepted, f.rate) {
		return &Audio{SampleRate: f.rate, PCM: pcm16(samples)}, nil
	}
	return &Audio{SampleRate: target, PCM: pcm16(resample(samples, f.rate, target))}, nil
}

// plain says whether the data is what a recogniser takes as it stands.
func (f format) plain() bool {
	return !f.float && f.bytes == 2 && f.channels == 1 && slices.Contains(accepted, f.rate)
}

// readData reads the samples. A size of a writer that could not know it means
// all that comes.
func readData(r io.Reader, f format, size int64, maxSeconds int) ([]byte, error) {
	limit := int64(maxSeconds) * int64(f.rate) * int64(f.frame())
	known := size < unknownSize
	if known && size > limit {
		return nil, invalid("the recording is longer than %d seconds: send a shorter one", maxSeconds)
	}
	if !known {
		size = limit + 1
	}
	data, err := io.ReadAll(io.LimitReader(r, size))
	got := int64(len(data))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read recording: %w", err)
	case !known && got > limit:
		return nil, invalid("the recording is longer than %d seconds: send a shorter one", maxSeconds)
	case known && got < size:
		return nil, invalid("the recording is cut off: %d of %d bytes of audio are there", got, size)
	case got < int64(f.frame()):
		return nil, invalid("the recording is empty")
	}
	return data[:got-got%int64(f.frame())], nil
}

// pcm16 rounds samples of ±1 to 16 bits; louder ones are clipped.
func pcm16(samples []float64) []byte {
	out := make([]byte, 2*len(samples))
	for i, v := range samples {
		v = math.Round(v * 32768)
		binary.LittleEndian.PutUint16(out[2*i:], uint16(int16(min(max(v, -32768), 32767))))
	}
	return out
}

// Encode writes mono PCM16LE as a WAV file.
func Encode(w io.Writer, sampleRate int, pcm []byte) error {
	head := make([]byte, 0, 44)
	put := binary.LittleEndian.AppendUint32
	head = put(append(head, "RIFF"...), uint32(36+len(pcm)))
	head = put(append(head, "WAVEfmt "...), 16)
	head = put(head, 1<<16|formatPCM) // one channel, PCM
	head = put(head, uint32(sampleRate))
	head = put(head, uint32(2*sampleRate))
	head = put(head, 16<<16|2) // 16 bits, 2 bytes a frame
	head = put(append(head, "data"...), uint32(len(pcm)))
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(pcm)
	return err
}
