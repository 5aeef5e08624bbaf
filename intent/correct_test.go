package intent

import "testing"

func TestMend(t *testing.T) {
	l := newLexicon(nil)
	for text, want := range map[string]string{
		"误业乱收费": "物业乱收费", "听水通知": "停水通知", "最新的房加政策": "最新的房价政策", "一保": "医保", "招聘老是": "招聘老师",
		// What is a word already stays, also across words.
		"办公室关于公园": "办公室关于公园", "意见": "意见", "公正处理": "公正处理", "visa": "visa", "": "", "房子": "房子", "工整": "工整",
	} {
		if got := l.mend(text); got != want {
			t.Errorf("mend(%s) = %s, want %s", text, got, want)
		}
	}
}
