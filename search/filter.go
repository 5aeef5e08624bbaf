package search

import (
	"slices"
	"strconv"
)

// MaxSize is the largest page, MaxDepth how deep pages go by number; beyond
// it a Cursor is needed.
const (
	MaxSize  = 100
	MaxDepth = 10000
)

func (q *Query) check() error {
	switch {
	case q.Size < 0 || q.Size > MaxSize:
		return &QueryError{"size", "must be 1 to " + strconv.Itoa(MaxSize)}
	case q.Page < 0:
		return &QueryError{"page", "must be 1 or more"}
	case q.Sort != "" && q.Sort != "relevance" && q.Sort != "date":
		return &QueryError{"sort", `must be "relevance" or "date"`}
	case q.Year != 0 && (q.Year < 1000 || q.Year > 9999):
		return &QueryError{"year", "must have four digits"}
	}
	if q.Page == 0 {
		q.Page = 1
	}
	if q.Size == 0 {
		q.Size = 10
	}
	if _, err := q.from(); err != nil {
		return err
	}
	if q.Page > MaxDepth/q.Size {
		return &QueryError{"page", "goes " + strconv.Itoa(MaxDepth) + " results deep at most; narrow the search by column or year, or follow the cursor"}
	}
	return nil
}

// from is where the page begins among all results. A cursor is that number:
// results are numbered in an order that stays while the index does.
func (q *Query) from() (int, error) {
	if q.Cursor == "" {
		return (q.Page - 1) * q.Size, nil
	}
	n, err := strconv.ParseUint(q.Cursor, 36, 31)
	if err != nil {
		return 0, &QueryError{"cursor", "is not one that this search gave"}
	}
	return int(n), nil
}

// next sets the cursor of the following page.
func (q *Query) next(res *Result, from, known int) {
	if to := from + len(res.Hits); len(res.Hits) > 0 && to < known {
		res.Next = strconv.FormatUint(uint64(to), 36)
	}
}

// allowed gives the documents for the visitor (base) and those that pass the
// query's further filters (narrow); nil is all.
func (s *snapshot) allowed(q *Query, t *tables) (base, narrow bitset, err error) {
	for _, f := range []struct {
		set    *bitset
		field  string
		values []string
	}{
		{&base, fieldRole, []string{q.Role, everyRole}},
		{&base, fieldLang, []string{primary(q.Lang)}},
		{&narrow, fieldColumn, t.columnValues(q.Column)},
		{&narrow, fieldKind, []string{q.Kind}},
		{&narrow, fieldYear, []string{year(q.Year)}},
	} {
		if f.values[0] == "" {
			continue
		}
		var lists [][]uint32
		for _, v := range f.values {
			docs, err := s.docsOf(f.field, v)
			if err != nil {
				return nil, nil, err
			}
			lists = append(lists, docs)
		}
		*f.set = f.set.and(newBitset(s.size, lists...))
	}
	base, err = s.without(base, append(slices.Clip(t.rules.Hidden[""]), t.rules.Hidden[ruleKey(q.Text)]...))
	return base, narrow, err
}

func year(y int) string {
	if y == 0 {
		return ""
	}
	return strconv.Itoa(y)
}

// without removes documents by id, for hidden results.
func (s *snapshot) without(set bitset, ids []string) (bitset, error) {
	if len(ids) == 0 {
		return set, nil
	}
	if set == nil {
		set = make(bitset, (s.size+63)/64)
		for i := range set {
			set[i] = ^uint64(0)
		}
	}
	for _, id := range ids {
		num, err := s.number(id)
		if err != nil {
			return nil, err
		}
		if num >= 0 {
			set[num>>6] &^= 1 << (num & 63)
		}
	}
	return set, nil
}

// number gives the document number of an id, -1 if there is none.
func (s *snapshot) number(id string) (int, error) {
	in, err := s.reader.InternalID(id)
	if err != nil || in == nil {
		return -1, err
	}
	return int(in.Value()), nil
}
