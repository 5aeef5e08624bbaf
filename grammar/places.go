package grammar

// places maps a character index of a template to its place in the file.
type places interface {
	pos(i int) Pos
}

// at is text on one line that starts at a place.
type at Pos

func (a at) pos(i int) Pos { return Pos{a.Line, a.Column + i} }

// table is a place for each character and one for the end.
type table []Pos

func (t table) pos(i int) Pos { return t[min(max(i, 0), len(t)-1)] }

// linePlaces counts lines and columns through s, which starts at start.
func linePlaces(s string, start Pos) places {
	t := make(table, 0, len(s)+1)
	p := start
	multi := false
	for _, r := range s {
		t = append(t, p)
		p.Column++
		if r == '\n' {
			p = Pos{p.Line + 1, 1}
			multi = true
		}
	}
	if !multi {
		return at(start)
	}
	return append(t, p)
}
