package grammar

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Script is a test script: what visitors say, and what must come of it. The
// format is described in docs/grammar-tests.md.
type Script struct {
	Name  string
	Cases []*Case
}

// Case is one utterance of a script.
type Case struct {
	Utterance string
	Attrs     map[string]string // lang, role, page and what else the runner knows
	Follows   bool              // said after the case before it, in the same dialogue
	Expect    []Expectation
	Pos       Pos
}

// Expectation is one indented line of a script.
type Expectation struct {
	Not   bool   // the line starts with "not"
	Kind  string // navigate, control, search, clarify, none, intent, slot or say
	Value string // the column id, control name, query, intent, slot name or text
	Rest  string // what follows the value: a control's arguments, a slot's value, further choices
	Pos   Pos
}

// kinds of expectations, and whether they need a value.
var expectKinds = map[string]bool{"navigate": false, "control": false, "search": false, "clarify": false, "none": false,
	"intent": true, "slot": true, "say": true}

// scriptReader reads a script line by line.
type scriptReader struct {
	script *Script
	attrs  map[string]string // of the last line that starts with @
	group  []*Case           // utterances that share the expectations that follow
	closed bool              // the group has an expectation
	diags  Diagnostics
}

// ParseScript reads a test script.
func ParseScript(name string, data []byte) (*Script, Diagnostics) {
	r := &scriptReader{script: &Script{Name: name}}
	for i, line := range strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		r.line(i+1, strings.TrimRightFunc(line, unicode.IsSpace))
	}
	r.endGroup()
	return r.script, r.diags.Sort()
}

func (r *scriptReader) add(at Pos, line string, code string, m Message) *Diagnostic {
	r.diags = append(r.diags, Diagnostic{Severity: Error, Code: code, File: r.script.Name, Start: at,
		End: Pos{at.Line, at.Column + len([]rune(line))}, Message: m})
	return &r.diags[len(r.diags)-1]
}

func (r *scriptReader) line(n int, line string) {
	body := strings.TrimLeftFunc(line, unicode.IsSpace)
	at := Pos{n, 1 + len([]rune(line)) - len([]rune(body))}
	switch {
	case body == "" || body[0] == '#':
	case at.Column > 1:
		r.expectation(at, body)
	case body[0] == '@':
		r.endGroup()
		r.attrs = map[string]string{}
		if _, rest := splitAttrs(" "+body, r.attrs); rest != "" {
			r.add(at, body, "bad-script", text("属性应写成 @名=值", "attributes are written @name=value"))
		}
	default:
		r.utterance(at, body)
	}
}

func (r *scriptReader) utterance(at Pos, body string) {
	if r.closed {
		r.endGroup()
	}
	c := &Case{Attrs: map[string]string{}, Pos: at}
	if rest, ok := strings.CutPrefix(body, "+"); ok {
		c.Follows, body = true, rest
		r.endGroup() // a follow-up belongs to one utterance, not to a group
	}
	c.Utterance, _ = splitAttrs(body, c.Attrs)
	c.Utterance = strings.TrimSpace(c.Utterance)
	for name, value := range r.attrs {
		if _, own := c.Attrs[name]; !own {
			c.Attrs[name] = value
		}
	}
	if c.Follows && len(r.script.Cases) == 0 {
		r.add(at, body, "bad-script", text("「+」前面没有可以接着说的话", "\"+\" follows no utterance"))
	}
	r.group = append(r.group, c)
	r.script.Cases = append(r.script.Cases, c)
}

// splitAttrs takes " @name=value" and " @name" off the end of s into attrs; it
// returns what is before them, and what was not understood.
func splitAttrs(s string, attrs map[string]string) (before, rest string) {
	for {
		i := strings.LastIndex(s, " @")
		if i < 0 {
			return s, strings.TrimSpace(s)
		}
		name, value, hasValue := strings.Cut(s[i+2:], "=")
		if strings.ContainsFunc(s[i+2:], unicode.IsSpace) {
			return s, strings.TrimSpace(s)
		}
		if !hasValue {
			value = "true"
		}
		if _, given := attrs[name]; !given && name != "" {
			attrs[name] = value
		}
		s = s[:i]
	}
}

func (r *scriptReader) expectation(at Pos, body string) {
	if len(r.group) == 0 {
		r.add(at, body, "bad-script", text("这行期望前面没有要说的话（行首不留空格）", "this expectation follows no utterance (which starts at the line's beginning)"))
		return
	}
	r.closed = true
	e := Expectation{Pos: at}
	rest := body
	if after, ok := strings.CutPrefix(rest, "not "); ok {
		e.Not, rest = true, strings.TrimSpace(after)
	}
	e.Kind, rest, _ = strings.Cut(rest, " ")
	needsValue, known := expectKinds[e.Kind]
	if !known {
		d := r.add(at, body, "bad-script", text("不认识的期望「%s」", "unknown expectation %q", e.Kind))
		d.Suggestion = nearest(e.Kind, slices.Collect(maps.Keys(expectKinds)))
		return
	}
	e.Value = strings.TrimSpace(rest)
	if e.Kind == "control" || e.Kind == "slot" || e.Kind == "clarify" {
		e.Value, e.Rest, _ = strings.Cut(e.Value, " ")
		e.Rest = strings.TrimSpace(e.Rest)
	}
	if needsValue && e.Value == "" {
		r.add(at, body, "bad-script", text("「%s」后面要写明是什么", "%q needs a value", e.Kind))
	}
	for _, c := range r.group {
		c.Expect = append(c.Expect, e)
	}
}

// endGroup closes the utterances that share expectations.
func (r *scriptReader) endGroup() {
	if !r.closed {
		for _, c := range r.group {
			r.add(c.Pos, c.Utterance, "bad-script", text("「%s」下面没有写期望的结果", "%q has no expectation below it", c.Utterance))
		}
	}
	r.group, r.closed = nil, false
}
