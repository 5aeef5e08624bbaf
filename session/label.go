package session

import (
	"fmt"
	"strings"

	"github.com/tingdong/tingdong/intent"
)

// controlLabels name the controls for the visitor who is asked back, Chinese
// and English. {} is the control's number.
var controlLabels = map[string][2]string{
	"home": {"回到首页", "Home page"}, "prev_page": {"上一页", "Previous page"}, "next_page": {"下一页", "Next page"},
	"history_back": {"返回刚才的页面", "Back to where you were"}, "up": {"返回上一级", "Up one level"},
	"goto_page": {"第 {} 页", "Page {}"}, "last_page": {"最后一页", "Last page"}, "reload": {"刷新页面", "Reload the page"},
	"scroll": {"滚动页面", "Scroll the page"}, "scroll_top": {"回到顶部", "Top of the page"},
	"zoom_in": {"放大字体", "Larger text"}, "zoom_out": {"缩小字体", "Smaller text"}, "zoom_reset": {"恢复字体大小", "Normal text size"},
	"zoom_set": {"字体 {}%", "Text at {}%"}, "read_start": {"朗读页面", "Read aloud"}, "read_stop": {"停止朗读", "Stop reading"},
	"rate": {"调整语速", "Change the speed of reading"}, "volume": {"调整音量", "Change the volume"},
	"contrast": {"高对比度", "High contrast"}, "a11y_on": {"打开无障碍", "Accessibility on"}, "a11y_off": {"关闭无障碍", "Accessibility off"},
	"elder_mode": {"长辈版", "Elder mode"}, "print": {"打印页面", "Print the page"}, "open_item": {"打开第 {} 条", "Open result {}"},
	"lang": {"切换语言", "Change the language"}, "exit": {"退出", "Exit"}, "cancel": {"取消", "Cancel"}, "help": {"帮助", "Help"},
	"confirm": {"对", "Yes"}, "reject": {"不对", "No"}, "pick": {"第 {} 个", "Number {}"}, "repeat": {"再说一遍", "Say it again"},
}

// controlLabel is what a choice of c is called. Two choices of one question
// must not read alike, so it is not the visitor's own words.
func controlLabel(c *intent.ControlCall, lang string) string {
	label := phrase(lang, controlLabels[c.Name][0], controlLabels[c.Name][1])
	number := ""
	for _, arg := range []string{"page", "percent", "index"} {
		if v, ok := c.Args[arg]; ok {
			number = fmt.Sprint(v)
		}
	}
	switch dir := c.Args["dir"]; dir {
	case "up":
		return phrase(lang, "向上滚动", "Scroll up")
	case "down":
		return phrase(lang, "向下滚动", "Scroll down")
	}
	if label == "" {
		return c.Name
	}
	return strings.ReplaceAll(label, "{}", number)
}
