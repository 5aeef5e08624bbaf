package session

import (
	"time"

	// golang-lru v2.0.7 (MPL-2.0): a bounded map without a goroutine.
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/tingdong/tingdong/intent"
)

const (
	// dialogueTTL is how long 「第二个」 still refers to the last reply.
	dialogueTTL = 10 * time.Minute
	// maxDialogues bounds the memory; the least recently used go first.
	maxDialogues = 20000
)

// Dialogues remembers the last reply of each session. A nil *Dialogues
// remembers nothing.
type Dialogues struct {
	last *lru.Cache[string, turn]
}

// turn is what a following utterance may refer to.
type turn struct {
	at      time.Time
	say     string
	action  intent.Action
	choices []Choice // offered, or the runners-up of what was done
	hits    int
	hitURLs []string
}

// NewDialogues makes an empty memory.
func NewDialogues() *Dialogues {
	c, err := lru.New[string, turn](maxDialogues)
	if err != nil { // only for a size ≤ 0
		panic(err)
	}
	return &Dialogues{last: c}
}

// ValidSession reports whether id may name a session.
func ValidSession(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// resolve turns a control that refers to the last reply (pick, confirm,
// reject, repeat) into what it stands for. Without a last reply the control
// stays as it is, and the page may know what to do with it.
func (d *Dialogues) resolve(a Ask, r *Reply) *Reply {
	if d == nil || a.Session == "" || r.Action != intent.Control {
		return r
	}
	t, ok := d.last.Get(a.Session)
	if !ok || time.Since(t.at) > dialogueTTL {
		return r
	}
	switch r.Control["name"] {
	case "pick", "open_item":
		return t.pick(r, a.Lang, index(r.Control["index"]))
	case "confirm":
		if t.action == intent.Clarify && len(t.choices) > 0 {
			return take(r, t.choices[0], a.Lang)
		}
	case "reject":
		if len(t.choices) > 0 && t.action != intent.Clarify {
			r.Action, r.Choices, r.Control, r.Say = intent.Clarify, t.choices, nil, phrase(a.Lang, "那您要找的是哪一个？", "Which one do you mean then?")
		}
	case "repeat":
		r.Say = t.say
	}
	return r
}

// pick answers 「第二个」: a choice that was offered, else a search result. A
// negative index counts from the end (「最后一个」).
func (t *turn) pick(r *Reply, lang string, n int) *Reply {
	count := t.hits
	if t.action == intent.Clarify {
		count = len(t.choices)
	}
	if n < 0 {
		n = count + 1 + n
	}
	if n < 1 || n > count {
		return r
	}
	if t.action == intent.Clarify {
		return take(r, t.choices[n-1], lang)
	}
	r.Control = map[string]any{"name": "open_item", "index": n, "url": t.hitURLs[n-1]}
	return r
}

func take(r *Reply, c Choice, lang string) *Reply {
	out := &Reply{Action: c.Action, Utterance: r.Utterance, Intent: c.Intent, Confidence: r.Confidence,
		Column: c.Column, Control: c.Control, Slots: c.Slots, Took: r.Took}
	switch {
	case c.Column != nil:
		out.Say = opening(lang, c.Column.Name)
	case c.Action == intent.Search:
		out.Search = &SearchPart{Query: c.Query}
	}
	return out
}

// remember keeps what the next utterance may refer to. Controls of the page
// (字体放大) leave the reply before them in place; cancelling forgets it.
func (d *Dialogues) remember(b *Brain, session string, r *Reply, dec intent.Decision) {
	if d == nil || session == "" {
		return
	}
	switch r.Action {
	case intent.Control:
		if r.Control["name"] == "cancel" || r.Control["name"] == "exit" {
			d.last.Remove(session)
		}
		return
	case intent.None:
		return
	}
	t := turn{at: time.Now(), say: r.Say, action: r.Action, choices: r.Choices}
	if r.Action == intent.Navigate && len(dec.Candidates) > 1 {
		for _, c := range dec.Candidates[1:] {
			if c.Column != nil {
				t.choices = append(t.choices, choice(b, c, ""))
			}
		}
	}
	if r.Search != nil {
		t.hits = len(r.Search.Hits)
		for _, h := range r.Search.Hits {
			t.hitURLs = append(t.hitURLs, h.URL)
		}
	}
	d.last.Add(session, t)
}

func index(v any) int {
	switch n := v.(type) {
	case int:
		return n
	case int64:
		return int(n)
	case float64:
		return int(n)
	}
	return 0
}
