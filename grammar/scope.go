package grammar

// scope resolves the names in the templates of a block: the block's own lists
// and rules come before those of the call and of the file.
type scope struct {
	file  *File
	block *Block           // nil for what stands at the top of the file
	call  map[string]*List // lists given with the call, or filled by the service
}

func (s scope) list(name string) *List {
	if s.block != nil && s.block.Lists[name] != nil {
		return s.block.Lists[name]
	}
	if l := s.call[name]; l != nil {
		return l
	}
	return s.file.Lists[name]
}

func (s scope) rule(name string) *Rule {
	if s.block != nil && s.block.Rules[name] != nil {
		return s.block.Rules[name]
	}
	return s.file.Rules[name]
}

// own reports whether names mean something else here than at the file's top.
func (s scope) own() bool {
	return s.block != nil && len(s.block.Lists)+len(s.block.Rules) > 0
}

// ColumnList is the list that fills "column: {}": each name and alias of the
// columns is a literal value whose slot gets the column's id.
func ColumnList(columns []*Column) *List {
	list := &List{Name: "column", Values: []*Value{}}
	for _, c := range columns {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			list.Values = append(list.Values, &Value{In: name, Template: LiteralTemplate(name, c.Pos), Out: c.ID, Pos: c.Pos})
		}
	}
	return list
}

// columnLists fills the list "column" of a file that leaves it empty.
func columnLists(f *File, columns *Columns) map[string]*List {
	if l := f.Lists["column"]; l == nil || !l.empty() || columns == nil {
		return nil
	}
	return map[string]*List{"column": ColumnList(columns.Lang(f.Language))}
}

// empty reports a list that the service fills.
func (l *List) empty() bool { return l.Values == nil && l.Range == nil && !l.Wildcard }
