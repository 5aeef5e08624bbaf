package intent

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/tingdong/tingdong/grammar"
)

// haRow is one sentence of conformance/ha-intents.
type haRow struct {
	ID          string         `json:"id"`
	Sentence    string         `json:"sentence"`
	Intent      string         `json:"intent"`
	Combo       string         `json:"combo"`
	Slots       map[string]any `json:"slots"`
	Fixtures    string         `json:"fixtures"`
	Context     map[string]any `json:"context"`
	ContextArea bool           `json:"context_area"`
	Domains     []string       `json:"domain_one_of"`
}

// homeAssistant is the grammar with its fixtures.
type homeAssistant struct {
	matcher  *Matcher
	fixtures map[string]map[string]*grammar.List
	rows     []haRow
}

func loadHomeAssistant(t testing.TB) homeAssistant {
	f, diags := grammar.Hassil.Parse("zh-CN", sharedFile(t, "conformance/ha-intents/grammar_zh-CN.json"))
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	m, err := Compile([]*grammar.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(sharedFile(t, "conformance/ha-intents/fixtures_zh-CN.json"), &raw); err != nil {
		t.Fatal(err)
	}
	ha := homeAssistant{m, map[string]map[string]*grammar.List{}, jsonRows[haRow](t, sharedFile(t, "conformance/ha-intents/tests_zh-CN.jsonl"))}
	for name, data := range raw {
		lists, diags := grammar.ParseLists(name, data)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		ha.fixtures[name] = lists
	}
	return ha
}

func (ha homeAssistant) call(row haRow, text string) Call {
	return Call{Text: text, Lists: ha.fixtures[row.Fixtures], Context: row.Context, BestSlot: "name"}
}

// right tells whether r is what the row expects, as the data's README says.
func (row haRow) right(r Result, ok bool) bool {
	if !ok || r.Intent != row.Intent || fmt.Sprint(r.Metadata["slot_combination"]) != row.Combo {
		return false
	}
	slots := map[string]string{}
	for k, v := range r.Slots {
		if k != "area" || !row.ContextArea {
			slots[k] = fmt.Sprint(v)
		}
	}
	want := map[string]string{}
	for k, v := range row.Slots {
		if k != "area" || !row.ContextArea {
			want[k] = fmt.Sprint(v)
		}
	}
	if _, asked := want["domain"]; !asked && slices.Contains(row.Domains, slots["domain"]) {
		delete(slots, "domain")
	}
	return fmt.Sprint(slots) == fmt.Sprint(want)
}

func TestHomeAssistantExact(t *testing.T) {
	ha := loadHomeAssistant(t)
	for _, row := range ha.rows {
		if r, ok := ha.matcher.BestExact(ha.call(row, row.Sentence)); !row.right(r, ok) {
			t.Errorf("%s %s: %s %v %v, want %s %s %v", row.ID, row.Sentence, r.Intent, r.Metadata, r.Slots, row.Intent, row.Combo, row.Slots)
		}
	}
}

// TestHomeAssistantBest: tolerance must not change what matches exactly.
func TestHomeAssistantBest(t *testing.T) {
	ha := loadHomeAssistant(t)
	for _, row := range ha.rows {
		if r, ok := ha.matcher.MatchBest(ha.call(row, row.Sentence)); !row.right(r, ok) {
			t.Errorf("%s %s: %s %v %v, want %s %s %v", row.ID, row.Sentence, r.Intent, r.Metadata, r.Slots, row.Intent, row.Combo, row.Slots)
		}
	}
}
