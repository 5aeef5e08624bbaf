package wav

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// A WAV file is "RIFF", a uint32 size, "WAVE", and chunks of a four-letter
// name, a uint32 size and as many bytes, padded to an even number. "fmt " says
// how the samples in "data" are stored; it comes first. Others are skipped.
const (
	formatPCM        = 1
	formatFloat      = 3
	formatExtensible = 0xFFFE

	// unknownSize is the least size that is not believed: programs that write
	// to a pipe put 0x7FFFFFFF, 0x80000000 or 0xFFFFFFFF, or nearly that.
	unknownSize = 0x7FFF0000
	minRate     = 8000
	maxRate     = 192000
	maxChannels = 32
)

// guidTail ends the sub-format of an extensible header; its first two bytes
// are the plain format number.
const guidTail = "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"

// format is how samples are stored.
type format struct {
	float    bool
	bytes    int // of one sample
	channels int
	rate     int // Hz
}

// frame is the bytes of one sample of each channel.
func (f format) frame() int { return f.bytes * f.channels }

// readHeader reads up to the first byte of the samples and returns their
// size as the file says it.
func readHeader(r *bufio.Reader) (format, int64, error) {
	var f format
	var head [12]byte
	switch n, err := io.ReadFull(r, head[:]); {
	case n == 0 && errors.Is(err, io.EOF):
		return f, 0, invalid("the file is empty: 0 bytes")
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return f, 0, err
	case n < 12 || string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE":
		return f, 0, invalid("this is not a WAV file (it begins with %q): record or convert to WAV, 16 kHz, mono", head[:min(n, 4)])
	}
	for found := false; ; {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return f, 0, cutOff(err, "before its audio")
		}
		name, size := string(chunk[:4]), int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch {
		case name == "data" && !found:
			return f, 0, invalid("the WAV file does not say how its audio is stored: no \"fmt \" chunk before the audio")
		case name == "data":
			return f, size, nil
		case name == "fmt ":
			var err error
			if f, err = readFormat(r, size); err != nil {
				return f, 0, err
			}
			found = true
		default:
			if _, err := io.CopyN(io.Discard, r, size+size%2); err != nil {
				return f, 0, cutOff(err, "before its audio")
			}
		}
	}
}

func cutOff(err error, where string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return invalid("the WAV file is cut off %s", where)
	}
	return err
}

func readFormat(r io.Reader, size int64) (format, error) {
	var f format
	if size < 16 || size > 1<<12 {
		return f, invalid("the WAV file's \"fmt \" chunk has %d bytes: 16 to 40 are usual", size)
	}
	raw := make([]byte, size+size%2)
	if _, err := io.ReadFull(r, raw); err != nil {
		return f, cutOff(err, "in its \"fmt \" chunk")
	}
	kind := binary.LittleEndian.Uint16(raw)
	f.channels = int(binary.LittleEndian.Uint16(raw[2:]))
	rate := binary.LittleEndian.Uint32(raw[4:])
	align := int(binary.LittleEndian.Uint16(raw[12:]))
	bits := int(binary.LittleEndian.Uint16(raw[14:]))
	if kind == formatExtensible {
		if size < 40 || string(raw[26:40]) != guidTail {
			return f, invalid("the WAV file's extensible header is not one for plain samples: convert it to 16 bit PCM")
		}
		kind = binary.LittleEndian.Uint16(raw[24:])
	}
	f.float, f.bytes = kind == formatFloat, bits/8
	switch {
	case f.channels < 1 || f.channels > maxChannels:
		return f, invalid("the WAV file has %d channels: 1 to %d are accepted", f.channels, maxChannels)
	case rate < minRate || rate > maxRate:
		return f, invalid("the WAV file's sample rate is %d Hz: %d to %d are accepted", rate, minRate, maxRate)
	case kind == formatPCM && bits != 8 && bits != 16 && bits != 24 && bits != 32,
		f.float && bits != 32 && bits != 64:
		return f, invalid("the WAV file has samples of %d bits: 8, 16, 24 and 32 bit integers and 32 and 64 bit floats are accepted", bits)
	case kind != formatPCM && !f.float:
		return f, invalid("the WAV file's audio is compressed (format %d): convert it to 16 bit PCM", kind)
	case align != f.frame():
		return f, invalid("the WAV file contradicts itself: %d bytes a frame for %d channels of %d bits", align, f.channels, bits)
	}
	f.rate = int(rate)
	return f, nil
}
