package grammar

import (
	"maps"
	"slices"
)

// controlArgs are the page and dialogue controls of a Reply with their
// arguments.
var controlArgs = map[string][]string{
	"home": nil, "prev_page": nil, "next_page": nil, "history_back": nil, "up": nil,
	"goto_page": {"page"}, "last_page": nil, "reload": nil, "scroll": {"dir"}, "scroll_top": nil,
	"zoom_in": nil, "zoom_out": nil, "zoom_reset": nil, "zoom_set": {"percent"},
	"read_start": nil, "read_stop": nil, "rate": {"delta"}, "volume": {"delta"},
	"contrast": nil, "a11y_on": nil, "a11y_off": nil, "elder_mode": nil, "print": nil,
	"open_item": {"index"}, "lang": {"to"}, "exit": nil,
	"cancel": nil, "help": nil, "confirm": nil, "reject": nil, "pick": {"index"}, "repeat": nil,
}

// ControlNames lists the controls that a block may name, sorted.
func ControlNames() []string { return slices.Sorted(maps.Keys(controlArgs)) }

// ControlArgs lists the arguments of a control, and whether it exists.
func ControlArgs(name string) ([]string, bool) {
	args, ok := controlArgs[name]
	return slices.Clone(args), ok
}
