package analysis

import (
	"strings"
	"testing"
)

func TestNumberVariant(t *testing.T) {
	for in, want := range map[string]string{
		"民法典第54条": "民法典第五十四条", "民法典第五十四条": "民法典第54条", "第1005条": "第一千零五条", "第110条": "第一百一十条",
		"第10批": "第十批", "二零二四年三月": "2024年3月", "第一千零五条": "第1005条", "公积金": "", "2024年": "",
	} {
		if got := NumberVariant(in); got != want {
			t.Errorf("NumberVariant(%s) = %q, want %q", in, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	text := []rune("2024年3月1日 2024-03-01 2024/3/1 2024.13.1 1899-1-1 20240301 2024年3月")
	if got := strings.Join(Dates(text), " "); got != "d20240301 d20240301 d20240301" {
		t.Errorf("dates %q", got)
	}
}
