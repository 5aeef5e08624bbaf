package automaton

import (
	"cmp"
	"slices"
)

// Bounds of one search, far above what commands need: they hold the time of
// adversarial grammars and texts.
const (
	maxPops   = 40_000
	maxHits   = 64
	nearBound = 0.34 // edits of the first pass: two confusions of an accent
	wildBound = 0.25 // edits of a sentence with a wildcard
	hitMargin = 0.45 // matches this much dearer than the best are of no interest
)

// Env is what a search sees beside the automaton.
type Env struct {
	List  func(key string) *List // nil when there is none
	Skips []SkipWord
	// Lenient lets a list value of two tokens lose or gain one, where the rest
	// of the sentence is trusted to say which list it is.
	Lenient bool
}

// SkipWord is the tokens of a word that may stand anywhere.
type SkipWord []Token

// NewSkipWord makes a skip word of the tokens of a text.
func NewSkipWord(tokens []Token) SkipWord { return SkipWord(tokens) }

// Part is one list reference of a Match with the tokens it covers.
type Part struct {
	Ref      Ref
	List     *List
	Value    int32 // id in the list; -1 for a wildcard and a number that is not indexed
	Number   float64
	From, To int
	Size     int // tokens of the value itself; other than To-From when some were lost or added
	Cost     float32
}

// Match is one template that the tokens may be.
type Match struct {
	ID      int32
	Cost    float32 // sum of the edits; 0 is exact
	Rank    float32 // Cost and the tie-breakers; lower is better
	Matched int     // tokens that template text and list values account for
	Wild    int     // tokens that wildcards took
	Skipped int     // tokens of skip words
	Parts   []Part  // in order
}

// item is a state of the search: how far the template and the text are read.
type item struct {
	state   int32
	pos     int32
	rank    float32
	edits   float32
	prev    int32
	part    int32 // index into parts, -1 for none
	hist    uint32
	wild    int16
	skipped int16
}

// Searcher holds the memory of searches; it serves one at a time and can be
// used again.
type Searcher struct {
	a      *Automaton
	env    Env
	tokens []Token
	bound  float32
	items  []item
	heap   []int32
	parts  []Part
	seen   seenSet
	spots  spotCache
	words  wordCache
	mixed  bool               // there are Chinese characters among the tokens
	skips  [MaxTokens][]int32 // lengths of the skip words at each token
	hits   []Match
}

// Search finds the matches of tokens, best first.
// It looks for homophones and accents first, and for lost, added and wrong
// tokens only when that finds nothing: most utterances are heard rightly.
// The tokens must not be changed while the matches are used.
func (s *Searcher) Search(a *Automaton, env Env, tokens []Token) []Match {
	s.a, s.env, s.tokens = a, env, tokens[:min(len(tokens), MaxTokens)]
	s.findSkips()
	s.mixed = slices.ContainsFunc(s.tokens, func(t Token) bool { return t.Word == "" })
	full := Allow(len(s.tokens))
	s.pass(min(full, nearBound))
	if full > nearBound && !slices.ContainsFunc(s.hits, func(m Match) bool { return m.Wild == 0 }) {
		s.pass(full)
	}
	slices.SortStableFunc(s.hits, func(x, y Match) int { return cmp.Compare(x.Rank, y.Rank) })
	return s.hits
}

func (s *Searcher) findSkips() {
	for i := range s.tokens {
		s.skips[i] = s.skips[i][:0]
		for _, w := range s.env.Skips {
			if hasPrefix(s.tokens[i:], w) {
				s.skips[i] = append(s.skips[i], int32(len(w)))
			}
		}
	}
}

// pass is one search with a bound of edits.
func (s *Searcher) pass(bound float32) {
	s.bound = bound
	s.items, s.heap, s.parts, s.hits = s.items[:0], s.heap[:0], s.parts[:0], nil
	s.seen.reset()
	s.spots.reset()
	s.words.reset()
	s.push(item{prev: -1, part: -1})
	for range maxPops {
		if len(s.heap) == 0 || len(s.hits) >= maxHits {
			break
		}
		at := s.pop()
		it := s.items[at]
		if it.edits > s.bound || !s.seen.add(it.state, it.pos, it.hist) {
			continue
		}
		if int(it.pos) == len(s.tokens) {
			s.finish(at)
		}
		s.expand(at, it)
	}
}

// finish records the templates that end at items[at].
func (s *Searcher) finish(at int32) {
	it := s.items[at]
	matched := len(s.tokens) - int(it.wild) - int(it.skipped)
	if it.edits > Allow(matched) {
		return
	}
	for _, id := range s.a.finalsOf(it.state) {
		if slices.ContainsFunc(s.hits, func(m Match) bool { return m.ID == id && s.sameParts(m, at) }) {
			continue
		}
		s.hits = append(s.hits, Match{ID: id, Cost: it.edits, Rank: it.rank, Matched: matched,
			Wild: int(it.wild), Skipped: int(it.skipped), Parts: s.trace(at)})
		if it.wild == 0 {
			s.bound = min(s.bound, it.edits+hitMargin)
		}
	}
}

// sameParts reports whether the parts behind items[at] have the values of m.
func (s *Searcher) sameParts(m Match, at int32) bool {
	parts := s.trace(at)
	return slices.EqualFunc(m.Parts, parts, func(x, y Part) bool {
		return x.Ref == y.Ref && x.Value == y.Value && x.Number == y.Number && (x.Value >= 0 || x.From == y.From && x.To == y.To)
	})
}

func (s *Searcher) trace(at int32) []Part {
	var parts []Part
	for ; at >= 0; at = s.items[at].prev {
		if p := s.items[at].part; p >= 0 {
			parts = append(parts, s.parts[p])
		}
	}
	slices.Reverse(parts)
	return parts
}

func (s *Searcher) expand(at int32, it item) {
	it.prev, it.part = at, -1
	if int(it.pos) < len(s.tokens) {
		s.readToken(it)
		s.skipToken(it)
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
	if it.edits > s.bound || int(s.a.least[state])-(len(s.tokens)-int(it.pos)) > 2 {
		return
	}
	if it.wild > 0 && it.edits > wildBound && !s.env.Lenient {
		return // a wildcard takes anything, so the words around it must be right
	}
	s.push(it)
}

// readToken follows the arcs that the next token may be.
func (s *Searcher) readToken(it item) {
	rest := s.bound - it.edits
	s.eachArc(s.a, it.state, it.pos, rest, func(to, tokens int32, cost float32) {
		s.step(it, to, tokens, cost)
	})
}

// skipToken passes over a skip word, or over a token that should not be there.
func (s *Searcher) skipToken(it item) {
	for _, n := range s.skips[it.pos] {
		skipped := it
		skipped.rank += preferNoSkip * float32(n)
		skipped.skipped += int16(n)
		s.step(skipped, it.state, n, 0)
	}
	s.step(it, it.state, 1, s.strayCost(&s.tokens[it.pos]))
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

// readList fills a list reference.
func (s *Searcher) readList(it item, l listEdge) {
	ref := s.a.refs[l.ref]
	list := s.env.List(ref.List)
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
