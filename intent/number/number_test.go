package number

import (
	"slices"
	"testing"
)

func TestChinese(t *testing.T) {
	for n, want := range map[int]string{0: "零", 2: "二", 10: "十", 12: "十二", 20: "二十", 101: "一百零一", 110: "一百一十", 150: "一百五十",
		1005: "一千零五", 1050: "一千零五十", 10001: "一万零一", 20240: "二万零二百四十", 100000: "十万", 150000: "十五万", 1000000: "一百万",
		12345678: "一千二百三十四万五千六百七十八", 100000000: "一亿", 1000000000: "十亿", -3: "负三"} {
		if got := Chinese(n); got != want {
			t.Errorf("Chinese(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestRoundTrips(t *testing.T) {
	numbers := []int{99999, 100000, 100001, 123456, 999999, 1000000, 20000000, 99999999, 100000000, 1234567890}
	for n := -200; n < 30000; n++ {
		numbers = append(numbers, n)
	}
	for _, n := range numbers {
		for _, form := range ChineseForms(n) {
			if got, ok := ParseChinese(form); !ok || got != n {
				t.Fatalf("ParseChinese(%s) = %d, %v, want %d", form, got, ok, n)
			}
		}
		if got, ok := ParseEnglish(English(n)); !ok || got != n {
			t.Fatalf("ParseEnglish(%s) = %d, %v, want %d", English(n), got, ok, n)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "十四五", "二零二四", "百", "一二", "五百三十万亿亿亿亿", "公", "零零"} {
		if n, ok := ParseChinese(s); ok {
			t.Errorf("ParseChinese(%q) = %d", s, n)
		}
	}
	for _, s := range []string{"", "nineteen ninety-nine", "hundred", "a", "five twenty"} {
		if n, ok := ParseEnglish(s); ok {
			t.Errorf("ParseEnglish(%q) = %d", s, n)
		}
	}
}

func TestReadings(t *testing.T) {
	for digits, want := range map[string][]string{
		"2024": {"二零二四", "二千零二十四"}, "145": {"一四五", "一百四十五", "十四五"}, "2": {"二"}, "1.5": {"一点五"},
		"12345678901": {"一二三四五六七八九零一"}, "007": {"零零七"},
	} {
		if got := Readings(digits); !slices.Equal(got, want) {
			t.Errorf("Readings(%s) = %v, want %v", digits, got, want)
		}
	}
}
