package zhtext

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"ＡＢＣ　１２３", "abc 123"},
		{"不動產權證書", "不动产权证书"},
		{"著作权", "著作权"},
		{"Café", "cafe"},
		{"㈠〔2017〕№", "(一)〔2017〕no"},
		{"a\u200bb\x00c", "abc"},
		{"後臺後臺", "后台后台"},
	} {
		if got := Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzMap(f *testing.F) {
	for _, s := range []string{"", "ＡＢＣ", "㈠\u200b國", "\xff\xfe", "a\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := Map(s)
		if len(m.Start) != len(m.Runes)+1 {
			t.Fatalf("%d offsets for %d runes", len(m.Start), len(m.Runes))
		}
		for i := 1; i < len(m.Start); i++ {
			if m.Start[i] < m.Start[i-1] {
				t.Fatalf("offsets go back at %d: %v", i, m.Start)
			}
		}
		if len(m.Runes) > 2 && utf8.ValidString(s) {
			a, b := Span(s, 1, 2)
			if a < int(m.Start[1]) || b > len(s) || a > b {
				t.Fatalf("Span(%q, 1, 2) = %d, %d; starts %v", s, a, b, m.Start)
			}
		}
		valid := strings.ToValidUTF8(s, "")
		if string(Map(valid).Runes) != Fold(valid) || !utf8.ValidString(Fold(valid)) {
			t.Fatal("Map and Fold differ")
		}
	})
}
