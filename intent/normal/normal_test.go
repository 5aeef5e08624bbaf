package normal

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, display, tokens string }{
		{"返回 首页", "返回首页", "返 回 首 页"},
		{"打开，首页", "打开，首页", "打 开 首 页"},
		{"打开《办事指南》。", "打开《办事指南》", "打 开 办 事 指 南"},
		{"打開首頁", "打开首页", "打 开 首 页"},
		{"第２页", "第2页", "第 2 页"},
		{"放大到150%", "放大到150%", "放 大 到 150 %"},
		{"Go to the Home-Page!", "Go to the Home-Page", "go to the home page"},
		{"driver’s license", "driver's license", "drivers license"},
		{"下载 A P P", "下载A P P", "下 载 app"},
		{"a map", "a map", "a map"},
		{"\u202e打开\u0000首页\u200b", "打开首页", "打 开 首 页"},
		{"1.5倍", "1.5倍", "1.5 倍"},
		{"", "", ""}, {"……？！", "", ""},
	} {
		got := Parse(c.in, 0)
		var tokens []string
		for _, tok := range got.Tokens {
			tokens = append(tokens, tok.Text)
		}
		if string(got.Display) != c.display || strings.Join(tokens, " ") != c.tokens {
			t.Errorf("Parse(%q) = %q %v", c.in, string(got.Display), tokens)
		}
	}
}

func TestParseLimit(t *testing.T) {
	got := Parse(strings.Repeat("打开", 10000), 64)
	if len(got.Tokens) != 64 || len(got.Display) != 20000 {
		t.Errorf("%d tokens, %d characters", len(got.Tokens), len(got.Display))
	}
}
