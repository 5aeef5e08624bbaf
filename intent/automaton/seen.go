package automaton

// seenSet has the best rank at which each (state, position, history) was
// reached. It is emptied at no cost.
type seenSet struct {
	slots []seenSlot
	now   uint32
	count int
}

type seenSlot struct {
	seenKey
	round uint32 // of what the slot holds; older than now: free
	rank  float32
}

type seenKey struct {
	state, pos int32
	hist       uint32
}

const firstSeen = 1 << 11

func (s *seenSet) reset() {
	if s.slots == nil {
		s.slots = make([]seenSlot, firstSeen)
	}
	s.now++
	s.count = 0
	if s.now == 0 { // after 2^32 searches old marks could look new
		clear(s.slots)
		s.now = 1
	}
}

// better records that a key was reached at rank, and reports whether that is
// the first or the best time.
func (s *seenSet) better(state, pos int32, hist uint32, rank float32) bool {
	slot := s.slot(seenKey{state, pos, hist})
	if slot.round == s.now {
		if slot.rank <= rank {
			return false
		}
		slot.rank = rank
		return true
	}
	*slot = seenSlot{seenKey{state, pos, hist}, s.now, rank}
	if s.count++; 2*s.count > len(s.slots) {
		s.grow()
	}
	return true
}

// stale reports whether the key of an item was reached at a better rank since.
func (s *seenSet) stale(it *item) bool {
	return s.slot(seenKey{it.state, it.pos, it.hist}).rank < it.rank
}

// slot is the place of a key: the one that holds it, or a free one.
func (s *seenSet) slot(k seenKey) *seenSlot {
	mask := uint32(len(s.slots) - 1)
	i := (uint32(k.state)*2654435761 ^ uint32(k.pos)*2246822519 ^ k.hist*3266489917) >> 3 & mask
	for s.slots[i].round == s.now && s.slots[i].seenKey != k {
		i = (i + 1) & mask
	}
	return &s.slots[i]
}

func (s *seenSet) grow() {
	old := s.slots
	s.slots = make([]seenSlot, 2*len(old))
	for i := range old {
		if old[i].round == s.now {
			*s.slot(old[i].seenKey) = old[i]
		}
	}
}
