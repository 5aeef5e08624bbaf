package intent

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/normal"
)

// hassilRow is one row of conformance/hassil/conformance.jsonl.
type hassilRow struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	Grammar   json.RawMessage `json:"grammar"`
	Template  string          `json:"template"`
	Input     string          `json:"input"`
	Lists     json.RawMessage `json:"slot_lists"`
	Rules     json.RawMessage `json:"rules"`
	SkipWords []string        `json:"skip_words"`
	Context   map[string]any  `json:"intent_context"`
	Expect    json.RawMessage `json:"expect"`
}

// hassilWant is an expected match.
type hassilWant struct {
	Intent   string         `json:"intent"`
	Slots    map[string]any `json:"slots"`
	Captures map[string]any `json:"captures"`
}

func TestHassilConformance(t *testing.T) {
	for _, row := range jsonRows[hassilRow](t, sharedFile(t, "conformance/hassil/conformance.jsonl")) {
		t.Run(row.ID, func(t *testing.T) {
			switch row.Kind {
			case "recognize", "recognize_all", "recognize_best":
				checkRecognize(t, row)
			case "is_match":
				checkIsMatch(t, row)
			case "normalize_text":
				checkText(t, row, grammar.NormalizeText)
			case "normalize_whitespace":
				checkText(t, row, normal.CollapseSpace)
			case "remove_escapes":
				checkText(t, row, normal.RemoveEscapes)
			case "remove_punctuation":
				checkText(t, row, normal.RemovePunctuation)
			case "sample":
				t.Skip("checked in package grammar")
			default:
				t.Fatalf("unknown kind %s", row.Kind)
			}
		})
	}
}

func checkText(t *testing.T, row hassilRow, f func(string) string) {
	var want string
	if err := json.Unmarshal(row.Expect, &want); err != nil {
		t.Fatal(err)
	}
	if got := f(row.Input); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func callOf(t *testing.T, row hassilRow) Call {
	c := Call{Text: row.Input, Context: row.Context, SkipWords: row.SkipWords}
	if row.Lists != nil {
		lists, diags := grammar.ParseLists("slot_lists", row.Lists)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		c.Lists = lists
	}
	return c
}

func compileHassil(t *testing.T, data []byte) *Matcher {
	t.Helper()
	f, diags := grammar.Hassil.Parse("row", data)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	m, err := Compile([]*grammar.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func checkRecognize(t *testing.T, row hassilRow) {
	m, c := compileHassil(t, row.Grammar), callOf(t, row)
	got := m.MatchExact(c)
	if row.Kind == "recognize_best" {
		best, ok := m.BestExact(c)
		if got = nil; ok {
			got = []Result{best}
		}
	}
	var want []hassilWant
	if row.Kind == "recognize_all" {
		if err := json.Unmarshal(row.Expect, &want); err != nil {
			t.Fatal(err)
		}
	} else {
		var one *hassilWant
		if err := json.Unmarshal(row.Expect, &one); err != nil {
			t.Fatal(err)
		}
		if one != nil {
			want = append(want, *one)
		}
		got = got[:min(len(got), 1)]
	}
	var have []hassilWant
	for _, r := range got {
		have = append(have, hassilWant{r.Intent, r.Slots, r.Captures})
	}
	if x, y := normalJSON(t, have), normalJSON(t, want); !reflect.DeepEqual(x, y) {
		t.Errorf("%s\n got %v\nwant %v", row.Input, x, y)
	}
}

// normalJSON makes 50 and 50.0 the same.
func normalJSON(t *testing.T, v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func checkIsMatch(t *testing.T, row hassilRow) {
	file := map[string]any{"language": "en", "intents": map[string]any{"Test": map[string]any{"data": []any{map[string]any{"sentences": []string{row.Template}}}}}}
	if row.Rules != nil {
		file["expansion_rules"] = row.Rules
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	got := len(compileHassil(t, data).MatchExact(callOf(t, row))) > 0
	if want := string(row.Expect) == "true"; got != want {
		t.Errorf("%q on %q: %v, want %v", row.Template, row.Input, got, want)
	}
}
