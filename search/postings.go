package search

import (
	"context"
	"errors"
	"fmt"
	"math"

	index "github.com/blevesearch/bleve_index_api"
)

// list is the decoded posting list of one term: the documents in ascending
// order and the saturated BM25F weight of the term in each.
type list struct {
	docs    []uint32
	impacts []uint16 // in 1/impactScale
	most    uint16   // the largest impact
}

const impactScale = 20000.0

// idf is BM25's, never negative.
func (s *snapshot) idf(df int) float64 {
	return math.Log(1 + (float64(s.live)-float64(df)+0.5)/(float64(df)+0.5))
}

// postings gives the list of a term over title and body together.
func (s *snapshot) postings(term string) (*list, error) {
	if l, ok := s.lists.get(term); ok {
		return l, nil
	}
	title, err := s.field(fieldTitle, term)
	if err != nil {
		return nil, err
	}
	body, err := s.field(fieldBody, term)
	if err != nil {
		return nil, err
	}
	l := s.merge(title, body)
	s.lists.put(term, l, 6*len(l.docs)+64)
	return l, nil
}

// fieldPosting is one posting as Bleve has it.
type fieldPosting struct {
	doc  uint32
	freq uint32
	norm float64
}

func (s *snapshot) merge(title, body []fieldPosting) *list {
	l := &list{docs: make([]uint32, 0, len(title)+len(body)), impacts: make([]uint16, 0, len(title)+len(body))}
	i, j := 0, 0
	for i < len(title) || j < len(body) {
		var doc uint32 = math.MaxUint32
		if i < len(title) {
			doc = title[i].doc
		}
		if j < len(body) && body[j].doc < doc {
			doc = body[j].doc
		}
		var tf float64
		if i < len(title) && title[i].doc == doc {
			tf += titleWeight * float64(title[i].freq) / (1 - titleB + titleB*lengthOf(title[i].norm)/s.avg.title)
			i++
		}
		if j < len(body) && body[j].doc == doc {
			tf += float64(body[j].freq) / (1 - bodyB + bodyB*lengthOf(body[j].norm)/s.avg.body)
			j++
		}
		l.docs = append(l.docs, doc)
		impact := uint16(tf * (k1 + 1) / (tf + k1) * impactScale)
		l.impacts = append(l.impacts, impact)
		l.most = max(l.most, impact)
	}
	return l
}

func (s *snapshot) field(field, term string) (out []fieldPosting, err error) {
	tfr, err := s.reader.TermFieldReader(context.Background(), []byte(term), field, true, true, false)
	if err != nil {
		return nil, fmt.Errorf("%w: term of field %s: %w", ErrDamaged, field, err)
	}
	defer func() { err = errors.Join(err, tfr.Close()) }()
	out = make([]fieldPosting, 0, tfr.Count())
	var tfd index.TermFieldDoc
	for {
		next, err := tfr.Next(&tfd)
		if err != nil {
			return nil, fmt.Errorf("%w: term of field %s: %w", ErrDamaged, field, err)
		}
		if next == nil {
			return out, nil
		}
		out = append(out, fieldPosting{uint32(next.ID.Value()), uint32(next.Freq), next.Norm})
	}
}

// docsOf gives the documents that have this exact keyword in a field.
func (s *snapshot) docsOf(field, keyword string) (out []uint32, err error) {
	key := field + "\x00" + keyword
	if l, ok := s.lists.get(key); ok {
		return l.docs, nil
	}
	tfr, err := s.reader.TermFieldReader(context.Background(), []byte(keyword), field, false, false, false)
	if err != nil {
		return nil, fmt.Errorf("%w: keyword of field %s: %w", ErrDamaged, field, err)
	}
	defer func() { err = errors.Join(err, tfr.Close()) }()
	out = make([]uint32, 0, tfr.Count())
	var tfd index.TermFieldDoc
	for {
		next, err := tfr.Next(&tfd)
		if err != nil {
			return nil, fmt.Errorf("%w: keyword of field %s: %w", ErrDamaged, field, err)
		}
		if next == nil {
			break
		}
		out = append(out, uint32(next.ID.Value()))
	}
	s.lists.put(key, &list{docs: out}, 4*len(out)+64)
	return out, nil
}

// values lists the keywords of a field in ascending order.
func (s *snapshot) values(field string) (out []string, err error) {
	dict, err := s.reader.FieldDict(field)
	if err != nil {
		return nil, fmt.Errorf("%w: values of field %s: %w", ErrDamaged, field, err)
	}
	defer func() { err = errors.Join(err, dict.Close()) }()
	for {
		e, err := dict.Next()
		if err != nil {
			return nil, fmt.Errorf("%w: values of field %s: %w", ErrDamaged, field, err)
		}
		if e == nil {
			return out, nil
		}
		out = append(out, e.Term)
	}
}
