package search

import (
	"slices"
	"sort"
	"strings"

	"github.com/tingdong/tingdong/intent/phonetic"
	"github.com/tingdong/tingdong/zhtext"
)

// completions finds words by the beginning of their characters, their pinyin
// or its initials. Immutable.
type completions struct {
	words []titleWord
	keys  []completionKey // sorted by key, the frequent words first
}

type completionKey struct {
	key  string
	word int32
}

func newCompletions(words []titleWord) *completions {
	c := &completions{words: words}
	for i, w := range words {
		for _, k := range completionKeys(w.text) {
			c.keys = append(c.keys, completionKey{k, int32(i)})
		}
	}
	slices.SortFunc(c.keys, func(a, b completionKey) int {
		if a.key != b.key {
			return strings.Compare(a.key, b.key)
		}
		return words[b.word].docs - words[a.word].docs
	})
	return c
}

// completionKeys are the forms under which folded text is found.
func completionKeys(text string) []string {
	text = strings.ReplaceAll(text, " ", "")
	keys := []string{text}
	for _, k := range []string{spelling(text), initials(text)} {
		if k != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// spelling writes the Chinese characters of text as pinyin: 公积金 → gongjijin.
func spelling(text string) string {
	var b strings.Builder
	for _, r := range text {
		if s := phonetic.Spelling(r); s != "" {
			b.WriteString(s)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// initials writes each Chinese character as the first letter of its pinyin:
// 公积金 → gjj. It is empty for text without Chinese.
func initials(text string) string {
	var b strings.Builder
	chinese := false
	for _, r := range text {
		if s := phonetic.Spelling(r); s != "" {
			b.WriteByte(s[0])
			chinese = true
		} else {
			b.WriteRune(r)
		}
	}
	if !chinese {
		return ""
	}
	return b.String()
}

// scanned bounds how many keys with a common beginning are looked at, so that
// one letter costs no more than a word.
const scanned = 4000

// prefix gives the words of which a key begins so, the frequent first.
func (c *completions) prefix(text string, n int) []string {
	i := sort.Search(len(c.keys), func(i int) bool { return c.keys[i].key >= text })
	var found []int32
	for j := i; j < len(c.keys) && j < i+scanned && strings.HasPrefix(c.keys[j].key, text); j++ {
		found = append(found, c.keys[j].word)
	}
	slices.SortFunc(found, func(a, b int32) int {
		if d := c.words[b].docs - c.words[a].docs; d != 0 {
			return d
		}
		return int(a - b)
	})
	var out []string
	for _, w := range slices.Compact(found) {
		if len(out) == n {
			break
		}
		out = append(out, c.words[w].text)
	}
	return out
}

// exact gives the words of which a key is this very text.
func (c *completions) exact(text string, n int) []string {
	i := sort.Search(len(c.keys), func(i int) bool { return c.keys[i].key >= text })
	var out []string
	for ; i < len(c.keys) && c.keys[i].key == text && len(out) < n; i++ {
		out = append(out, c.words[c.keys[i].word].text)
	}
	return out
}

// latin tells whether text is letters only, as pinyin is typed, and gives it
// without spaces and apostrophes.
func latin(text string) (string, bool) {
	s := strings.NewReplacer(" ", "", "'", "").Replace(zhtext.Fold(text))
	if s == "" {
		return "", false
	}
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return "", false
		}
	}
	return s, true
}
