package phonetic

import "strings"

// maxWord bounds the letters compared of a word.
const maxWord = 24

// WordCost is how unlike two lower-case words are, 0 (the same) to 1: the
// letters and the consonants to be heard each have a say, and the smaller
// difference counts most.
func WordCost(a, b string) float32 {
	if a == b {
		return 0
	}
	if len(a) > maxWord || len(b) > maxWord || a == "" || b == "" {
		return costUnlike
	}
	letters := ratio(a, b)
	ka, kb := Key(a), Key(b)
	if ka == kb && letters <= 0.67 {
		return min(0.1+0.3*letters, costUnlike)
	}
	sounds := ratio(ka, kb)
	return min(0.1+0.55*min(letters, sounds)+0.45*max(letters, sounds), costUnlike)
}

// ratio is the edit distance of a and b over the length of the longer one.
func ratio(a, b string) float32 {
	return float32(distance(a, b)) / float32(max(len(a), len(b), 1))
}

// distance is the number of inserted, dropped and replaced bytes.
func distance(a, b string) int {
	var row [maxWord + 1]int
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			up := row[j+1]
			replace := diagonal + btoi(a[i] != b[j])
			row[j+1] = min(replace, up+1, row[j]+1)
			diagonal = up
		}
	}
	return row[len(b)]
}

// keyLetters rewrites spellings to the sound they stand for, longest first.
var keyLetters = strings.NewReplacer(
	"tion", "sn", "sion", "sn", "ough", "of", "tch", "c", "sch", "sk", "ght", "t", "kn", "n", "wr", "r", "wh", "h", "ph", "f",
	"ck", "k", "ch", "c", "sh", "c", "th", "t", "gh", "", "dg", "j", "qu", "k", "ce", "s", "ci", "s", "cy", "s", "mb", "m",
	"x", "ks", "z", "s", "v", "f", "q", "k", "g", "k", "d", "t", "b", "p", "w", "", "y", "", "h", "h",
)

// Key is the skeleton of consonants of an English word: equal keys sound much
// the same. A word of vowels only has its first letter.
func Key(word string) string {
	s := keyLetters.Replace(word)
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if strings.IndexByte("aeiou'", c) >= 0 || i > 0 && s[i-1] == c {
			continue
		}
		if c == 'c' && i == 0 {
			c = 'k'
		}
		b.WriteByte(c)
	}
	if b.Len() == 0 {
		return word[:1]
	}
	return b.String()
}
