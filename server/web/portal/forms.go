package portal

import (
	"net/http"
)

// form is what a visitor fills in on a column's page. The demo portal checks
// it and keeps nothing.
type form struct {
	Title  string // key of its heading
	Submit string // key of its button
	Fields []field
}

type field struct {
	Name     string
	Label    string // key of its label
	Type     string // text, tel, date, number, textarea or select
	Options  []string
	Required bool
	Complete string // autocomplete token, WCAG 1.3.5
	Max      int    // characters
}

// filled is a field with what was entered.
type filled struct {
	field
	Value string
	Error string
}

// formBody is a form on a page.
type formBody struct {
	Title, Submit string
	Fields        []filled
	Wrong         bool
	Done          bool
}

// maxForm bounds what a form may send, in bytes.
const maxForm = 64 << 10

// formOf gives the form of a column, or nil.
func formOf(column string) *form {
	switch column {
	case "tsjb", "wyfy", "xf", "en-complaints":
		return letter("form.complaint")
	case "qzxx", "ldxin", "yjjy", "zxzx", "xxgkyjx", "ysqgk", "en-ask":
		return letter("form.letter")
	case "dmsyy", "zyjyy", "en-dameisha", "en-chungying":
		return visit()
	case "hydjyy", "yygh", "cjgyy", "smfw", "ysfw", "tycg", "jjyl":
		return appointment()
	case "bjcx", "xjcx", "wdyy":
		return lookup()
	}
	return nil
}

func letter(title string) *form {
	return &form{Title: title, Submit: "form.send", Fields: []field{
		{Name: "subject", Label: "form.subject", Type: "text", Required: true, Max: 100},
		{Name: "place", Label: "form.place", Type: "text", Max: 100},
		{Name: "content", Label: "form.content", Type: "textarea", Required: true, Max: 2000},
		{Name: "name", Label: "form.name", Type: "text", Complete: "name", Max: 40},
		{Name: "tel", Label: "form.tel", Type: "tel", Complete: "tel", Max: 20},
	}}
}

func visit() *form {
	return &form{Title: "form.visit", Submit: "form.book", Fields: []field{
		{Name: "date", Label: "form.date", Type: "date", Required: true, Max: 10},
		{Name: "slot", Label: "form.slot", Type: "select", Max: 20, Options: []string{"8:00—13:00", "13:00—18:00", "18:00—22:00"}},
		{Name: "people", Label: "form.people", Type: "number", Required: true, Max: 1},
		{Name: "name", Label: "form.name", Type: "text", Complete: "name", Required: true, Max: 40},
	}}
}

func appointment() *form {
	return &form{Title: "form.appointment", Submit: "form.book", Fields: []field{
		{Name: "subject", Label: "form.matter", Type: "text", Required: true, Max: 100},
		{Name: "date", Label: "form.date", Type: "date", Required: true, Max: 10},
		{Name: "name", Label: "form.name", Type: "text", Complete: "name", Required: true, Max: 40},
		{Name: "tel", Label: "form.tel", Type: "tel", Complete: "tel", Max: 20},
	}}
}

func lookup() *form {
	return &form{Title: "form.lookup", Submit: "form.find", Fields: []field{
		{Name: "number", Label: "form.number", Type: "text", Required: true, Max: 40},
		{Name: "name", Label: "form.name", Type: "text", Complete: "name", Max: 40},
	}}
}

// fill gives the form with what the address or the visitor filled in, and
// the status of the answer: a spoken complaint arrives with ?subject=.
func fill(f *form, lang string, w http.ResponseWriter, r *http.Request) (*formBody, int) {
	out := &formBody{Title: text(lang, f.Title), Submit: text(lang, f.Submit)}
	values, unread := r.URL.Query(), false
	sent := r.Method == http.MethodPost
	if sent {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		unread = r.ParseForm() != nil // too large or not a form
		values = r.PostForm
	}
	for _, fd := range f.Fields {
		out.Fields = append(out.Fields, fillField(fd, lang, values.Get(fd.Name), sent))
		out.Wrong = out.Wrong || out.Fields[len(out.Fields)-1].Error != ""
	}
	out.Done = sent && !out.Wrong && !unread
	switch {
	case unread:
		out.Wrong = true
		return out, http.StatusBadRequest
	case out.Wrong:
		return out, http.StatusUnprocessableEntity
	}
	return out, http.StatusOK
}

// fillField is a field with its value, cut to what it holds, and what is
// wrong with it once it was sent.
func fillField(fd field, lang, value string, sent bool) filled {
	v := filled{field: fd, Value: typed(value, fd.Max)}
	v.Label = text(lang, fd.Label)
	if sent && fd.Required && v.Value == "" {
		v.Error = text(lang, "form.missing")
	}
	return v
}
