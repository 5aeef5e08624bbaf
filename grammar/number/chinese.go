package number

import "strings"

var chineseDigits = [10]string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// Units inside a group of four digits, and of the groups themselves.
var (
	chineseUnits  = [4]string{"", "十", "百", "千"}
	chineseGroups = [5]string{"", "万", "亿", "万亿", "亿亿"}
)

// chinese is CLDR's spellout-cardinal: 12 十二, 105 一百零五, 110 一百一十.
func chinese(n int64) string {
	d := digits(n)
	var b strings.Builder
	zero := false // a 零 is due before the next digit
	for group := (len(d) - 1) / 4; group >= 0; group-- {
		part := d[max(0, len(d)-4*group-4) : len(d)-4*group]
		empty := true
		for i, c := range []byte(part) {
			if c == '0' {
				zero = b.Len() > 0
				continue
			}
			if zero {
				b.WriteString("零")
				zero = false
			}
			empty = false
			b.WriteString(chineseDigits[c-'0'] + chineseUnits[len(part)-1-i])
		}
		if !empty {
			b.WriteString(chineseGroups[group])
			zero = false // 101000 is 十万一千: 零 stands for a whole place only
		}
	}
	s := b.String()
	if s == "" {
		s = "零"
	}
	if strings.HasPrefix(s, "一十") {
		s = strings.TrimPrefix(s, "一")
	}
	if n < 0 {
		s = "负" + s
	}
	return s
}

// chineseForms adds the variants that are said: 两 for 二 where it counts
// (两百, not 两十), and 〇 for 零.
func chineseForms(s string) []string {
	two := s
	for _, unit := range []string{"百", "千", "万", "亿"} {
		two = strings.ReplaceAll(two, "二"+unit, "两"+unit)
	}
	if s == "二" || s == "负二" {
		two = strings.Replace(s, "二", "两", 1)
	}
	return []string{s, two, strings.ReplaceAll(s, "零", "〇"), strings.ReplaceAll(two, "零", "〇")}
}
