// Package session is one visitor's turn: audio or text in, one Reply out. It
// keeps the dialogue (第二个, 不对, 再说一遍 refer to the last Reply) and runs
// the listening pipeline. What was meant is decided in intent, what is found
// in search, what was heard in asr; this package puts the three together.
package session

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/search"
)

// MaxText is the longest utterance that is taken as text, in characters.
// Nobody says more in one breath.
const MaxText = 500

// Decider finds what was meant: *intent.Matcher.
type Decider interface {
	Decide(intent.Query) intent.Decision
}

// Searcher finds pages: *search.Index.
type Searcher interface {
	Search(context.Context, search.Query) (*search.Result, error)
}

// Brain is what the portal knows at one moment: an immutable snapshot, so
// that one utterance sees one grammar.
type Brain struct {
	Matcher Decider
	Columns *grammar.Columns
	// Phrases are the spoken forms of the grammar by language, as words of
	// the speech model separated by spaces.
	Phrases map[string][]string
}

// Service answers visitors. All fields but Dialogues, Speech and Listening
// are required.
type Service struct {
	Brain     func() *Brain
	Search    Searcher
	Dialogues *Dialogues // nil: every turn stands alone
	Speech    asr.Opener // nil: text only
	Listening Listening  // zero: the defaults
	// Segment splits a phrase into words of the speech model of a language
	// and tells which parts of it the model does not know; nil: by spaces.
	Segment func(lang, phrase string) (words, unknown []string)
}

// SegmentPhrases prepares phrases for a recogniser; those with a part that
// the model cannot hear are left out.
func (s *Service) SegmentPhrases(lang string, phrases []string) []string {
	var out []string
	for _, p := range phrases {
		words, unknown := strings.Fields(p), []string(nil)
		if s.Segment != nil {
			words, unknown = s.Segment(lang, p)
		}
		if len(words) > 0 && len(unknown) == 0 {
			out = append(out, strings.Join(words, " "))
		}
	}
	return out
}

// Ask is one question as text, or as a recogniser's N-best list.
type Ask struct {
	Text         string           `json:"q"`
	Alternatives []asr.Hypothesis `json:"alternatives,omitempty"`
	Lang         string           `json:"lang,omitempty"`
	Role         string           `json:"role,omitempty"`
	Page         string           `json:"page,omitempty"`
	// Session ties turns together: chosen by the client, 8 to 64 characters
	// of A-Z a-z 0-9 - _. Empty: the turn stands alone.
	Session string `json:"session,omitempty"`
}

// InputError reports an Ask that cannot be answered as it is; its text is for
// the person who made it.
type InputError struct{ Reason string }

func (e *InputError) Error() string { return e.Reason }

// Ask answers one question. The error is an *InputError for input that is not
// an utterance, or what search failed with.
func (s *Service) Ask(ctx context.Context, a Ask) (*Reply, error) {
	list, err := a.hypotheses()
	if err != nil {
		return nil, err
	}
	return s.reply(ctx, a, list, nil)
}

func (a *Ask) hypotheses() ([]asr.Hypothesis, error) {
	list := a.Alternatives
	if a.Text != "" || len(list) == 0 {
		first := asr.Hypothesis{Text: a.Text, Confidence: 1}
		if len(list) > 0 && list[0].Text == a.Text {
			first, list = list[0], list[1:]
		}
		list = append([]asr.Hypothesis{first}, list...)
	}
	for _, h := range list {
		if !utf8.ValidString(h.Text) {
			return nil, &InputError{"the text is not valid UTF-8"}
		}
		if n := utf8.RuneCountInString(h.Text); n > MaxText {
			return nil, &InputError{fmt.Sprintf("the text has %d characters; at most %d are taken", n, MaxText)}
		}
	}
	if a.Session != "" && !ValidSession(a.Session) {
		return nil, &InputError{"session must be 8 to 64 characters of A-Z a-z 0-9 - _"}
	}
	return list, nil
}

// reply decides, searches where the decision asks for it, and remembers the
// result as the last reply of the dialogue. heard, when not nil, is what the
// open recogniser made of the speech that list was understood from.
func (s *Service) reply(ctx context.Context, a Ask, list, heard []asr.Hypothesis) (*Reply, error) {
	brain := s.Brain()
	start := time.Now()
	d := brain.Matcher.Decide(intent.Query{Heard: list, Lang: a.Lang, Role: a.Role, Page: a.Page})
	if heard != nil {
		d = weigh(d, list, heard, a.Lang)
	}
	r := s.fromDecision(brain, d, a.Lang)
	r.Took.Intent = ms(time.Since(start))
	r = s.Dialogues.resolve(a, r)
	if r.Action == intent.Search {
		if err := s.runSearch(ctx, a, list, r); err != nil {
			return nil, err
		}
	}
	s.Dialogues.remember(brain, a.Session, r, d)
	return r, nil
}

