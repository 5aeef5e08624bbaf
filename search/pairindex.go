package search

// pairIndex is a small hash table from character pairs to numbers. It is
// asked for every character of every candidate, where Go's map took a fifth
// of a query.
type pairIndex struct {
	keys   [pairSlots]uint64
	values [pairSlots]int32
}

// pairSlots is a power of two, three times maxTerms.
const pairSlots = 512

func pairSlot(pair uint64) uint64 { return (pair * 0x9e3779b97f4a7c15) >> 55 }

func (x *pairIndex) put(pair uint64, value int32) {
	i := pairSlot(pair)
	for x.keys[i] != 0 && x.keys[i] != pair {
		i = (i + 1) % pairSlots
	}
	x.keys[i], x.values[i] = pair, value
}

// get gives -1 for a pair that is not there.
func (x *pairIndex) get(pair uint64) int32 {
	for i := pairSlot(pair); x.keys[i] != 0; i = (i + 1) % pairSlots {
		if x.keys[i] == pair {
			return x.values[i]
		}
	}
	return -1
}
