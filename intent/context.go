package intent

import (
	"fmt"
	"slices"

	"github.com/tingdong/tingdong/grammar"
)

// contextValue unpacks {value: …, text: …}.
func contextValue(v any) (value any, text string) {
	if m, ok := v.(map[string]any); ok {
		text, _ = m["text"].(string)
		return m["value"], text
	}
	return v, ""
}

// same compares values as data does: 50 equals 50.0.
func same(a, b any) bool {
	if x, ok := toFloat(a); ok {
		y, ok := toFloat(b)
		return ok && x == y
	}
	return fmt.Sprint(a) == fmt.Sprint(b) && fmt.Sprintf("%T", a) == fmt.Sprintf("%T", b)
}

func toFloat(v any) (float64, bool) {
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

func (c *condition) met(context map[string]any) (present, met bool) {
	v, ok := context[c.Key]
	if !ok {
		return false, false
	}
	value, _ := contextValue(v)
	if c.Values == nil {
		return true, true
	}
	return true, slices.ContainsFunc(c.Values, func(want any) bool { return same(want, value) })
}

type condition grammar.Condition

// holds reports whether the context has what is required.
func holds(required []grammar.Condition, context map[string]any) bool {
	for i := range required {
		if _, met := (*condition)(&required[i]).met(context); !met {
			return false
		}
	}
	return true
}

// excluded reports whether the context has something that is excluded.
func excluded(excludes []grammar.Condition, context map[string]any) bool {
	for i := range excludes {
		if _, met := (*condition)(&excludes[i]).met(context); met {
			return true
		}
	}
	return false
}

// copyContext fills the slots that conditions name and the match left out.
func copyContext(required []grammar.Condition, context, slots map[string]any) {
	for _, c := range required {
		if c.Slot == "" {
			continue
		}
		if _, taken := slots[c.Slot]; taken {
			continue
		}
		slots[c.Slot], _ = contextValue(context[c.Key])
	}
}
