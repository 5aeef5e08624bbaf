package intent

import (
	"math/rand/v2"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/tingdong/tingdong/intent/phonetic"
)

// noise makes one error of a recogniser in a sentence. Its seed is noiseSeed
// unless a test says otherwise.
type noise struct {
	rng   *rand.Rand
	chars []rune // the 3,755 characters of GB 2312 level 1
}

const noiseSeed = 20241123

func newNoise(seed uint64) *noise {
	n := &noise{rng: rand.New(rand.NewPCG(seed, 1))}
	decoder := simplifiedchinese.GBK.NewDecoder()
	for hi := byte(0xb0); hi <= 0xd7; hi++ {
		for lo := byte(0xa1); lo <= 0xfe; lo++ {
			if s, err := decoder.Bytes([]byte{hi, lo}); err == nil {
				if r := []rune(string(s)); len(r) == 1 && phonetic.Readings(r[0])[0] != 0 {
					n.chars = append(n.chars, r[0])
				}
			}
		}
	}
	return n
}

// wrong is one wrong version of s, with an error of the kind at a character
// that is in none of the free texts; ok is false when there is no such place.
func (n *noise) wrong(s, kind string, free []string) (out string, ok bool) {
	runes := []rune(s)
	places := n.places(runes, s, free)
	for range 20 {
		if len(places) == 0 {
			return "", false
		}
		i := places[n.rng.IntN(len(places))]
		switch kind {
		case "drop":
			return string(slices.Concat(runes[:i], runes[i+1:])), len(runes) > 3
		case "insert":
			return string(slices.Concat(runes[:i], []rune{n.chars[n.rng.IntN(len(n.chars))]}, runes[i:])), true
		}
		low, high := float32(0.01), float32(0.07) // homophone
		if kind == "accent" {
			low, high = 0.12, 0.29
		}
		var like []rune
		for _, c := range n.chars {
			if cost := phonetic.Cost(runes[i], c); cost >= low && cost <= high {
				like = append(like, c)
			}
		}
		if len(like) > 0 {
			return string(slices.Concat(runes[:i], []rune{like[n.rng.IntN(len(like))]}, runes[i+1:])), true
		}
	}
	return "", false
}

func (n *noise) places(runes []rune, s string, free []string) []int {
	inside := make([]bool, len(runes))
	for _, f := range free {
		if at := strings.Index(s, f); f != "" && at >= 0 {
			from := len([]rune(s[:at]))
			for i := range len([]rune(f)) {
				inside[from+i] = true
			}
		}
	}
	var out []int
	for i, r := range runes {
		if !inside[i] && phonetic.Readings(r)[0] != 0 {
			out = append(out, i)
		}
	}
	return out
}
