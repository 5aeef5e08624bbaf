package vosk

import (
	"math"
	"strings"

	"github.com/tingdong/tingdong/asr"
)

// temperature flattens the differences between N-best scores before they
// become probabilities. Scores are log likelihoods that count neighbouring
// frames as if they were independent, which makes a raw softmax far too sure.
const temperature = 3.0

// hypothesis makes a reading of libvosk's words; N-best texts begin with a
// space.
func hypothesis(text string, words []resultWord, score float64) asr.Hypothesis {
	h := asr.Hypothesis{Text: strings.TrimSpace(text), Score: score}
	for _, w := range words {
		h.Words = append(h.Words, asr.Word{Text: w.Word, Start: w.Start, End: w.End, Confidence: w.Conf})
	}
	return h
}

// normalize turns the scores of an N-best list into confidences that sum to
// one over the list: a softmax of the differences to the best. The scores
// stay.
func normalize(list []asr.Hypothesis) {
	best := math.Inf(-1)
	for _, h := range list {
		best = max(best, h.Score)
	}
	var sum float64
	for i := range list {
		list[i].Confidence = math.Exp((list[i].Score - best) / temperature)
		sum += list[i].Confidence
	}
	for i := range list {
		list[i].Confidence /= sum
	}
}

// meanConfidence is the confidence of a single reading: the mean of its
// words' posteriors, 0 without words.
func meanConfidence(words []resultWord) float64 {
	var sum float64
	for _, w := range words {
		sum += w.Conf
	}
	if len(words) == 0 {
		return 0
	}
	return min(max(sum/float64(len(words)), 0), 1)
}
