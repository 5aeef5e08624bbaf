package automaton

// Costs of the edits that are no confusion of sounds; a syllable taken for one
// that is nothing like it costs 1. Set on the quality tests of package intent.
const (
	costDrop      = 0.7  // a token of the template was not heard
	costInsert    = 0.78 // a token was heard that the template does not have: dearer, since it leaves a sound unexplained
	costParticle  = 0.3  // either, for a token that carries little
	costStray     = 0.95 // an unknown token between the words of the grammar
	costStrayWord = 1.3  // the same for a foreign word
	costUnlike    = 1
	costForeign   = 0.95 // least for a word in the place of a character

	// Tie-breakers, no edits: what the template says in so many words is
	// preferred to a wildcard, and a wildcard to a skipped word.
	preferNoWildcard = 0.01
	preferShortWild  = 0.001
	preferNoSkip     = 0.002
)

// allow is the dearest match allowed by the number of tokens compared.
var allow = [...]float32{0, 0.1, 0.5, 0.78, 1, 1.05, 1.1, 1.2, 1.3, 1.5, 1.6, 1.7, 1.8}

// Allow is the dearest sum of edits at which a text of n tokens still counts
// as heard: nothing but a homophone for one token, one edit for four, two for
// nine.
func Allow(n int) float32 { return allow[min(n, len(allow)-1)] }

// early is the dearest beginning of a list value by the tokens read: two edits
// within the first few are not tried, which keeps large lists fast.
var early = [...]float32{0.8, 1, 1, 1, 1.05, 1.1, 1.2, 1.3}

func earlyLimit(depth uint8) float32 {
	if int(depth) < len(early) {
		return early[depth]
	}
	return allow[len(allow)-1]
}

// particles carry little meaning in a command: hearing one more or less is
// cheap.
const particles = "的了吧啊呢吗呀嘛哦嗯呃请呗啦哈"

func isParticle(r rune) bool {
	for _, p := range particles {
		if p == r {
			return true
		}
	}
	return false
}

// smallWords are the English words that carry little.
var smallWords = map[string]bool{"a": true, "an": true, "the": true, "to": true, "of": true, "please": true, "me": true,
	"my": true, "on": true, "in": true, "for": true, "up": true, "uh": true, "um": true, "and": true}

// runeCost and wordCost are the costs of one token too many or too few: full,
// unless it is a particle.
func runeCost(r rune, full float32) float32 {
	if isParticle(r) {
		return costParticle
	}
	return full
}

func wordCost(w string, full float32) float32 {
	if smallWords[w] {
		return costParticle
	}
	return full
}

func (a *Automaton) dropCost(x *arc) float32 {
	if x.class == wordClass {
		return wordCost(a.words[x.sym], costDrop)
	}
	return runeCost(x.sym, costDrop)
}
