package automaton

// push and pop keep the heap of items by rank.
func (s *Searcher) push(it item) {
	at := int32(len(s.items))
	s.items = append(s.items, it)
	s.heap = append(s.heap, at)
	i := len(s.heap) - 1
	for i > 0 {
		up := (i - 1) / 2
		if s.items[s.heap[up]].rank <= it.rank {
			break
		}
		s.heap[i] = s.heap[up]
		i = up
	}
	s.heap[i] = at
}

func (s *Searcher) pop() int32 {
	top := s.heap[0]
	last := s.heap[len(s.heap)-1]
	s.heap = s.heap[:len(s.heap)-1]
	if len(s.heap) == 0 {
		return top
	}
	rank := s.items[last].rank
	i := 0
	for {
		down := 2*i + 1
		if down >= len(s.heap) {
			break
		}
		if r := down + 1; r < len(s.heap) && s.items[s.heap[r]].rank < s.items[s.heap[down]].rank {
			down = r
		}
		if s.items[s.heap[down]].rank >= rank {
			break
		}
		s.heap[i] = s.heap[down]
		i = down
	}
	s.heap[i] = last
	return top
}
