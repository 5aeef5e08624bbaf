package insights

import (
	"strings"
	"testing"
	"unicode"
)

// maskCases are what visitors may say or type, and what is kept of it.
var maskCases = []struct{ name, in, want string }{
	{"id", "我的身份证是440301199003151234能办吗", "我的身份证是⟨id⟩能办吗"},
	{"id with X", "44030119900315123X", "⟨id⟩"},
	{"id with small x and a space", "44030119900315123 x查社保", "⟨id⟩查社保"},
	{"id in groups", "身份证 440301 19900315 1234", "身份证 ⟨id⟩"},
	{"id full width", "４４０３０１１９９００３１５１２３Ｘ", "⟨id⟩"},
	{"id of 15", "440301900315123", "⟨id⟩"},
	{"id spoken", "四四零三零一一九九零零三一五一二三四", "⟨id⟩"},
	{"id spoken with a cross", "四四零三零幺幺九九零零三幺五幺二三叉", "⟨id⟩"},
	{"id spoken letter", "四四零三零幺幺九九零零三幺五幺二三艾克斯对吗", "⟨id⟩对吗"},
	{"mobile", "打13800138000找我", "打⟨phone⟩找我"},
	{"mobile with country", "+86 138-0013-8000", "+⟨phone⟩"},
	{"mobile 0086", "008613800138000", "⟨phone⟩"},
	{"mobile spoken", "我电话是幺三八零零幺三八零零零", "我电话是⟨phone⟩"},
	{"mobile spoken yi", "一三八零零一三八零零零", "⟨phone⟩"},
	{"mobile spoken with pauses", "幺三八，嗯，零零幺三，呃八零零零", "⟨phone⟩"},
	{"mobile mixed", "幺3八0零1三8〇〇零", "⟨phone⟩"},
	{"mobile spaced out", "1 3 8 0 0 1 3 8 0 0 0", "⟨phone⟩"},
	{"mobile wide spaces", "138　　　　　0013 \t\n  8000", "⟨phone⟩"},
	{"mobile zero width", "138\u200b0013\u200b8000", "⟨phone⟩"},
	{"mobile English", "call one three eight zero zero one three eight zero zero zero please", "call ⟨phone⟩ please"},
	{"mobile formal", "壹叁捌零零壹叁捌零零零", "⟨phone⟩"},
	{"mobile Arabic digits", "١٣٨٠٠١٣٨٠٠٠", "⟨phone⟩"},
	{"mobile mathematical", "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "⟨phone⟩"},
	{"circled", "①②③④⑤⑥⑦⑧", "⟨number⟩"},
	{"landline", "0755-25221234", "⟨phone⟩"},
	{"landline in brackets", "(0755)2522 1234", "(⟨phone⟩"},
	{"landline spoken", "零七五五杠二五二二幺二三四转三", "⟨phone⟩"},
	{"local landline", "25221234", "⟨phone⟩"},
	{"card", "卡号6222021234567890128", "卡号⟨card⟩"},
	{"card with its check", "卡号 6222 0000 0000 0000 003", "卡号 ⟨number⟩"},
	{"card of Luhn", "4111 1111 1111 1111", "⟨card⟩"},
	{"email", "发到Zhang.San+x@example.com.cn谢谢", "发到⟨email⟩谢谢"},
	{"email full width", "ａ＠ｂ．ｃｎ", "⟨email⟩"},
	{"email spoken", "zhangsan艾特qq点com", "⟨email⟩"},
	{"email English", "write to zhang at example dot com", "write to ⟨email⟩"},
	{"email without dot", "admin@localhost", "⟨email⟩"},
	{"plate", "粤B12345违章", "⟨plate⟩违章"},
	{"plate green", "粤bd12345", "⟨plate⟩"},
	{"plate spoken", "粤B一二三四五", "⟨plate⟩"},
	{"passport", "护照E12345678过期", "护照⟨passport⟩过期"},
	{"passport of two letters", "EA1234567", "⟨passport⟩"},
	{"Hong Kong card", "A123456(7)", "⟨passport⟩)"},
	{"QQ", "QQ号：123456", "QQ号：⟨account⟩"},
	{"WeChat", "微信 zhang_san88", "微信 ⟨account⟩"},
	{"any long number", "受理编号 9912345", "受理编号 ⟨number⟩"},
	{"credit code", "91440300MA5DA1234X", "⟨number⟩MA5DA1234X"},
	{"birthday", "1985-03-15", "⟨number⟩"},
	{"day run together", "20240315", "⟨phone⟩"},
	{"two numbers", "13800138000和13900139000", "⟨phone⟩和⟨phone⟩"},

	{"hotline stays", "12345热线", "12345热线"},
	{"postcode stays", "邮编518081", "邮编518081"},
	{"document number stays", "深盐府办〔2023〕12号", "深盐府办〔2023〕12号"},
	{"order stays", "粤府令第308号", "粤府令第308号"},
	{"year stays", "2024年度预算", "2024年度预算"},
	{"years stay", "2023-2024学年", "2023-2024学年"},
	{"spoken years stay", "二零二三到二零二四学年", "二零二三到二零二四学年"},
	{"day stays", "2024-03-15的通知", "2024-03-15的通知"},
	{"spoken day stays", "二零二四年三月十五日", "二零二四年三月十五日"},
	{"standard stays", "GB/T 35273-2020", "GB/T 35273-2020"},
	{"standard stays joined", "GB50016-2014", "GB50016-2014"},
	{"words stay", "一带一路 三八妇女节 六一 八一 十一放假", "一带一路 三八妇女节 六一 八一 十一放假"},
	{"command stays", "找一下教育局，放大到百分之一百五十", "找一下教育局，放大到百分之一百五十"},
	{"account words stay", "微信公众号 wechat official account", "微信公众号 wechat official account"},
	{"English stays", "one stop service for two", "one stop service for two"},
	{"empty", "", ""},
	{"not UTF-8", "a\xff", "a?"},
}

func TestMask(t *testing.T) {
	for _, c := range maskCases {
		if got := Mask(c.in); got != c.want {
			t.Errorf("%s: Mask(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// FuzzMask: masking twice is masking once, and whatever comes in, no seven
// digits in a row come out, no ten with single separators in between, and no
// mail address.
func FuzzMask(f *testing.F) {
	for _, c := range maskCases {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := Mask(in)
		if again := Mask(out); again != out {
			t.Fatalf("%q became %q, then %q", in, out, again)
		}
		if n := longest(out, ""); n >= 7 {
			t.Fatalf("%q kept %d digits in a row: %q", in, n, out)
		}
		if n := longest(out, " -.　－"); n >= 10 {
			t.Fatalf("%q kept %d digits: %q", in, n, out)
		}
		if i := strings.Index(out, "@"); i > 0 && i+1 < len(out) && plain(out[i-1]) && plain(out[i+1]) {
			t.Fatalf("%q kept an address: %q", in, out)
		}
	})
}

// longest is the longest run of digits with at most one of the separators
// between two of them. It shares nothing with Mask.
func longest(s, seps string) (most int) {
	n, gap := 0, false
	for _, r := range s {
		switch {
		case unicode.IsNumber(r) || strings.ContainsRune("零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖", r):
			n, gap = n+1, false
			most = max(most, n)
		case !gap && n > 0 && strings.ContainsRune(seps, r):
			gap = true
		default:
			n, gap = 0, false
		}
	}
	return most
}

func plain(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}
