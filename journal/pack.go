package journal

import (
	"bytes"
	"fmt"

	// klauspost/compress v1.20 (BSD-3-Clause and Apache-2.0), which
	// nats-server brings along.
	"github.com/klauspost/compress/zstd"
)

// Batches of documents are packed here and not by JetStream: its files with
// compressed blocks did not survive a kill -9 followed by what a cluster does
// then (nats-server 2.15.2: "s2: unsupported input" when a member cut the end
// of a stream and went on writing), and what is packed once is sent to all
// members packed.
var (
	packer, _   = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(2*MaxValue))
)

// packed is how a packed batch begins; one that is not is JSON.
var packed = []byte{0x28, 0xb5, 0x2f, 0xfd}

// packLeast is the size in bytes below which packing is not worth it.
const packLeast = 256

func pack(batch []byte) []byte {
	if len(batch) < packLeast {
		return batch
	}
	return packer.EncodeAll(batch, nil)
}

func unpack(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, packed) {
		return data, nil
	}
	batch, err := unpacker.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: a batch of documents cannot be unpacked: %w", ErrDamaged, err)
	}
	return batch, nil
}
