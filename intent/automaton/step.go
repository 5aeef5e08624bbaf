package automaton

import "github.com/tingdong/tingdong/intent/number"

func (s *Searcher) expand(at int32, it item) {
	it.prev, it.part = at, -1
	if int(it.pos) < len(s.tokens) {
		s.readToken(it)
		s.skipToken(at, it)
		for _, l := range s.a.listsOf(it.state) {
			s.readList(it, l)
		}
	}
	s.dropToken(it)
}

// step pushes it moved to another place for some edits.
func (s *Searcher) step(it item, state int32, tokens int32, edits float32) {
	it.state, it.pos = state, it.pos+tokens
	it.edits, it.rank = it.edits+edits, it.rank+edits
	if it.edits > s.bound || it.edits+s.toCome(state, it.pos) > s.bound {
		return
	}
	if it.wild > 0 && it.edits > wildBound && !s.env.Lenient {
		return // a wildcard takes anything, so the words around it must be right
	}
	s.push(it)
}

// toCome is the least cost of the edits that are surely left at state: tokens
// that the shortest way to an end lacks, or that the longest leaves over.
func (s *Searcher) toCome(state, pos int32) float32 {
	left := len(s.tokens) - int(pos)
	if lacking := int(s.a.least[state]) - left; lacking > 0 {
		if lacking > 2 {
			return 2 * s.bound // too much was lost
		}
		return costParticle * float32(lacking)
	}
	return s.leftOver(pos, left-int(s.a.most[state]))
}

// leftOver is the least cost of passing over n of the tokens from pos on.
func (s *Searcher) leftOver(pos int32, n int) float32 {
	rest := s.rest[pos]
	n -= int(rest.free)
	if n <= 0 {
		return 0
	}
	particles := min(n, int(rest.particles))
	stray := float32(costStray)
	if s.env.Lenient {
		stray = costInsert
	}
	return costParticle*float32(particles) + stray*float32(n-particles)
}

// readToken follows the arcs that the next token may be.
func (s *Searcher) readToken(it item) {
	rest := s.bound - it.edits
	s.eachArc(s.a, it.state, it.pos, rest, func(to, tokens int32, cost float32) {
		s.step(it, to, tokens, cost)
	})
}

// skipToken passes over a skip word, or over a token that should not be there.
func (s *Searcher) skipToken(at int32, it item) {
	for _, n := range s.skips[it.pos] {
		skipped := it
		skipped.rank += preferNoSkip * float32(n)
		skipped.skipped += int16(n)
		s.step(skipped, it.state, n, 0)
	}
	t := &s.tokens[it.pos]
	if s.afterNumber(at) && number.IsChinese(t.Rune) {
		return // 第一千页 is not page 1
	}
	s.step(it, it.state, 1, s.strayCost(t))
}

// afterNumber reports whether a number was read last.
func (s *Searcher) afterNumber(at int32) bool {
	part := s.items[at].part
	return part >= 0 && s.parts[part].List.Range != nil
}

// strayCost is the cost of a token between the words of the grammar that does
// not belong there. It may well be a word that changes the meaning, as 大 in
// 打开大数据, a foreign word surely does.
func (s *Searcher) strayCost(t *Token) float32 {
	switch {
	case s.env.Lenient || t.insert == costParticle:
		return t.insert
	case t.Word != "" && s.mixed:
		return costStrayWord
	}
	return costStray
}

func hasPrefix(tokens []Token, w SkipWord) bool {
	if len(tokens) < len(w) || len(w) == 0 {
		return false
	}
	for i := range w {
		if tokens[i].Rune != w[i].Rune || tokens[i].Word != w[i].Word {
			return false
		}
	}
	return true
}

// dropToken goes on as if the next arc's token had been lost.
func (s *Searcher) dropToken(it item) {
	if it.edits+costParticle > s.bound {
		return
	}
	s.eachDrop(s.a, it.state, it.pos, s.bound-it.edits, func(to, tokens int32, cost float32) {
		s.step(it, to, tokens, cost)
	})
}

// list is the list of a reference; each is looked up once a search.
func (s *Searcher) list(ref int32) *List {
	l := &s.lists[ref]
	if !l.known {
		*l = knownList{s.env.List(s.a.refs[ref].List), true}
	}
	return l.List
}

// readList fills a list reference.
func (s *Searcher) readList(it item, l listEdge) {
	ref := s.a.refs[l.ref]
	list := s.list(l.ref)
	if list == nil {
		return
	}
	part := Part{Ref: ref, List: list, Value: -1, From: int(it.pos)}
	if list.Wildcard {
		s.readWildcard(it, l.to, part)
		return
	}
	if list.trie == nil {
		if value, used := list.exactNumber(s.tokens[it.pos:]); used > 0 {
			part.Number, part.To = value, part.From+used
			s.stepPart(it, l.to, part, uint32(value)*2654435761)
		}
		return
	}
	for _, spot := range s.spot(list, it.pos, s.bound-it.edits) {
		if it.edits+spot.cost > s.bound {
			break // dearer ones follow
		}
		part.Value, part.To, part.Size, part.Cost = spot.value, int(spot.end), int(spot.size), spot.cost
		if list.numbers != nil {
			part.Number = list.numbers[spot.value]
		}
		s.stepPart(it, l.to, part, (uint32(spot.value)+1)*2654435761+uint32(l.ref))
	}
}

func (s *Searcher) readWildcard(it item, to int32, part Part) {
	for end := part.From + 1; end <= len(s.tokens); end++ {
		part.To = end
		wild := it
		n := end - part.From
		wild.wild += int16(n)
		wild.rank += preferNoWildcard + preferShortWild*float32(n)
		s.stepPart(wild, to, part, uint32(end)*40503+1)
	}
}

func (s *Searcher) stepPart(it item, to int32, part Part, hist uint32) {
	it.part = int32(len(s.parts))
	it.hist = it.hist*31 + hist
	s.parts = append(s.parts, part)
	s.step(it, to, int32(part.To-part.From), part.Cost)
}
