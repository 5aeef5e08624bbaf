package grammar

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Column is one row of the portal's column table: a page that a visitor can
// ask for by name.
type Column struct {
	ID      string   `yaml:"id" json:"id"`
	Name    string   `yaml:"name" json:"name"`
	Lang    string   `yaml:"lang" json:"lang,omitempty"` // BCP 47, "zh-CN" when empty
	URL     string   `yaml:"url" json:"url"`
	Aliases []string `yaml:"aliases,flow,omitempty" json:"aliases,omitempty"`
	Roles   []string `yaml:"roles,flow,omitempty" json:"roles,omitempty"` // resident, enterprise, tourist
	Parent  string   `yaml:"parent,omitempty" json:"parent,omitempty"`
	Pos     Pos      `yaml:"-" json:"-"`
}

// Columns is a portal's column table, immutable once read.
type Columns struct {
	all  []*Column
	byID map[string]*Column
}

// ParseColumns reads a column table: a mapping with the key columns, a list of
// Column. The table is never nil; with errors it holds the rows that are right.
func ParseColumns(name string, data []byte) (*Columns, Diagnostics) {
	l := &loader{name: name}
	c := &Columns{byID: map[string]*Column{}}
	for _, e := range l.mapping(l.document(data), "文件 file") {
		if e.key != "columns" {
			l.unknownKey(e, "columns")
			continue
		}
		for _, n := range l.items(e.val, e.key, false) {
			l.addColumn(c, n)
		}
	}
	l.checkParents(c)
	return c, l.diags.Sort()
}

// NewColumns makes a table of rows; a row whose id was there before is left out.
func NewColumns(rows []*Column) *Columns {
	c := &Columns{byID: make(map[string]*Column, len(rows))}
	for _, row := range rows {
		if c.byID[row.ID] == nil {
			c.all, c.byID[row.ID] = append(c.all, row), row
		}
	}
	return c
}

func (l *loader) addColumn(c *Columns, n *yaml.Node) {
	col := &Column{Pos: posOf(n)}
	for _, e := range l.mapping(n, "columns") {
		l.columnKey(col, e)
	}
	if col.Lang == "" {
		col.Lang = "zh-CN"
	}
	if col.ID == "" || col.Name == "" || col.URL == "" {
		l.report(Error, "bad-column", n, text("栏目要有 id、name 和 url", "a column needs id, name and url"))
		return
	}
	if first := c.byID[col.ID]; first != nil {
		l.report(Error, "duplicate-column", n, text("栏目 id「%[1]s」在 %[2]s 已经用过", "column id %[1]q is already used at %[2]s", col.ID, first.Pos))
		return
	}
	c.all, c.byID[col.ID] = append(c.all, col), col
}

func (l *loader) columnKey(col *Column, e entry) {
	switch e.key {
	case "id":
		col.ID = l.str(e.val, e.key)
	case "name":
		col.Name = l.str(e.val, e.key)
	case "lang":
		col.Lang = l.str(e.val, e.key)
	case "url":
		col.URL = l.str(e.val, e.key)
	case "aliases":
		col.Aliases = l.strs(e.val, e.key)
	case "roles":
		col.Roles = l.strs(e.val, e.key)
		l.checkRoles(e, col.Roles)
	case "parent":
		col.Parent = l.str(e.val, e.key)
	default:
		l.unknownKey(e, "id", "name", "lang", "url", "aliases", "roles", "parent")
	}
}

// checkParents reports parents that do not exist and circles of parents.
func (l *loader) checkParents(c *Columns) {
	for _, col := range c.all {
		if col.Parent == "" {
			continue
		}
		at := &yaml.Node{Line: col.Pos.Line, Column: col.Pos.Column}
		if c.byID[col.Parent] == nil {
			d := l.report(Error, "unknown-column", at, text("栏目「%[1]s」的上级「%[2]s」不存在", "column %[1]q has an unknown parent %[2]q", col.ID, col.Parent))
			d.Suggestion = nearest(col.Parent, c.ids())
		} else if c.ancestors(col) == nil {
			l.report(Error, "column-circle", at, text("栏目「%s」是它自己的上级", "column %q is its own ancestor", col.ID))
		}
	}
}

// ancestors lists col and the columns above it, col first; nil for a circle.
func (c *Columns) ancestors(col *Column) []*Column {
	var chain []*Column
	for ; col != nil; col = c.byID[col.Parent] {
		if len(chain) > len(c.all) {
			return nil
		}
		chain = append(chain, col)
	}
	return chain
}

func (c *Columns) ids() []string {
	ids := make([]string, len(c.all))
	for i, col := range c.all {
		ids[i] = col.ID
	}
	return ids
}

// All lists the columns in file order. The caller must not change them.
func (c *Columns) All() []*Column {
	if c == nil {
		return nil
	}
	return c.all
}

// ByID finds a column, or nil.
func (c *Columns) ByID(id string) *Column {
	if c == nil {
		return nil
	}
	return c.byID[id]
}

// Path lists the names from the top column down to the one with this id; nil
// when there is none.
func (c *Columns) Path(id string) []string {
	col := c.ByID(id)
	if col == nil {
		return nil
	}
	var names []string
	for _, a := range c.ancestors(col) {
		names = append(names, a.Name)
	}
	slices.Reverse(names)
	return names
}

// Lang lists the columns whose language has the same main tag: "zh" and
// "zh-CN" give the Chinese ones.
func (c *Columns) Lang(lang string) []*Column {
	var out []*Column
	for _, col := range c.All() {
		if mainTag(col.Lang) == mainTag(lang) {
			out = append(out, col)
		}
	}
	return out
}

// mainTag is the language of a BCP 47 tag: "zh" of "zh-CN".
func mainTag(tag string) string {
	tag, _, _ = strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	return strings.ToLower(tag)
}
