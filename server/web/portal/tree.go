package portal

import (
	"slices"
	"strings"

	"github.com/tingdong/tingdong/grammar"
)

// tree is the column table as a site map; immutable.
type tree struct {
	of       *grammar.Columns
	byURL    map[string]*grammar.Column
	children map[string][]*grammar.Column // parent id ("" for the top) → columns in table order
}

func newTree(c *grammar.Columns) *tree {
	t := &tree{of: c, byURL: map[string]*grammar.Column{},
		children: map[string][]*grammar.Column{}}
	for _, col := range c.All() {
		if t.byURL[col.URL] == nil {
			t.byURL[col.URL] = col
		}
		parent := col.Parent
		if c.ByID(parent) == nil {
			parent = ""
		}
		t.children[parent] = append(t.children[parent], col)
	}
	return t
}

// at finds the column with an address, with or without the last slash.
func (t *tree) at(path string) *grammar.Column {
	if c := t.byURL[path]; c != nil {
		return c
	}
	return t.byURL[path+"/"]
}

// near finds the column an address lies under, or nil.
func (t *tree) near(path string) *grammar.Column {
	for i := len(path); i > 0; i = strings.LastIndexByte(path[:i], '/') {
		if c := t.byURL[path[:i]+"/"]; c != nil {
			return c
		}
	}
	return nil
}

// byID gives the columns with these ids that the table has.
func (t *tree) byID(ids ...string) []*grammar.Column {
	var out []*grammar.Column
	for _, id := range ids {
		if c := t.of.ByID(id); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// label is the name of a column given by id or name, as documents have it.
func (t *tree) label(column string) string {
	if c := t.of.ByID(column); c != nil {
		return c.Name
	}
	return column
}

// chain lists the columns from the top one down to c.
func (t *tree) chain(c *grammar.Column) []*grammar.Column {
	var out []*grammar.Column
	for seen := 0; c != nil && seen < len(t.of.All()); seen++ {
		out = append([]*grammar.Column{c}, out...)
		c = t.of.ByID(c.Parent)
	}
	return out
}

// under lists c and every column below it.
func (t *tree) under(c *grammar.Column) []string {
	ids := []string{c.ID}
	for i := 0; i < len(ids) && i <= len(t.of.All()); i++ {
		for _, child := range t.children[ids[i]] {
			ids = append(ids, child.ID)
		}
	}
	return ids
}

// top lists the first-level columns of a language that have columns below
// them, or, on the English site, all of them.
func (t *tree) top(lang string) []*grammar.Column {
	var out []*grammar.Column
	for _, c := range t.children[""] {
		if langOf(c) == lang && (lang == english || len(t.children[c.ID]) > 0) {
			out = append(out, c)
		}
	}
	return out
}

// named lists columns of a language whose name or alias is in the query or
// the query in it, at most n.
func (t *tree) named(query, lang string, n int) []*grammar.Column {
	query = strings.ToLower(strings.TrimSpace(query))
	var out []*grammar.Column
	if query == "" {
		return nil
	}
	for _, c := range t.of.All() {
		if langOf(c) == lang && len(out) < n && isNamed(c, query) {
			out = append(out, c)
		}
	}
	return out
}

func isNamed(c *grammar.Column, query string) bool {
	for _, name := range append([]string{c.Name}, c.Aliases...) {
		name = strings.ToLower(name)
		if strings.Contains(query, name) || len(query) > 3 && strings.Contains(name, query) {
			return true
		}
	}
	return false
}

// featured lists the columns shown to a role below any of the parents.
func (t *tree) featured(role string, parents ...string) []*grammar.Column {
	var out []*grammar.Column
	for _, id := range parents {
		for _, below := range t.under(&grammar.Column{ID: id}) {
			if c := t.of.ByID(below); c != nil && slices.Contains(c.Roles, role) {
				out = append(out, c)
			}
		}
	}
	return out
}

func langOf(c *grammar.Column) string {
	if strings.HasPrefix(c.Lang, english) {
		return english
	}
	return chinese
}
