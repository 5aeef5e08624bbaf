package grammar

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// outcome checks what a block makes the portal do.
func (c *checker) outcome(b *Block, s scope) {
	c.route(b)
	slots := slotNames(b, s)
	if b.Control != nil {
		c.control(b.Control, slots)
	}
	if b.Route != "" && b.Control != nil {
		c.add(Error, "two-outcomes", wordSpan(b.Control.Pos, b.Control.Name), text("同一组里不能既有 route 又有 control", "a block cannot have both route and control"))
	}
	if b.Action == "search" && !slots["query"] {
		c.add(Warning, "missing-slot", wordSpan(b.ActionPos, b.Action), text("action: search 要有槽位 query（如 {text:query}），否则整句话都会被拿去搜索", "action: search wants a slot query (as {text:query}); without it the whole utterance is searched for"))
	}
	c.say(b, slots)
}

func (c *checker) route(b *Block) {
	if b.Route == "" || c.o.Columns == nil || c.o.Columns.ByID(b.Route) != nil {
		return
	}
	d := c.add(Error, "unknown-column", wordSpan(b.RoutePos, b.Route), text("没有 id 为「%s」的栏目", "there is no column with the id %q", b.Route))
	for _, col := range c.o.Columns.All() {
		if col.Name == b.Route || slices.Contains(col.Aliases, b.Route) {
			d.Suggestion = col.ID // an admin may write the name where the id belongs
			return
		}
	}
	d.Suggestion = nearest(b.Route, c.o.Columns.ids())
}

func (c *checker) control(ctl *Control, slots map[string]bool) {
	args, ok := ControlArgs(ctl.Name)
	if !ok {
		d := c.add(Error, "unknown-control", wordSpan(ctl.Pos, ctl.Name), text("没有控制「%s」", "there is no control %q", ctl.Name))
		d.Suggestion = nearest(ctl.Name, ControlNames())
		return
	}
	for _, name := range slices.Sorted(maps.Keys(ctl.Args)) {
		if !slices.Contains(args, name) {
			d := c.add(Error, "unknown-argument", wordSpan(ctl.Pos, ctl.Name), text("控制「%[1]s」没有参数「%[2]s」", "control %[1]q has no argument %[2]q", ctl.Name, name))
			d.Suggestion = nearest(name, args)
		}
	}
	for _, name := range args {
		if _, given := ctl.Args[name]; !given && !slots[name] {
			c.add(Warning, "missing-argument", wordSpan(ctl.Pos, ctl.Name), text("控制「%[1]s」需要参数「%[2]s」：写在 control 里，或作为槽位", "control %[1]q needs %[2]q, here or as a slot", ctl.Name, name))
		}
	}
}

var sayField = regexp.MustCompile(`\{([^{}]*)\}`)

// replyFields are filled in a say text beside the slots.
var replyFields = []string{"column", "name", "utterance"}

// say checks that the fields of a reply's text can be filled.
func (c *checker) say(b *Block, slots map[string]bool) {
	for _, m := range sayField.FindAllStringSubmatch(b.Say, -1) {
		if !slots[m[1]] && !slices.Contains(replyFields, m[1]) {
			d := c.add(Warning, "missing-slot", Span{b.Pos, b.Pos}, text("say 里的 {%s} 没有同名的槽位", "say has {%s}, but there is no slot of that name", m[1]))
			d.Suggestion = nearest(m[1], slices.Collect(maps.Keys(slots)))
		}
	}
}

// slotNames are the slots that some sentence of the block, its fixed slots or
// its context can fill.
func slotNames(b *Block, s scope) map[string]bool {
	names := map[string]bool{}
	seen := map[*Rule]bool{}
	var visit func(n Node) bool
	visit = func(n Node) bool {
		switch n := n.(type) {
		case *ListRef:
			names[n.Slot] = true
		case *RuleRef:
			if r := s.rule(n.Rule); r != nil && !seen[r] {
				seen[r] = true
				Walk(r.Body.Root, visit)
			}
		}
		return true
	}
	for _, t := range b.Sentences {
		Walk(t.Root, visit)
	}
	for name := range b.Slots {
		names[name] = true
	}
	for _, cond := range b.RequiresContext {
		names[strings.TrimSpace(cond.Slot)] = true
	}
	return names
}
