package session

import (
	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/search"
)

// Reply is the answer to one utterance: what the portal should do. Fields
// that do not apply are absent from its JSON.
type Reply struct {
	Action     intent.Action  `json:"action"`
	Utterance  string         `json:"utterance"`
	Intent     string         `json:"intent,omitempty"`
	Confidence float64        `json:"confidence"` // 0..1
	Column     *ColumnRef     `json:"column,omitempty"`
	Control    map[string]any `json:"control,omitempty"` // {"name":"zoom_set","percent":150}
	Search     *SearchPart    `json:"search,omitempty"`
	Choices    []Choice       `json:"choices,omitempty"`
	Slots      map[string]any `json:"slots,omitempty"`
	Say        string         `json:"say,omitempty"`
	Heard      []Heard        `json:"heard,omitempty"` // only for speech
	Took       Took           `json:"took_ms"`
}

// ColumnRef points to a column of the portal.
type ColumnRef struct {
	ID   string   `json:"id"`
	Name string   `json:"name"`
	URL  string   `json:"url"`
	Path []string `json:"path,omitempty"` // names from the top column down
}

// SearchPart is the search that a Reply asks for, already answered.
type SearchPart struct {
	Query      string       `json:"query"`
	Total      int          `json:"total"`
	Hits       []search.Hit `json:"hits"`
	Suggestion *string      `json:"suggestion"`
	Relaxed    string       `json:"relaxed,omitempty"`
}

// Choice is one of the things that a clarifying Reply offers.
type Choice struct {
	Label   string         `json:"label"`
	Action  intent.Action  `json:"action"`
	Column  *ColumnRef     `json:"column,omitempty"`
	Control map[string]any `json:"control,omitempty"`
	Query   string         `json:"query,omitempty"` // for Action search
	Slots   map[string]any `json:"slots,omitempty"`
	Intent  string         `json:"intent,omitempty"`
}

// Heard is one reading that the Reply was decided from.
type Heard struct {
	Text       string  `json:"text"`
	Confidence float64 `json:"confidence"`
}

// Took says where the time went, in milliseconds. ASR counts from the end of
// the speech to the final text.
type Took struct {
	ASR    float64 `json:"asr"`
	Intent float64 `json:"intent"`
	Search float64 `json:"search"`
}

func columnRef(cols *grammar.Columns, c *grammar.Column) *ColumnRef {
	if c == nil {
		return nil
	}
	return &ColumnRef{ID: c.ID, Name: c.Name, URL: c.URL, Path: cols.Path(c.ID)}
}

func controlFields(c *intent.ControlCall) map[string]any {
	if c == nil {
		return nil
	}
	m := make(map[string]any, len(c.Args)+1)
	for k, v := range c.Args {
		m[k] = v
	}
	m["name"] = c.Name
	return m
}

func heard(hs []asr.Hypothesis, lang string) []Heard {
	out := make([]Heard, 0, len(hs))
	for _, h := range hs {
		out = append(out, Heard{Text: asr.Spoken(h.Text, lang), Confidence: h.Confidence})
	}
	return out
}