func (s *Service) fromDecision(b *Brain, d intent.Decision, lang string) *Reply {
	r := &Reply{Action: d.Action, Utterance: d.Utterance}
	lang = spokenIn(lang, d.Utterance)
	if len(d.Candidates) == 0 {
		return r
	}
	best := d.Candidates[0]
	r.Confidence = best.Confidence
	switch d.Action {
	case intent.Clarify:
		for _, c := range d.Candidates {
			r.Choices = append(r.Choices, choice(b, c, lang))
		}
		r.Say = phrase(lang, "您要找的是哪一个？", "Which one do you mean?")
	case intent.Search:
		r.Intent, r.Slots = best.Intent, best.Slots
		r.Search = &SearchPart{Query: best.SearchFor}
		for _, c := range d.Candidates[1:] {
			r.Choices = append(r.Choices, choice(b, c, lang))
		}
	default:
		r.Intent, r.Slots = best.Intent, best.Slots
		r.Column = columnRef(b.Columns, best.Column)
		r.Control = controlFields(best.Control)
		r.Say = best.Say
		if r.Say == "" && best.Column != nil {
			r.Say = opening(lang, best.Column.Name)
		}
	}
	return r
}

func choice(b *Brain, c intent.Candidate, lang string) Choice {
	ch := Choice{Action: c.Action, Intent: c.Intent, Slots: c.Slots, Column: columnRef(b.Columns, c.Column), Control: controlFields(c.Control), Query: c.SearchFor}
	switch {
	case c.Column != nil:
		ch.Label = c.Column.Name
	case c.Action == intent.Search:
		ch.Label = phrase(lang, "搜索“"+c.SearchFor+"”", "Search for “"+c.SearchFor+"”")
	case c.Control != nil:
		ch.Label = controlLabel(c.Control, lang)
	default:
		ch.Label = c.Utterance
	}
	return ch
}

func (s *Service) runSearch(ctx context.Context, a Ask, list []asr.Hypothesis, r *Reply) error {
	if r.Search == nil {
		r.Search = &SearchPart{Query: r.Utterance}
	}
	if r.Search.Query == "" {
		r.Search.Query = r.Utterance
	}
	q := search.Query{Text: r.Search.Query, Lang: a.Lang, Size: 10}
	if len(list) > 1 { // spoken: the other readings may hold the right word
		for _, h := range list {
			if t := asr.Spoken(h.Text, a.Lang); t != q.Text {
				q.Alternatives = append(q.Alternatives, t)
			}
		}
	}
	start := time.Now()
	res, err := s.Search.Search(ctx, q)
	if err != nil {
		return fmt.Errorf("searching: %w", err)
	}
	r.Took.Search = ms(time.Since(start))
	r.Search.Total, r.Search.Hits, r.Search.Suggestion, r.Search.Relaxed = res.Total, res.Hits, res.Suggestion, res.Relaxed
	if r.Say == "" {
		r.Say = searchSay(spokenIn(a.Lang, r.Utterance), r.Search)
	}
	return nil
}

func searchSay(lang string, p *SearchPart) string {
	if p.Total == 0 {
		return phrase(lang, "没有找到“"+p.Query+"”，请换个说法", "Nothing found for “"+p.Query+"”; try other words")
	}
	return phrase(lang, fmt.Sprintf("为您找到%d条结果", p.Total), fmt.Sprintf("%d results found", p.Total))
}

func opening(lang, name string) string { return phrase(lang, "正在打开"+name, "Opening "+name) }

// spokenIn is the language to answer in: the page's, else that of what was said.
func spokenIn(lang, utterance string) string {
	if lang == "" && utterance != "" && !strings.ContainsFunc(utterance, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return "en"
	}
	return lang
}

// phrase picks the language of what is said to the visitor; Chinese is the
// portal's own.
func phrase(lang, zh, en string) string {
	if strings.HasPrefix(strings.ToLower(lang), "en") {
		return en
	}
	return zh
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Clean returns a copy of a whose strings stand on their own: a door may hand
// over texts that point into its request buffer.
func (a Ask) Clean() Ask {
	for _, s := range []*string{&a.Text, &a.Lang, &a.Role, &a.Page, &a.Session} {
		*s = strings.Clone(*s)
	}
	return a
}
