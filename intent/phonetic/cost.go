package phonetic

import (
	"slices"
	"strings"
)

// Costs of hearing one syllable for another, 0 (the same) to 1 (nothing in
// common). The groups are those of Chinese regional accents and of acoustic
// neighbours; the weights were set on the generator of the quality test
// (intent/quality_test.go), not measured on speakers.
const (
	costSameTone  = 0.03 // another character, same syllable and tone
	costHomophone = 0.06 // another tone
	costUnlike    = 1
	// ClassCost is the least cost between syllables of different Class.
	ClassCost = 0.3
)

// initialPairs and finalPairs list confusions as "a/b" by their cost.
var initialPairs = []struct {
	cost  float32
	pairs string
}{
	{0.14, "z/zh c/ch s/sh"},
	{0.16, "n/l"},
	{0.22, "r/l f/h"},
	{0.3, "r/n"},
	{0.36, "b/p d/t g/k j/q z/c zh/ch"},
	{0.4, "z/ch zh/c j/z q/c x/s j/zh q/ch x/sh zh/sh z/s ch/sh c/s r/zh r/sh j/x q/x"},
	{0.45, "k/h g/h m/n b/d p/t d/g t/k m/b t/l d/l /h /g /w /r"},
}

var finalPairs = []struct {
	cost  float32
	pairs string
}{
	{0.12, "an/ang en/eng in/ing ian/iang uan/uang un/ong"},
	{0.2, "uo/o o/uo e/uo ii/i u/ou v/i v/u"},
	{0.3, "ei/ui ai/ei ui/i ie/ve ian/van in/vn un/en un/vn eng/ong ai/ei ou/uo o/e an/ai ao/ou ing/eng in/en ai/e ang/uang an/uan iu/u iao/ao ian/an iang/ang ia/a ua/a iong/ong"},
	{0.4, "ei/i ie/i iu/ou iao/iu ian/ie ian/in iang/ing an/en ang/eng ang/ong ai/ie ei/e a/e a/ai u/o u/uo a/an a/ang e/en i/in i/ing u/un ao/a e/er uan/van"},
}

const (
	nInitials = 32
	nFinals   = 64
)

type costTables struct {
	initial [nInitials * nInitials]float32
	final   [nFinals * nFinals]float32
	class   [nInitials * nFinals]uint16
	// dense numbers the syllables of the dictionary; between is the cost of
	// each pair of them, n to a row, for different characters. Both are filled
	// with the reading table.
	dense   [nInitials * nFinals]uint16
	between []float32
	n       int
}

// costs is filled from the lists above when the program starts.
var costs = buildCosts()

