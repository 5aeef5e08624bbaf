package search

import (
	"strings"

	"github.com/tingdong/tingdong/zhtext"
)

// Rules pin and hide results; what admins edit. Queries are compared folded
// and without spaces.
type Rules struct {
	Pinned map[string][]string // query → document ids, first one first
	Hidden map[string][]string // query → document ids; "" hides for every query
}

// tables is everything about searching that is not in the index. It is
// immutable and swapped as a whole.
type tables struct {
	columns  []Column
	keys     [][][]string      // of each column: the keys of its name and aliases
	byName   map[string]string // folded column id, name or alias → id
	names    map[string]string // id → name
	rules    Rules
	synonyms *synonyms
}

func newTables(columns []Column, rules Rules, syn *synonyms) *tables {
	t := &tables{columns: columns, byName: map[string]string{}, names: map[string]string{}, synonyms: syn}
	for _, c := range columns {
		t.names[c.ID] = c.Name
		var keys [][]string
		for _, n := range append([]string{c.Name}, c.Aliases...) {
			keys = append(keys, completionKeys(ruleKey(n)))
		}
		t.keys = append(t.keys, keys)
		for _, n := range append([]string{c.ID, c.Name}, c.Aliases...) {
			if _, taken := t.byName[ruleKey(n)]; !taken {
				t.byName[ruleKey(n)] = c.ID
			}
		}
	}
	t.rules = Rules{Pinned: map[string][]string{}, Hidden: map[string][]string{}}
	for q, ids := range rules.Pinned {
		t.rules.Pinned[ruleKey(q)] = ids
	}
	for q, ids := range rules.Hidden {
		t.rules.Hidden[ruleKey(q)] = ids
	}
	return t
}

func ruleKey(q string) string { return strings.ReplaceAll(zhtext.Fold(q), " ", "") }

// SetColumns replaces the columns for filters and suggestions.
func (x *Index) SetColumns(columns []Column) {
	x.edit(func(t *tables) *tables { return newTables(columns, t.rules, t.synonyms) })
}

// SetRules replaces the pinned and hidden results.
func (x *Index) SetRules(r Rules) {
	x.edit(func(t *tables) *tables { return newTables(t.columns, r, t.synonyms) })
}

func (x *Index) edit(change func(*tables) *tables) {
	for {
		old := x.tables.Load()
		if x.tables.CompareAndSwap(old, change(old)) {
			return
		}
	}
}

// columnValues gives what documents of a column may carry in their column
// field: the id or the name.
func (t *tables) columnValues(column string) []string {
	id, ok := t.byName[ruleKey(column)]
	if !ok {
		return []string{column}
	}
	out := []string{id}
	for _, v := range []string{t.names[id], column} {
		if v != "" && v != id && v != out[len(out)-1] {
			out = append(out, v)
		}
	}
	return out
}
