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

// easy counts the tokens from some position on that cost nothing or little to
// pass over: those of skip words, and particles.
type easy struct{ free, particles uint8 }

type knownList struct {
	*List
	known bool
}

// Searcher holds the memory of searches; it serves one at a time and can be
// used again.
type Searcher struct {
	a      *Automaton
	env    Env
	tokens []Token
	bound  float32
	items  []item
	heap   []entry
	parts  []Part
	seen   seenSet
	spots  spotCache
	words  wordCache
	mixed  bool               // there are Chinese characters among the tokens
	skips  [MaxTokens][]int32 // lengths of the skip words at each token
	rest   [MaxTokens + 1]easy
	lists  []knownList // of the automaton's references
	hits   []Match
}

// Search finds the matches of tokens, best first.
// It looks for homophones and accents first, and for lost, added and wrong
// tokens only when that finds nothing: most utterances are heard rightly.
// The tokens must not be changed while the matches are used.
func (s *Searcher) Search(a *Automaton, env Env, tokens []Token) []Match {
	s.a, s.env, s.tokens = a, env, tokens[:min(len(tokens), MaxTokens)]
	s.findSkips()
	s.lists = append(s.lists[:0], make([]knownList, len(a.refs))...)
	s.mixed = slices.ContainsFunc(s.tokens, func(t Token) bool { return t.Word == "" })
	full := Allow(len(s.tokens))
	s.pass(min(full, nearBound))
	if full > nearBound && !slices.ContainsFunc(s.hits, func(m Match) bool { return m.Wild == 0 }) {
		s.pass(full)
	}
	slices.SortStableFunc(s.hits, func(x, y Match) int { return cmp.Compare(x.Rank, y.Rank) })
	return s.hits
}

// findSkips finds the skip words at each token, and what they leave to come.
func (s *Searcher) findSkips() {
	var free [MaxTokens]bool
	for i := range s.tokens {
		s.skips[i] = s.skips[i][:0]
		for _, w := range s.env.Skips {
			if hasPrefix(s.tokens[i:], w) {
				s.skips[i] = append(s.skips[i], int32(len(w)))
				for j := range w {
					free[i+j] = true
				}
			}
		}
	}
	s.rest[len(s.tokens)] = easy{}
	for i := len(s.tokens) - 1; i >= 0; i-- {
		s.rest[i] = s.rest[i+1]
		switch {
		case free[i]:
			s.rest[i].free++
		case s.tokens[i].insert == costParticle:
			s.rest[i].particles++
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
		if it.edits > s.bound || s.seen.stale(&it) {
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
