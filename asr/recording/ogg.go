package recording

import (
	"bytes"
	"errors"
	"io"

	// Ogg pages by the maker of the decoder, checksums included.
	"github.com/pion/opus/pkg/oggreader"
)

// readOgg takes the packets out of an Ogg file with one Opus stream.
func readOgg(data []byte) (stream, error) {
	const kind = "Ogg"
	s := stream{kind: kind}
	r, head, err := oggreader.NewWith(bytes.NewReader(data))
	if err != nil {
		return s, invalid("the Ogg file does not begin with an Opus stream (%v): record Opus, or send a WAV file", err)
	}
	if head.Channels < 1 || head.Channels > 2 || head.ChannelMap != 0 {
		return s, invalid("the Ogg file has %d channels: 1 or 2 are accepted", head.Channels)
	}
	s.skip = int(head.PreSkip)
	for {
		packet, _, err := r.ParseNextPacket()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, invalid("the Ogg file is cut off or damaged after %d packets (%v)", len(s.packets), err)
		}
		if len(s.packets) == 0 && bytes.HasPrefix(packet, []byte("OpusTags")) || len(packet) == 0 {
			continue
		}
		s.packets = append(s.packets, packet)
	}
}
