package grammar

import (
	"maps"
	"slices"
)

// Options give Check what it cannot know from the file alone. The zero value
// checks the file by itself.
type Options struct {
	// Columns are the targets of routes and the values of "column: {}"; nil
	// leaves routes unchecked.
	Columns *Columns
	// Lists names the lists that each call brings along.
	Lists []string
	// Sound maps a text to how it sounds (toneless pinyin); texts of equal
	// sound are reported. It may be nil.
	Sound func(text string) string
	// Vocabulary reports whether the speech model knows a word. It may be nil.
	Vocabulary func(word string) bool
	// ErrorsOnly leaves out what only warns and takes most of the time:
	// sentences that hide others.
	ErrorsOnly bool
}

// checker collects what Check finds.
type checker struct {
	f         *File
	o         Options
	call      map[string]*List
	diags     Diagnostics
	usedLists map[*List]bool
	usedRules map[*Rule]bool
	walked    map[*Rule]bool // rules whose bodies were walked in the file's scope
	inside    map[any][]Node // references inside a rule or list
	looping   bool           // a rule calls itself: nothing that expands rules may run
}

// Check finds what is wrong, or likely wrong, with the meaning of a file that
// Parse has read. The findings are sorted by position.
func Check(f *File, o Options) Diagnostics {
	c := &checker{f: f, o: o, call: columnLists(f, o.Columns),
		usedLists: map[*List]bool{}, usedRules: map[*Rule]bool{}, walked: map[*Rule]bool{}, inside: map[any][]Node{}}
	if len(f.Intents) == 0 {
		c.add(Warning, "no-intents", Span{Pos{1, 1}, Pos{1, 1}}, text("文件里没有 intents，什么也听不懂", "the file has no intents, so it understands nothing"))
	}
	c.circles(c.scope(nil), f.Rules, f.Lists)
	for _, in := range f.Intents {
		c.intent(in)
	}
	c.names()
	if !c.looping && !o.ErrorsOnly {
		c.warn()
	}
	return c.diags.Sort()
}

func (c *checker) add(sev Severity, code string, at Span, m Message) *Diagnostic {
	c.diags = append(c.diags, Diagnostic{Severity: sev, Code: code, File: c.f.Name, Start: at.start, End: at.end, Message: m})
	return &c.diags[len(c.diags)-1]
}

// wordSpan is the place of a name of n characters that starts at p.
func wordSpan(p Pos, name string) Span {
	return Span{p, Pos{p.Line, p.Column + len([]rune(name))}}
}

func (c *checker) scope(b *Block) scope { return scope{c.f, b, c.call} }

func (c *checker) intent(in *Intent) {
	sentences := 0
	for _, b := range in.Blocks {
		sentences += len(b.Sentences)
		c.block(b)
	}
	if sentences == 0 {
		c.add(Warning, "no-sentences", wordSpan(in.Pos, in.Name), text("意图「%s」没有一句话能触发", "intent %q has no sentences, so nothing triggers it", in.Name))
	}
}

func (c *checker) block(b *Block) {
	s := c.scope(b)
	walked := c.walked
	if s.own() {
		walked = map[*Rule]bool{}
		c.circles(s, b.Rules, b.Lists)
	}
	for _, t := range b.Sentences {
		c.refs(t, s, walked)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Rules)) {
		c.rule(b.Rules[name], s, walked)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Lists)) {
		c.list(b.Lists[name], s)
	}
	if !c.looping {
		c.sizes(b, s)
		c.outcome(b, s)
	}
}

// names checks the lists and rules at the file's top and which are unused.
func (c *checker) names() {
	s := c.scope(nil)
	for _, name := range slices.Sorted(maps.Keys(c.f.Rules)) {
		r := c.f.Rules[name]
		if !c.usedRules[r] {
			c.add(Warning, "unused-rule", wordSpan(r.Pos, name), text("没有模板用到规则 <%s>", "no template uses the rule <%s>", name))
		}
		c.rule(r, s, c.walked)
	}
	for _, name := range slices.Sorted(maps.Keys(c.f.Lists)) {
		l := c.f.Lists[name]
		if !c.usedLists[l] && !c.usedLists[c.call[name]] {
			c.add(Warning, "unused-list", wordSpan(l.Pos, name), text("没有模板用到列表 {%s}", "no template uses the list {%s}", name))
		}
		c.list(l, s)
	}
}
