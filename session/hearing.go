package session

import (
	"context"
	"slices"
	"strings"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/intent"
)

// unknown is the word with which a grammar recogniser says "something else
// was spoken here".
const unknown = "[unk]"

// second hears the utterance again, this time only for the phrases of the
// current grammar, when the open readings do not settle on a command. The
// result is both lists, the open one first.
func (l *Listener) second(ctx context.Context, open []asr.Hypothesis) ([]asr.Hypothesis, error) {
	b := l.svc.Brain()
	phrases := b.phrases(l.opt.Ask.Lang)
	if len(phrases) == 0 || len(l.audio) == 0 || l.settled(b, open) || (!l.told && !l.opt.Whole) || l.vad.tone() {
		return open, nil
	}
	rec, err := l.svc.Speech.Open(ctx, asr.Options{Model: l.cfg.Model(l.opt.Ask.Lang), SampleRate: l.opt.SampleRate,
		Alternatives: l.cfg.Alternatives, Phrases: append(slices.Clip(phrases), unknown), Admitted: true})
	if err != nil { // busy: the open readings must do
		return open, nil
	}
	defer rec.Close()
	var parts []asr.Utterance
	st, err := rec.Accept(ctx, l.audio)
	if err != nil {
		return nil, err
	}
	parts = collect(parts, st)
	u, err := rec.Finish(ctx)
	if err != nil {
		return nil, err
	}
	return judge(open, join(append(parts, u))), nil
}

// settled reports whether the open readings need no second hearing: the best
// one is a command to the letter, and if it is so short that words are alike
// by chance, it was heard well.
func (l *Listener) settled(b *Brain, open []asr.Hypothesis) bool {
	if len(open) == 0 || len(split(open[0].Text)) == 2 && open[0].Confidence < plain(2, false) {
		return false
	}
	d := b.Matcher.Decide(intent.Query{Heard: open, Lang: l.opt.Ask.Lang, Role: l.opt.Ask.Role, Page: l.opt.Ask.Page})
	return (d.Action == intent.Navigate || d.Action == intent.Control) && d.Candidates[0].Exact && d.Candidates[0].Heard == 0
}

// judge puts the readings of both hearings into one list. A grammar reading
// with a stretch of unknown speech in it is no evidence of a command.
func judge(open, closed []asr.Hypothesis) []asr.Hypothesis {
	out := make([]asr.Hypothesis, 0, len(open)+len(closed))
	out = append(out, open...)
	for _, h := range closed {
		if h.Text != "" && !strings.Contains(h.Text, unknown) {
			out = append(out, h)
		}
	}
	return out
}

// collect appends the utterances that ended in a piece of audio.
func collect(parts []asr.Utterance, st asr.Step) []asr.Utterance {
	if st.Utterance == nil {
		return parts
	}
	return append(append(parts, *st.Utterance), st.More...)
}

// join makes one N-best list of consecutive pieces of speech: the k-th
// reading is the k-th of each piece (or its last).
func join(parts []asr.Utterance) []asr.Hypothesis {
	var out []asr.Hypothesis
	for _, p := range parts {
		alts := p.Alternatives
		if len(alts) == 0 || alts[0].Text == "" {
			continue
		}
		if len(out) == 0 {
			out = append(out, alts...)
			continue
		}
		n := max(len(out), len(alts))
		joined := make([]asr.Hypothesis, n)
		for i := range n {
			a, b := out[min(i, len(out)-1)], alts[min(i, len(alts)-1)]
			joined[i] = asr.Hypothesis{Text: a.Text + " " + b.Text, Confidence: a.Confidence * b.Confidence}
		}
		out = joined
	}
	return out
}

func best(parts []asr.Utterance) string {
	if l := join(parts); len(l) > 0 {
		return l[0].Text
	}
	return ""
}

// phrases returns what may be said in a language, for the recogniser.
func (b *Brain) phrases(lang string) []string {
	if strings.HasPrefix(strings.ToLower(lang), "en") {
		return b.Phrases["en"]
	}
	return b.Phrases["zh-CN"]
}

// continues reports whether a command may still go on: the name that was
// heard begins another column's name (信息公开 → 信息公开目录), or the command
// carries a subject of any length.
func (b *Brain) continues(c intent.Candidate) bool {
	if len(c.Slots) > 0 {
		for name := range c.Slots {
			if name == "subject" || name == "query" {
				return true
			}
		}
	}
	for _, col := range b.Columns.All() {
		for _, name := range append([]string{col.Name}, col.Aliases...) {
			if len(name) > len(c.Utterance) && strings.HasPrefix(name, c.Utterance) {
				return true
			}
		}
	}
	return false
}
