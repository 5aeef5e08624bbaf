package automaton

// entry is an item of the heap; the rank stands beside the index, so that
// sifting touches no items.
type entry struct {
	rank float32
	at   int32
}

// push puts an item into the heap, unless one as good at the same place is or
// was there: most paths of a tolerant search meet again.
func (s *Searcher) push(it item) {
	if !s.seen.better(it.state, it.pos, it.hist, it.rank) {
		return
	}
	at := int32(len(s.items))
	s.items = append(s.items, it)
	s.heap = append(s.heap, entry{})
	i := len(s.heap) - 1
	for i > 0 {
		up := (i - 1) / 2
		if s.heap[up].rank <= it.rank {
			break
		}
		s.heap[i] = s.heap[up]
		i = up
	}
	s.heap[i] = entry{it.rank, at}
}

// pop takes out the index of the item with the lowest rank.
func (s *Searcher) pop() int32 {
	top := s.heap[0].at
	last := s.heap[len(s.heap)-1]
	s.heap = s.heap[:len(s.heap)-1]
	if len(s.heap) == 0 {
		return top
	}
	i := 0
	for {
		down := 2*i + 1
		if down >= len(s.heap) {
			break
		}
		if r := down + 1; r < len(s.heap) && s.heap[r].rank < s.heap[down].rank {
			down = r
		}
		if s.heap[down].rank >= last.rank {
			break
		}
		s.heap[i] = s.heap[down]
		i = down
	}
	s.heap[i] = last
	return top
}
