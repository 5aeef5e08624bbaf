package grammar

import (
	"encoding/json"
	"reflect"
	"testing"
)

type parseRow struct {
	Template string `json:"template"`
	OK       bool   `json:"ok"`
	AST      any    `json:"ast"`
}

// TestParseConformance: in the Hassil dialect every row of the public table
// gives the table's tree, or an error where the table has one.
func TestParseConformance(t *testing.T) {
	rows := jsonRows[parseRow](t, sharedFile(t, "conformance/hassil/parse.jsonl"))
	if len(rows) < 64 {
		t.Fatalf("%d rows, want at least 64", len(rows))
	}
	for _, row := range rows {
		tmpl, err := Hassil.ParseTemplate(row.Template)
		if (err == nil) != row.OK {
			t.Errorf("%q: error %v, want ok=%v", row.Template, err, row.OK)
			continue
		}
		if err != nil {
			continue
		}
		if got := canonical(t, tree(tmpl.Root)); !reflect.DeepEqual(got, row.AST) {
			t.Errorf("%q:\n got %v\nwant %v", row.Template, got, row.AST)
		}
	}
}

// canonical is v as encoding/json would decode it.
func canonical(t *testing.T, v any) any {
	t.Helper()
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

type object = map[string]any

// tree writes a node in the table's notation, where a permutation's padding
// and an optional's choice of nothing are nodes.
func tree(n Node) object {
	switch n := n.(type) {
	case *Text:
		o := object{"text": n.Text}
		if n.Original != n.Text {
			o["orig"] = n.Original
		}
		return o
	case *Sequence:
		return object{"seq": trees(n.Items)}
	case *Alternative:
		if n.Optional {
			return object{"opt": append(trees(n.Items), object{"text": ""})}
		}
		return object{"alt": trees(n.Items)}
	case *Permutation:
		items := trees(n.Items)
		for _, item := range items {
			if pad := (object{"text": " "}); n.Padded {
				item["seq"] = append(append([]object{pad}, item["seq"].([]object)...), pad)
			}
		}
		return object{"perm": items}
	case *ListRef:
		return listTree(n)
	case *RuleRef:
		return object{"rule": n.Rule}
	}
	panic("unknown node")
}

func trees(items []Node) []object {
	out := []object{}
	for _, n := range items {
		out = append(out, tree(n))
	}
	return out
}

func listTree(n *ListRef) object {
	o := object{"list": n.List, "slot": n.Slot, "eow": n.EndOfWord}
	if n.Capture {
		o["capture"] = true
	}
	if n.Range != nil {
		o["range"] = []int{n.Range.From, n.Range.To, n.Range.Step}
	}
	return o
}
