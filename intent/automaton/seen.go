package automaton

// seenSet is a set of (state, position, history) that is emptied at no cost.
type seenSet struct {
	keys  []seenKey
	round []uint32
	now   uint32
	count int
}

type seenKey struct {
	state, pos int32
	hist       uint32
}

const firstSeen = 1 << 12

func (s *seenSet) reset() {
	if s.keys == nil {
		s.keys, s.round = make([]seenKey, firstSeen), make([]uint32, firstSeen)
	}
	s.now++
	s.count = 0
	if s.now == 0 { // after 2^32 searches old marks could look new
		clear(s.round)
		s.now = 1
	}
}

// add puts a key in and reports whether it was new.
func (s *seenSet) add(state, pos int32, hist uint32) bool {
	if 2*s.count > len(s.keys) {
		s.grow()
	}
	k := seenKey{state, pos, hist}
	if !s.put(k) {
		return false
	}
	s.count++
	return true
}

func (s *seenSet) put(k seenKey) bool {
	mask := uint32(len(s.keys) - 1)
	i := (uint32(k.state)*2654435761 ^ uint32(k.pos)*2246822519 ^ k.hist*3266489917) >> 3 & mask
	for s.round[i] == s.now {
		if s.keys[i] == k {
			return false
		}
		i = (i + 1) & mask
	}
	s.keys[i], s.round[i] = k, s.now
	return true
}

func (s *seenSet) grow() {
	old := seenSet{keys: s.keys, round: s.round, now: s.now}
	s.keys, s.round = make([]seenKey, 2*len(old.keys)), make([]uint32, 2*len(old.keys))
	s.now = 1
	for i, r := range old.round {
		if r == old.now {
			s.put(old.keys[i])
		}
	}
}
