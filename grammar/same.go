package grammar

import "reflect"

// notCompared are fields that tell how something is written, not what it
// means.
var notCompared = map[string]bool{"Pos": true, "RoutePos": true, "ActionPos": true, "Span": true,
	"Original": true, "Source": true, "In": true, "hasSlot": true}

// sameFile reports whether two files mean the same: all but places and the
// ways of writing is equal.
func sameFile(a, b *File) bool { return same(reflect.ValueOf(a), reflect.ValueOf(b)) }

// sameTree reports whether two templates have equal trees.
func sameTree(a, b Node) bool { return same(reflect.ValueOf(a), reflect.ValueOf(b)) }

func same(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
		return false
	}
	if !a.IsValid() {
		return true
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return same(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if !notCompared[a.Type().Field(i).Name] && !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		return sameMap(a, b)
	}
	return a.Equal(b)
}

func sameMap(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	for _, k := range a.MapKeys() {
		if v := b.MapIndex(k); !v.IsValid() || !same(a.MapIndex(k), v) {
			return false
		}
	}
	return true
}
