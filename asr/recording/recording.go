// Package recording reads an uploaded recording, whatever a recorder or a
// browser made: WAV, and Opus in Ogg or in WebM. The result is what a
// recogniser takes.
package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/tingdong/tingdong/asr/wav"
)

// How the kinds of files begin.
const (
	beginsOgg  = "OggS"
	beginsWebM = "\x1a\x45\xdf\xa3"
)

// maxCompressed is the largest compressed file that is read, in bytes: a
// minute at 510 kbit/s, the most that Opus has, is 3.8 MB.
const maxCompressed = 4 << 20

// Decode reads one recording of at most o.MaxSeconds. Errors about its
// contents are *wav.Error; others are r's own.
func Decode(r io.Reader, o wav.Options) (*wav.Audio, error) {
	if o.MaxSeconds <= 0 {
		o.MaxSeconds = 60
	}
	in := bufio.NewReader(r)
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	var packets func([]byte) (stream, error)
	switch string(head) {
	case beginsOgg:
		packets = readOgg
	case beginsWebM:
		packets = readWebM
	case "RIFF":
		return wav.Decode(in, o)
	default:
		if len(head) == 0 {
			return nil, invalid("the file is empty: 0 bytes")
		}
		return nil, invalid("this is not a WAV file, nor Opus in Ogg or WebM (it begins with %q): record or convert to one of them", head)
	}
	data, err := io.ReadAll(io.LimitReader(in, maxCompressed+1))
	if err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	if len(data) > maxCompressed {
		return nil, invalid("the recording is larger than %d MiB: send a shorter one", maxCompressed>>20)
	}
	s, err := packets(data)
	if err != nil {
		return nil, err
	}
	return s.decode(o.MaxSeconds)
}

func invalid(format string, args ...any) error {
	return &wav.Error{Reason: fmt.Sprintf(format, args...)}
}
