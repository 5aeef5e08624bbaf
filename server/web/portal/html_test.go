package portal

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// element is one element of a page.
type element struct {
	name  string
	attrs map[string]string
	text  string // of everything inside it
	from  int    // where that begins in the text of the page
}

type document []*element

// parse reads a page's elements in the order of their start tags. A page that
// is not nested properly yields an element named "!error".
func parse(page string) document {
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var out document
	var open []*element
	var said []byte
	for {
		token, err := d.Token()
		if err == io.EOF && len(open) == 0 {
			return out
		}
		if err != nil {
			return append(out, &element{name: "!error", text: err.Error()})
		}
		switch x := token.(type) {
		case xml.StartElement:
			e := &element{name: x.Name.Local, attrs: map[string]string{}, from: len(said)}
			for _, a := range x.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			out, open = append(out, e), append(open, e)
		case xml.EndElement:
			last := open[len(open)-1]
			last.text, open = string(said[last.from:]), open[:len(open)-1]
		case xml.CharData:
			said = append(said, x...)
		}
	}
}

func (d document) all(name string) []*element {
	var out []*element
	for _, e := range d {
		if e.name == name {
			out = append(out, e)
		}
	}
	return out
}

// text is what the first element of a name says.
func (d document) text(name string) string {
	for _, e := range d.all(name) {
		return strings.TrimSpace(e.text)
	}
	return ""
}

// links are the addresses that a page's <a> and <link> lead to.
func (d document) links() []string {
	var out []string
	for _, e := range d {
		if href := e.attrs["href"]; href != "" && (e.name == "a" || e.name == "link") {
			out = append(out, href)
		}
	}
	return out
}

// related is the address of the first <a> with a rel.
func (d document) related(rel string) string {
	for _, e := range d.all("a") {
		if e.attrs["rel"] == rel {
			return e.attrs["href"]
		}
	}
	return ""
}

// problems lists what every page must not do: break the strict policy, lose
// its landmarks, or leave names and ids dangling.
func problems(page string) []string {
	var out []string
	d := parse(page)
	ids := map[string]bool{}
	for _, e := range d {
		if e.name == "!error" {
			out = append(out, "not well nested: "+e.text)
		}
		if id := e.attrs["id"]; id != "" && ids[id] {
			out = append(out, "two elements have the id "+id)
		} else if id != "" {
			ids[id] = true
		}
	}
	for _, e := range d {
		out = append(out, e.problems(ids)...)
	}
	for _, name := range []string{"h1", "main", "header", "footer", "title", "tingdong-voice"} {
		want := 1
		if n := len(d.all(name)); n != want {
			out = append(out, fmt.Sprintf("%d <%s>", n, name))
		}
	}
	if !ids["main"] || !slices.Contains(d.links(), "#main") {
		out = append(out, "no way to skip to the main content")
	}
	return append(out, d.headings()...)
}

func (e *element) problems(ids map[string]bool) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for name, value := range e.attrs {
		if name == "style" || strings.HasPrefix(name, "on") {
			say("<%s> has an inline %s", e.name, name)
		}
		if name == "for" || name == "aria-labelledby" || name == "aria-controls" {
			if !ids[value] {
				say("%s=%q names no element", name, value)
			}
		}
	}
	switch {
	case e.name == "script" && e.attrs["src"] == "", e.name == "style":
		say("an inline <%s>", e.name)
	case e.name == "a" && strings.TrimSpace(e.text) == "":
		say("a link without a name: %s", e.attrs["href"])
	case e.name == "nav" && e.attrs["aria-label"] == "" && e.attrs["aria-labelledby"] == "":
		say("a nav without a name")
	}
	return out
}

// headings says where a level of headings is skipped.
func (d document) headings() []string {
	var out []string
	level := 0
	for _, e := range d {
		if len(e.name) != 2 || e.name[0] != 'h' || e.name[1] < '1' || e.name[1] > '6' {
			continue
		}
		n := int(e.name[1] - '0')
		if n > level+1 {
			out = append(out, fmt.Sprintf("heading %q of level %d after level %d", strings.TrimSpace(e.text), n, level))
		}
		level = n
	}
	return out
}
