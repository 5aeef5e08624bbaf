package automaton

import (
	"github.com/tingdong/tingdong/intent/normal"
	"github.com/tingdong/tingdong/intent/number"
	"github.com/tingdong/tingdong/intent/phonetic"
)

// Token is one unit of an utterance with what the search needs of it.
type Token struct {
	Rune     rune    // of a Chinese character or sign
	Word     string  // of a word, else empty
	Source   int     // index of the normal.Token it comes from
	insert   float32 // cost when it should not be there
	readings uint8   // of a Chinese character: how many of the following are set
	classes  [3]uint16
	ears     [3]phonetic.Ear
}

// MaxTokens bounds what is matched of an utterance; visitors' commands have
// fewer than twenty tokens.
const MaxTokens = 48

// Variants are the ways to read an utterance: one, or with digits one for each
// way the digits may have been said.
func Variants(text normal.Text) [][]Token {
	variants := 1
	for _, t := range text.Tokens {
		if t.Kind == normal.Digits {
			variants = max(variants, len(number.Readings(t.Text)))
		}
	}
	out := make([][]Token, variants)
	for v := range out {
		out[v] = tokens(text, v)
	}
	return out
}

func tokens(text normal.Text, variant int) []Token {
	out := make([]Token, 0, len(text.Tokens)+4)
	for i, t := range text.Tokens {
		switch t.Kind {
		case normal.Word:
			out = append(out, Token{Word: t.Text, Source: i, insert: wordCost(t.Text, costInsert)})
		case normal.Digits:
			readings := number.Readings(t.Text)
			for _, r := range readings[min(variant, len(readings)-1)] {
				out = append(out, runeToken(r, i))
			}
		default:
			for _, r := range t.Text {
				out = append(out, runeToken(r, i))
			}
		}
		if len(out) >= MaxTokens {
			return out[:MaxTokens]
		}
	}
	return out
}

func runeToken(r rune, source int) Token {
	t := Token{Rune: r, Source: source, insert: runeCost(r, costInsert)}
	for i, reading := range phonetic.Readings(r) {
		if reading == 0 {
			break
		}
		t.readings = uint8(i + 1)
		t.classes[i], t.ears[i] = reading.Class(), phonetic.NewEar(reading)
	}
	return t
}

// hasClass reports whether one of the readings of t is of a class.
func (t *Token) hasClass(class uint16) bool {
	for i := range t.readings {
		if t.classes[i] == class {
			return true
		}
	}
	return false
}

// cost is how unlike t and a character with a reading sound.
func (t *Token) cost(sym int32, reading phonetic.Reading) float32 {
	if sym == t.Rune {
		return 0
	}
	best := float32(costUnlike)
	if reading == 0 {
		return best
	}
	for i := range t.readings {
		best = min(best, t.ears[i].Cost(reading))
	}
	return best
}