func buildCosts() *costTables {
	t := new(costTables)
	for a := range initials {
		for b := range initials {
			t.initial[a*nInitials+b] = 0.8 * float32(btoi(a != b))
		}
	}
	for a := range finals {
		for b := range finals {
			t.final[a*nFinals+b] = 0.8 * float32(btoi(a != b))
		}
	}
	for _, g := range initialPairs {
		eachPair(g.pairs, initials, func(a, b int) {
			t.initial[a*nInitials+b], t.initial[b*nInitials+a] = g.cost, g.cost
		})
	}
	for _, g := range finalPairs {
		eachPair(g.pairs, finals, func(a, b int) {
			t.final[a*nFinals+b], t.final[b*nFinals+a] = g.cost, g.cost
		})
	}
	for i := range initials {
		for f := range finals {
			t.class[i*nFinals+f] = classOf(i, f)
		}
	}
	return t
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func eachPair(list string, names []string, f func(a, b int)) {
	for _, pair := range strings.Fields(list) {
		x, y, _ := strings.Cut(pair, "/")
		a, b := slices.Index(names, x), slices.Index(names, y)
		if a >= 0 && b >= 0 {
			f(a, b)
		}
	}
}

func (r Reading) initial() int { return int(r >> 6 & 31) }
func (r Reading) final() int   { return int(r & 63) }

// Between is the cost between two readings of different characters.
func Between(a, b Reading) float32 {
	if a == b {
		return costSameTone
	}
	return costs.between[int(costs.dense[a&0x7ff])*costs.n+int(costs.dense[b&0x7ff])]
}

// Ear compares one reading with many: its row of the table is found once.
type Ear struct{ heard, row uint16 }

// NewEar is the Ear of a reading that is not 0.
func NewEar(heard Reading) Ear { return Ear{uint16(heard), costs.dense[heard&0x7ff]} }

// Cost is Between of the reading and b.
func (e Ear) Cost(b Reading) float32 {
	if e.heard == uint16(b) {
		return costSameTone
	}
	return costs.between[int(e.row)*costs.n+int(costs.dense[b&0x7ff])]
}

// syllableCost is the cost between two syllables without tones.
func (t *costTables) syllableCost(ai, af, bi, bf int) float32 {
	c := t.initial[ai*nInitials+bi] + t.final[af*nFinals+bf]
	if c > 0 && fhPair(ai, af, bi, bf) {
		return 0.22
	}
	return min(c, costUnlike)
}

// fillBetween computes the cost of each pair of syllables.
func (t *costTables) fillBetween(syllables []Reading) {
	t.n = len(syllables)
	t.between = make([]float32, t.n*t.n)
	for x, a := range syllables {
		t.dense[a] = uint16(x)
		for y, b := range syllables {
			t.between[x*t.n+y] = min(t.syllableCost(a.initial(), a.final(), b.initial(), b.final())+costHomophone, costUnlike)
		}
	}
}

// fhPair reports whether the syllables are f+x and h+u+x, as fa and hua: where
// f and h are confused the u goes with them.
func fhPair(ai, af, bi, bf int) bool {
	if initials[ai] == "h" {
		ai, af, bi, bf = bi, bf, ai, af
	}
	if initials[ai] != "f" || initials[bi] != "h" {
		return false
	}
	return afterF[finals[af]] == finals[bf]
}

// afterF is the final after h of a syllable that begins with f.
var afterF = map[string]string{"a": "ua", "o": "uo", "ei": "ui", "an": "uan", "en": "un", "ang": "uang", "eng": "ong", "u": "u"}

// Cost is how unlike the characters a and b sound, 0 only when they are the
// same character; polyphones count with their best readings. At most 1.
func Cost(a, b rune) float32 {
	if a == b {
		return 0
	}
	ra, rb := Readings(a), Readings(b)
	best := float32(costUnlike)
	for _, x := range ra {
		if x == 0 {
			break
		}
		for _, y := range rb {
			if y == 0 {
				break
			}
			best = min(best, Between(x, y))
		}
	}
	return best
}

// Toneless is the reading without its tone.
func (r Reading) Toneless() Reading { return r & 0x7ff }

// Class is a number shared by the syllables that an accent makes one; it is
// the key of indexes. Syllables of different classes cost at least ClassCost.
func (r Reading) Class() uint16 { return costs.class[r.initial()*nFinals+r.final()] }

func classOf(i, f int) uint16 {
	in, fi := merged(initials[i], finals[f])
	return uint16(slices.Index(initials, in)*nFinals + slices.Index(finals, fi))
}

// merged is the initial and final that stand for their accent's group.
func merged(initial, final string) (string, string) {
	switch initial {
	case "zh", "ch", "sh":
		initial = initial[:1]
	case "n", "r":
		initial = "l"
	case "f":
		if f, ok := afterF[final]; ok {
			initial, final = "h", f
		}
	}
	switch final {
	case "ang", "eng", "ing", "iang", "uang":
		final = strings.TrimSuffix(final, "g")
	case "ong":
		final = "un"
	case "ii":
		final = "i"
	case "o":
		final = "uo"
	}
	return initial, final
}
