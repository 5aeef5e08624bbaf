// Package condition checks the requires_context and excludes_context of a
// grammar's block.
package condition

import (
	"slices"

	"github.com/tingdong/tingdong/grammar"
)

// Unpack takes the value and the text out of a context entry, which may be
// plain or {value: …, text: …}.
func Unpack(v any) (value any, text string) {
	if m, ok := v.(map[string]any); ok {
		text, _ = m["text"].(string)
		return m["value"], text
	}
	return v, ""
}

// Hold reports whether the context has all that is required.
func Hold(required []grammar.Condition, context map[string]any) bool {
	return !slices.ContainsFunc(required, func(c grammar.Condition) bool {
		present, met := check(c, context)
		return !present || !met
	})
}

// MayHold is Hold with keys that the context lacks left open: list values can
// still add them.
func MayHold(required []grammar.Condition, context map[string]any) bool {
	return !slices.ContainsFunc(required, func(c grammar.Condition) bool {
		present, met := check(c, context)
		return present && !met
	})
}

// Excluded reports whether the context has something that is excluded.
func Excluded(excludes []grammar.Condition, context map[string]any) bool {
	return slices.ContainsFunc(excludes, func(c grammar.Condition) bool {
		present, met := check(c, context)
		return present && met
	})
}

// Copy fills the slots that conditions name and that are still free.
func Copy(required []grammar.Condition, context, slots map[string]any) {
	for _, c := range required {
		if _, taken := slots[c.Slot]; c.Slot == "" || taken {
			continue
		}
		if v, ok := context[c.Key]; ok {
			slots[c.Slot], _ = Unpack(v)
		}
	}
}

func check(c grammar.Condition, context map[string]any) (present, met bool) {
	v, ok := context[c.Key]
	if !ok {
		return false, false
	}
	value, _ := Unpack(v)
	if c.Values == nil {
		return true, true
	}
	return true, slices.ContainsFunc(c.Values, func(want any) bool { return same(want, value) })
}

// same compares values as data does: 50 equals 50.0, "50" does not.
func same(a, b any) bool {
	x, xok := float(a)
	y, yok := float(b)
	if xok || yok {
		return xok && yok && x == y
	}
	switch a.(type) {
	case string, bool, nil:
		return a == b
	}
	return false
}

func float(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
