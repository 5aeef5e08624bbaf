package wav

import (
	"encoding/binary"
	"math"
)

// mono decodes whole frames and averages their channels. Samples are ±1 at
// full scale; floats may be louder.
func (f format) mono(data []byte) ([]float64, error) {
	out := make([]float64, len(data)/f.frame())
	for i := range out {
		var sum float64
		for c := range f.channels {
			at := i*f.frame() + c*f.bytes
			sum += f.sample(data[at : at+f.bytes])
		}
		v := sum / float64(f.channels)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, invalid("the WAV file's sample %d is not a number: the recording is damaged", i)
		}
		out[i] = v
	}
	return out, nil
}

func (f format) sample(b []byte) float64 {
	switch {
	case f.float && f.bytes == 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case f.float:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	case f.bytes == 1: // the only unsigned one
		return (float64(b[0]) - 128) / (1 << 7)
	case f.bytes == 2:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case f.bytes == 3:
		return float64(int32(b[0])<<8|int32(b[1])<<16|int32(b[2])<<24) / (1 << 31)
	default:
		return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
	}
}
