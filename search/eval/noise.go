package eval

import (
	"hash/fnv"
	"math/rand/v2"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/tingdong/tingdong/intent/phonetic"
	"github.com/tingdong/tingdong/zhtext"
)

// Noise replaces characters by others that sound the same but for the tone,
// as a recogniser or a pinyin keyboard does. Replacements are among the 3,755
// common characters (GB 2312 level 1).
type Noise struct {
	same  map[string][]rune
	share float64 // of the characters; 0 replaces exactly one
}

// NewNoise makes noise that replaces this share of the Chinese characters, or
// exactly one of them for share 0.
func NewNoise(share float64) *Noise {
	n := &Noise{same: map[string][]rune{}, share: share}
	dec := simplifiedchinese.GBK.NewDecoder()
	for hi := 0xb0; hi <= 0xd7; hi++ {
		for lo := 0xa1; lo <= 0xfe; lo++ {
			s, err := dec.String(string([]byte{byte(hi), byte(lo)}))
			if err != nil {
				continue
			}
			for _, r := range s {
				if p := phonetic.Spelling(r); p != "" {
					n.same[p] = append(n.same[p], r)
				}
			}
		}
	}
	return n
}

// Apply gives the query with noise, always the same for the same id.
func (n *Noise) Apply(query, id string) string {
	h := fnv.New64a()
	h.Write([]byte(id))
	rng := rand.New(rand.NewPCG(h.Sum64(), 7))
	text := []rune(query)
	var places []int
	for i, r := range text {
		if zhtext.IsHan(r) && len(n.same[phonetic.Spelling(r)]) > 1 {
			places = append(places, i)
		}
	}
	if n.share == 0 && len(places) > 0 {
		places = []int{places[rng.IntN(len(places))]}
	}
	for _, i := range places {
		if n.share > 0 && rng.Float64() >= n.share {
			continue
		}
		same := n.same[phonetic.Spelling(text[i])]
		for old := text[i]; text[i] == old; {
			text[i] = same[rng.IntN(len(same))]
		}
	}
	return string(text)
}
