package session

import (
	"strings"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/intent/phonetic"
)

// Thresholds of evidence, by the number of characters or words of what was
// understood: short words are alike by chance, long ones are not. Set on the
// recordings of TestCommandAccuracy; docs/listening.md has the figures.
var enough = [...]float64{2, 0.96, 0.95, 0.84, 0.75, 0.68}

// doubtful is how far below enough a command is still asked about.
const doubtful = 0.18

// plain is the confidence of an open reading that needs no other evidence when
// it is a command to the letter. One of two characters needs more: five of 224
// English words were heard as such a name with 0.53 to 0.74 (open as 府办).
// What both hearings agree on needs no more than a longer one: in none of
// those words did the grammar recogniser hear the same name.
func plain(units int, twice bool) float64 {
	if units == 2 && !twice {
		return 0.8
	}
	return 0.5
}

// sure is the confidence of the grammar recogniser's best reading that
// confirms what the open one heard.
const sure = 0.75

// confirmed says whether the second hearing, whose readings follow the open
// ones in list, heard just this text.
func confirmed(text string, list, open []asr.Hypothesis, lang string) bool {
	closed := list[min(len(open), len(list)):]
	return len(closed) > 0 && closed[0].Confidence >= sure && asr.Spoken(closed[0].Text, lang) == text
}

// confidenceOf is the confidence of the open reading of a text; 0 if there is none.
func confidenceOf(text string, open []asr.Hypothesis, lang string) float64 {
	for _, h := range open {
		if asr.Spoken(h.Text, lang) == text {
			return h.Confidence
		}
	}
	return 0
}

// weigh looks at a decision that would act on speech. The grammar recogniser
// hears commands in anything, and the N-best list holds what was hardly
// heard: what is acted on must sound like what the open recogniser heard
// altogether. Less evidence turns a jump into a question, none into a search.
func weigh(d intent.Decision, list, open []asr.Hypothesis, lang string) intent.Decision {
	if d.Action != intent.Navigate && d.Action != intent.Control {
		return d
	}
	best := d.Candidates[0]
	text := asr.Spoken(list[best.Heard].Text, lang)
	units := split(text)
	if len(units) == 0 {
		return d
	}
	twice := confirmed(text, list, open, lang)
	if best.Exact && len(units) > 1 && confidenceOf(text, open, lang) >= plain(len(units), twice) {
		return d
	}
	score := agreement(units, open) * best.Confidence
	if words := commandWords(best, units); len(words) < len(units) {
		units, score = words, within(words, open)*best.Confidence
	}
	need := enough[min(len(units), len(enough)-1)]
	if score >= need {
		return d
	}
	if len(open) == 0 {
		return intent.Decision{Action: intent.None}
	}
	spoken := asr.Spoken(open[0].Text, lang)
	searching := intent.Candidate{Intent: "Search", Action: intent.Search, Confidence: 0.5, SearchFor: spoken, Utterance: spoken}
	switch {
	case len(split(spoken)) < 2:
		return intent.Decision{Action: intent.None, Utterance: spoken}
	case score >= need-doubtful:
		best.Confidence = score
		return intent.Decision{Action: intent.Clarify, Utterance: d.Utterance, Candidates: []intent.Candidate{best, searching}}
	}
	return intent.Decision{Action: intent.Search, Utterance: spoken, Candidates: []intent.Candidate{searching}}
}

// commandWords are the units of a command without its free text. The free text
// agrees with itself, whatever was said (于是中国 is no 预约…中国).
func commandWords(c intent.Candidate, units []string) []string {
	free := 0
	for _, slot := range []string{"subject", "query"} {
		if text, ok := c.Slots[slot].(string); ok {
			free += len(split(text))
		}
	}
	if free == 0 || free >= len(units) {
		return units
	}
	return units[:len(units)-free]
}

// within is agreement for words that may stand anywhere in what was heard.
func within(words []string, open []asr.Hypothesis) float64 {
	var sum, total float64
	for _, h := range open {
		heard, best := split(h.Text), 0.0
		for i := range heard {
			for n := max(len(words)-1, 1); n <= len(words)+1 && i+n <= len(heard); n++ {
				best = max(best, likeness(words, heard[i:i+n]))
			}
		}
		sum += h.Confidence * best
		total += h.Confidence
	}
	if total == 0 {
		return 0
	}
	return sum / total
}

// agreement is how much a text sounds like what was heard: its likeness to
// each open reading, by their share of the confidence. 1 is the same sounds.
func agreement(units []string, open []asr.Hypothesis) float64 {
	var sum, total float64
	for _, h := range open {
		sum += h.Confidence * likeness(units, split(h.Text))
		total += h.Confidence
	}
	if total == 0 {
		return 0
	}
	return sum / total
}

// likeness is 1 minus the edit distance by sounds, relative to the longer one.
func likeness(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	row := make([]float64, len(b)+1)
	for j := range row {
		row[j] = float64(j)
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = float64(i + 1)
		for j, y := range b {
			cost := diagonal + unlike(x, y)
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return 1 - row[len(b)]/float64(max(len(a), len(b)))
}

// unlike is how differently two characters or words sound, 0 to 1. Tones and
// the choice among homophones are no difference: an ear is least sure of them.
func unlike(x, y string) float64 {
	if x == y {
		return 0
	}
	if len(x) == 0 || len(y) == 0 {
		return 1
	}
	if x[0] < 0x80 && y[0] < 0x80 {
		return float64(phonetic.WordCost(x, y))
	}
	c := float64(phonetic.Cost([]rune(x)[0], []rune(y)[0]))
	if phonetic.Sound(x) == phonetic.Sound(y) {
		return 0
	}
	return c
}

// split takes a text apart into Chinese characters and words of letters.
func split(text string) []string {
	var out []string
	for _, w := range strings.Fields(text) {
		if w[0] < 0x80 {
			out = append(out, strings.ToLower(w))
			continue
		}
		for _, r := range w {
			out = append(out, string(r))
		}
	}
	return out
}
