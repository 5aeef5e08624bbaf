package asr

// replay keeps the pieces of audio since the last endpoint, in memory only,
// and at most limit bytes: of a longer utterance the oldest pieces go.
type replay struct {
	limit, size int
	pieces      [][]byte
}

// add copies a piece and returns how many old pieces had to go.
func (r *replay) add(piece []byte) (dropped int) {
	r.pieces = append(r.pieces, append([]byte(nil), piece...))
	r.size += len(piece)
	for r.size > r.limit && len(r.pieces) > 1 {
		r.size -= len(r.pieces[0])
		r.pieces[0] = nil
		r.pieces = r.pieces[1:]
		dropped++
	}
	return dropped
}

// endpoint forgets the first n pieces but for the last rest bytes of them. It
// returns how many pieces the rest makes, 0 or 1.
func (r *replay) endpoint(n, rest int) int {
	last := r.pieces[n-1]
	kept := 0
	if rest > 0 && rest <= len(last) {
		kept = 1
	}
	r.pieces = append([][]byte(nil), r.pieces[n-kept:]...)
	if kept == 1 {
		r.pieces[0] = last[len(last)-rest:]
	}
	r.size = 0
	for _, p := range r.pieces {
		r.size += len(p)
	}
	return kept
}
