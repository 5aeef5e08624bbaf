package search

import (
	"math/bits"
	"slices"
)

// bitset is a set of document numbers; nil holds all of them.
type bitset []uint64

func (b bitset) has(d uint32) bool { return b == nil || b[d>>6]&(1<<(d&63)) != 0 }

func (b bitset) add(d uint32) { b[d>>6] |= 1 << (d & 63) }

func newBitset(size int, docs ...[]uint32) bitset {
	b := make(bitset, (size+63)/64)
	for _, list := range docs {
		for _, d := range list {
			b.add(d)
		}
	}
	return b
}

// and gives what is in both. It may change b.
func (b bitset) and(other bitset) bitset {
	if b == nil {
		return other
	}
	if other == nil {
		return b
	}
	for i := range b {
		b[i] &= other[i]
	}
	return b
}

func (b bitset) clone() bitset { return slices.Clone(b) }

// count is how many documents a set has that is not nil.
func (b bitset) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}
