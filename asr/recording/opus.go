package recording

import (
	"encoding/binary"
	"fmt"

	// pion/opus v0.1.0 (MIT): a decoder in Go alone, SILK, CELT and both at
	// once. Tried on what libopus made in all its modes: 24 dB and more of
	// signal to difference against libopus's own decoder, whose resampling to
	// 16 kHz is another.
	"github.com/pion/opus"

	"github.com/tingdong/tingdong/asr/wav"
)

const (
	// rate is what Opus is decoded at, in Hz: more is not heard by models.
	rate = 16000
	// skipRate is what the containers count Opus samples at, in Hz.
	skipRate = 48000
	// maxPacket is the longest packet, 120 ms, in samples.
	maxPacket = rate / 1000 * 120
)

// stream is the Opus packets of a file.
type stream struct {
	kind    string // of the file, for messages
	packets [][]byte
	skip    int // samples at 48 kHz that the decoder needs to settle
}

// decode makes PCM of the packets, mono.
func (s stream) decode(maxSeconds int) (audio *wav.Audio, err error) {
	at := 0
	defer func() { // a decoder that gives up on one file must not take the service down
		if r := recover(); r != nil {
			err = damaged(s.kind, at, fmt.Errorf("%v", r))
		}
	}()
	decoder, err := opus.NewDecoderWithOutput(rate, 1)
	if err != nil {
		return nil, fmt.Errorf("opus decoder: %w", err)
	}
	var pcm []byte
	samples := make([]int16, maxPacket)
	skip := s.skip * rate / skipRate
	for at = range s.packets {
		n, err := decoder.DecodeToInt16(s.packets[at], samples)
		if err != nil {
			return nil, damaged(s.kind, at, err)
		}
		for _, v := range samples[:n] {
			pcm = binary.LittleEndian.AppendUint16(pcm, uint16(v))
		}
		if len(pcm)/2-skip > maxSeconds*rate {
			return nil, invalid("the recording is longer than %d seconds: send a shorter one", maxSeconds)
		}
	}
	if len(pcm) <= 2*skip {
		return nil, invalid("the recording is empty")
	}
	return &wav.Audio{SampleRate: rate, PCM: pcm[2*skip:]}, nil
}

func damaged(kind string, packet int, err error) error {
	return invalid("the %s file is damaged: its packet %d is no Opus (%v)", kind, packet+1, err)
}

// header reads an OpusHead (RFC 7845, 5.1): how many samples to skip. More
// than two channels come as several streams, which browsers do not record.
func header(kind string, head []byte) (skip int, err error) {
	switch {
	case len(head) < 19 || string(head[:8]) != "OpusHead":
		return 0, invalid("the %s file's audio is not Opus: record Opus, or send a WAV file", kind)
	case head[9] < 1 || head[9] > 2 || head[18] != 0:
		return 0, invalid("the %s file has %d channels: 1 or 2 are accepted", kind, head[9])
	}
	return int(binary.LittleEndian.Uint16(head[10:])), nil
}
