// Package normal brings what was typed or recognised into one form: one width,
// one script, one spacing, and tokens to match.
package normal

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/tingdong/tingdong/zhtext"
)

// Kind tells what a Token is.
type Kind uint8

// The kinds of tokens.
const (
	Han    Kind = iota // one Chinese character
	Word               // a word in letters, lower case
	Digits             // a run of digits, perhaps with a decimal point
	Sign               // % + or another sign that commands use
)

// Token is one unit of matching.
type Token struct {
	Kind  Kind
	Text  string // folded: simplified, lower case, half width
	Start int    // rune offsets into Text.Display
	End   int
}

// Text is an utterance in the two forms that are used of it.
type Text struct {
	// Display has one width and script, keeps punctuation inside, and has no
	// spaces between Chinese characters.
	Display []rune
	Tokens  []Token
}

// Slice is the display text of the tokens from…to without punctuation at its
// ends.
func (t Text) Slice(from, to int) string {
	if from >= to {
		return ""
	}
	return string(t.Display[t.Tokens[from].Start:t.Tokens[to-1].End])
}

// Parse normalises s. At most limit tokens are made of it (0 means all); what
// follows them stays in Display.
func Parse(s string, limit int) Text {
	t := Text{Display: []rune(Display(s))}
	for i := 0; i < len(t.Display); {
		if limit > 0 && len(t.Tokens) == limit {
			break
		}
		i = t.token(i)
	}
	return t
}

// token appends the token at display position i, if there is one, and returns
// the position after it.
func (t *Text) token(i int) int {
	r := t.Display[i]
	end := i + 1
	var kind Kind
	switch {
	case IsHan(r):
		kind = Han
	case isDigit(r):
		kind = Digits
		for end < len(t.Display) && (isDigit(t.Display[end]) || t.decimalPoint(end)) {
			end++
		}
	case unicode.IsLetter(r):
		kind = Word
		for end < len(t.Display) && t.inWord(end) {
			end++
		}
		if end == i+1 {
			end = t.spelled(end)
		}
	case strings.ContainsRune("%+", r):
		kind = Sign
	default:
		return end
	}
	text := strings.ToLower(strings.ReplaceAll(string(t.Display[i:end]), " ", ""))
	text = strings.ReplaceAll(text, "'", "")
	t.Tokens = append(t.Tokens, Token{Kind: kind, Text: text, Start: i, End: end})
	return end
}

func (t *Text) decimalPoint(i int) bool {
	return t.Display[i] == '.' && i+1 < len(t.Display) && isDigit(t.Display[i+1])
}

func (t *Text) inWord(i int) bool {
	r := t.Display[i]
	if r == '\'' {
		return i+1 < len(t.Display) && isLatin(t.Display[i+1])
	}
	return isLatin(r)
}

// spelled joins letters that were said one by one, "a p p", into one word. A
// single "a" before a word is the article and stays alone.
func (t *Text) spelled(end int) int {
	for end+1 < len(t.Display) && t.Display[end] == ' ' && isLatin(t.Display[end+1]) &&
		(end+2 == len(t.Display) || !t.inWord(end+2)) {
		end += 2
	}
	return end
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLatin(r rune) bool { return unicode.IsLetter(r) && !IsHan(r) || unicode.Is(unicode.Mn, r) }

// IsHan reports whether r is a Chinese character.
func IsHan(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r >= 0x3400 && r <= 0x4dbf || r == '〇' || r >= 0x20000 && r <= 0x323af
}

// Display writes s as it should be shown and searched for: NFC, half-width
// letters and digits, simplified characters, no control or format characters,
// no space beside a Chinese character, and no punctuation at the ends.
func Display(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	folded := zhtext.Map(s)
	at := 0
	out := make([]rune, 0, len(s))
	space := false
	for i, r := range s {
		for at < len(folded.Runes) && int(folded.Start[at]) < i {
			at++
		}
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case unicode.Is(unicode.C, r):
			continue
		case IsHan(r) && at < len(folded.Runes) && int(folded.Start[at]) == i:
			r = folded.Runes[at] // simplified
		default:
			r = half(r)
		}
		if space && len(out) > 0 && !closes(out[len(out)-1], r) {
			out = append(out, ' ')
		}
		space = false
		out = append(out, r)
	}
	return strings.Trim(string(out), endPunctuation)
}

// endPunctuation ends or begins sentences and says nothing about the words.
const endPunctuation = " .。,，、?？!！;；:：…~～—-"

// closes reports whether a space between a and b says nothing: recognisers put
// one between all words.
func closes(a, b rune) bool { return IsHan(a) || IsHan(b) }

// half is the half-width form of a full-width letter, digit or sign; other
// punctuation keeps its width.
func half(r rune) rune {
	switch {
	case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ', r == '％', r == '＋', r == '．':
		return r - 0xfee0
	case r == 0x3000 || r == 0xa0:
		return ' '
	case r == '’' || r == '‘' || r == '＇':
		return '\''
	}
	return r
}
