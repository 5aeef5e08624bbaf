package number

import (
	"math"
	"slices"
	"testing"
)

func TestSpell(t *testing.T) {
	tests := []struct {
		n    int64
		lang string
		want []string
	}{
		{0, "zh-CN", []string{"零", "〇"}},
		{2, "zh", []string{"二", "两"}},
		{10, "zh", []string{"十"}},
		{12, "zh", []string{"十二"}},
		{20, "zh", []string{"二十"}},
		{100, "zh", []string{"一百"}},
		{105, "zh", []string{"一百零五", "一百〇五"}},
		{110, "zh", []string{"一百一十"}},
		{222, "zh", []string{"二百二十二", "两百二十二"}},
		{1001, "zh", []string{"一千零一", "一千〇一"}},
		{1010, "zh", []string{"一千零一十", "一千〇一十"}},
		{10000, "zh", []string{"一万"}},
		{10001, "zh", []string{"一万零一", "一万〇一"}},
		{20020, "zh", []string{"二万零二十", "两万零二十", "二万〇二十", "两万〇二十"}},
		{100000, "zh", []string{"十万"}},
		{110000, "zh", []string{"十一万"}},
		{101000, "zh", []string{"十万一千"}},
		{100005000, "zh", []string{"一亿零五千", "一亿〇五千"}},
		{100000000, "zh", []string{"一亿"}},
		{100010000, "zh", []string{"一亿零一万", "一亿〇一万"}},
		{-2, "zh", []string{"负二", "负两"}},
		{0, "en", []string{"zero"}},
		{21, "en-GB", []string{"twenty-one", "twenty one"}},
		{40, "en", []string{"forty"}},
		{105, "en", []string{"one hundred five", "one hundred and five"}},
		{1005, "en", []string{"one thousand five", "one thousand and five"}},
		{2345, "en", []string{"two thousand three hundred forty-five", "two thousand three hundred and forty-five",
			"two thousand three hundred forty five", "two thousand three hundred and forty five"}},
		{-1000000, "en", []string{"minus one million"}},
		{7, "fr", nil},
	}
	for _, tt := range tests {
		if got := Spell(tt.n, tt.lang); !slices.Equal(got, tt.want) {
			t.Errorf("Spell(%d, %s) = %q, want %q", tt.n, tt.lang, got, tt.want)
		}
	}
}

func TestSpellTenths(t *testing.T) {
	tests := []struct {
		tenths int64
		lang   string
		want   string
	}{
		{15, "zh", "一点五"}, {5, "zh", "零点五"}, {-5, "zh", "负零点五"}, {220, "zh", "二十二"},
		{15, "en", "one point five"}, {-15, "en", "minus one point five"}, {-5, "en", "minus zero point five"},
	}
	for _, tt := range tests {
		if got := SpellTenths(tt.tenths, tt.lang); got[0] != tt.want {
			t.Errorf("SpellTenths(%d, %s) = %q, want %q first", tt.tenths, tt.lang, got, tt.want)
		}
	}
	if got := SpellTenths(15, "fr"); got != nil {
		t.Errorf("SpellTenths in French = %q, want none", got)
	}
}

// TestSpellIsInjective: two numbers never share a spelling, so a spelling can
// be looked up; the ends of int64 are spelt too.
func TestSpellIsInjective(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		seen := map[string]int64{}
		for n := int64(-1200); n <= 21000; n++ {
			for _, s := range Spell(n, lang) {
				if m, dup := seen[s]; dup {
					t.Fatalf("%q is both %d and %d", s, m, n)
				}
				seen[s] = n
			}
		}
		for _, n := range []int64{math.MaxInt64, math.MinInt64} {
			if len(Spell(n, lang)) == 0 {
				t.Errorf("%d is not spelt in %s", n, lang)
			}
		}
	}
}
