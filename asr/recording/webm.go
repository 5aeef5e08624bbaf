package recording

import (
	"encoding/binary"
	"math/bits"
)

// A WebM file is a tree of elements: a number, a size, and so many bytes,
// which in some elements are elements again. What a browser streams does not
// say how long its segment and clusters are. This reader walks through the
// whole file in one line: of the elements that hold others it reads only the
// head and goes on inside, all others it takes or skips as a whole. It makes
// no copy and allocates only a slice header for each packet. (A general EBML
// library that fills structures was tried: 1.1 GB for a crafted file of 4 MB.)
const (
	idSegment      = 0x18538067
	idTracks       = 0x1654AE6B
	idTrackEntry   = 0xAE
	idTrackNumber  = 0xD7
	idCodec        = 0x86
	idCodecPrivate = 0x63A2
	idCluster      = 0x1F43B675
	idBlockGroup   = 0xA0
	idBlock        = 0xA1
	idSimpleBlock  = 0xA3

	// maxPackets is a minute of the shortest frames, 2.5 ms, and some.
	maxPackets = 25000
)

// track is one of the file's tracks.
type track struct {
	number  uint64
	codec   string
	private []byte
}

// webM is what has been read of a file.
type webM struct {
	tracks []track
	opus   *track
	stream stream
}

// readWebM takes the packets of the first Opus track out of a WebM file.
func readWebM(data []byte) (stream, error) {
	f := &webM{stream: stream{kind: "WebM"}}
	for len(data) > 0 {
		id, body, rest, ok := element(data)
		if !ok {
			return stream{}, invalid("the WebM file is cut off or damaged after %d packets", len(f.stream.packets))
		}
		if err := f.take(id, body); err != nil {
			return stream{}, err
		}
		data = rest
	}
	if err := f.choose(); err != nil {
		return stream{}, err
	}
	return f.stream, nil
}

func (f *webM) take(id uint64, body []byte) error {
	switch id {
	case idTrackEntry:
		if len(f.tracks) == 16 {
			return invalid("the WebM file has too many tracks: record audio alone")
		}
		f.tracks = append(f.tracks, track{})
	case idTrackNumber, idCodec, idCodecPrivate:
		if len(f.tracks) == 0 {
			return nil
		}
		switch t := &f.tracks[len(f.tracks)-1]; id {
		case idTrackNumber:
			t.number = unsigned(body)
		case idCodec:
			t.codec = string(body[:min(len(body), 32)])
		default:
			t.private = body
		}
	case idSimpleBlock, idBlock:
		return f.block(body)
	}
	return nil
}

// choose finds the Opus track, once the tracks have been told.
func (f *webM) choose() error {
	for i := range f.tracks {
		if f.tracks[i].codec == "A_OPUS" && f.opus == nil {
			f.opus = &f.tracks[i]
			var err error
			f.stream.skip, err = header("WebM", f.opus.private)
			return err
		}
	}
	if f.opus == nil {
		return invalid("the WebM file has no Opus audio: record audio/webm;codecs=opus, or send a WAV file")
	}
	return nil
}

// block is a piece of one track: its number, two bytes of time, flags, data.
func (f *webM) block(body []byte) error {
	if f.opus == nil {
		if err := f.choose(); err != nil {
			return err
		}
	}
	number, n := variable(body)
	const flags = 2 // after the time
	if n == 0 || len(body) < n+flags+1 {
		return invalid("the WebM file is damaged: a block of %d bytes", len(body))
	}
	packet := body[n+flags+1:]
	switch {
	case number != f.opus.number || len(packet) == 0:
		return nil
	case body[n+flags]&0x06 != 0:
		return invalid("the WebM file has several packets in a block, which no browser writes: send a WAV file")
	case len(f.stream.packets) == maxPackets:
		return invalid("the recording is longer than 60 seconds: send a shorter one")
	}
	f.stream.packets = append(f.stream.packets, packet)
	return nil
}

// element cuts the first element off. Of one that holds others the body is
// empty and the rest begins inside it.
func element(data []byte) (id uint64, body, rest []byte, ok bool) {
	width := bits.LeadingZeros8(data[0]) + 1
	if width > 4 || width > len(data) {
		return 0, nil, nil, false
	}
	for _, b := range data[:width] {
		id = id<<8 | uint64(b)
	}
	size, n := variable(data[width:])
	if n == 0 {
		return 0, nil, nil, false
	}
	rest = data[width+n:]
	switch id {
	case idSegment, idTracks, idTrackEntry, idCluster, idBlockGroup:
		return id, nil, rest, true
	}
	if size > uint64(len(rest)) {
		return 0, nil, nil, false
	}
	return id, rest[:size], rest[size:], true
}

// variable reads a number whose first byte says how many follow; n is 0 when
// they are not there.
func variable(data []byte) (value uint64, n int) {
	if len(data) == 0 || data[0] == 0 {
		return 0, 0
	}
	n = bits.LeadingZeros8(data[0]) + 1
	if n > len(data) {
		return 0, 0
	}
	var raw [8]byte
	copy(raw[8-n:], data[:n])
	return binary.BigEndian.Uint64(raw[:]) &^ (1 << (7 * n)), n
}

func unsigned(body []byte) (value uint64) {
	for _, b := range body {
		value = value<<8 | uint64(b)
	}
	return value
}
