package search

import (
	"encoding/binary"
	"errors"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A stored document is one byte, 0 for plain and 1 for zstd, and then the
// eleven strings of the Document, each as a variable-length size and bytes.
// It is read for each candidate that is ranked, hence no JSON.
const (
	storedPlain = 0
	storedZstd  = 1
	plainLimit  = 200 // below this size compression gains nothing
)

var errStored = errors.New("a stored document cannot be read")

func stringsOf(d *Document) []*string {
	return []*string{&d.ID, &d.Title, &d.Body, &d.URL, &d.Date, &d.Column,
		&d.Lang, &d.Kind, &d.Role, &d.DocNo, &d.Org}
}

// codec returns the shared compressor and decompressor; both are safe for
// concurrent use in their stateless calls.
var codec = sync.OnceValues(func() (*zstd.Encoder, *zstd.Decoder) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<17))
	if err != nil {
		panic(err) // the options are constants
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		panic(err)
	}
	return enc, dec
})

func encodeDocument(d *Document) []byte {
	n := 1
	for _, s := range stringsOf(d) {
		n += len(*s) + 3
	}
	plain := make([]byte, 1, n)
	for _, s := range stringsOf(d) {
		plain = binary.AppendUvarint(plain, uint64(len(*s)))
		plain = append(plain, *s...)
	}
	if len(plain) < plainLimit {
		return plain
	}
	enc, _ := codec()
	return enc.EncodeAll(plain[1:], []byte{storedZstd})
}

func decodeDocument(b []byte) (*Document, error) {
	if len(b) == 0 {
		return nil, errStored
	}
	body := b[1:]
	if b[0] == storedZstd {
		_, dec := codec()
		var err error
		if body, err = dec.DecodeAll(body, nil); err != nil {
			return nil, errors.Join(errStored, err)
		}
	}
	d := &Document{}
	all := string(body)
	for _, s := range stringsOf(d) {
		n, w := binary.Uvarint(body)
		if w <= 0 || n > uint64(len(body)-w) {
			return nil, errStored
		}
		*s = all[w : w+int(n)]
		all, body = all[w+int(n):], body[w+int(n):]
	}
	return d, nil
}
