package search

import "slices"

// Official titles put their subject into a frame: 某某人民政府关于印发《…》的通知.
// Who asks for the subject means that document as much as one titled by the
// subject alone.
var (
	titleAbout = []rune("关于")
	titleVerbs = [][]rune{[]rune("印发"), []rune("转发"), []rune("批转"), []rune("发布"), []rune("公布"), []rune("下发"), []rune("修订"), []rune("同意")}
	titleKinds = [][]rune{[]rune("的通知"), []rune("的批复"), []rune("的公告"), []rune("的通报"), []rune("的复函"), []rune("的函"), []rune("通知")}
)

// longestIssuer bounds where a title's 关于 may begin: behind the names of
// those who issued it.
const longestIssuer = 40

// subject gives where the subject of a folded title begins and ends.
func subject(title []rune) (from, to int) {
	to = len(title)
	for i := 0; i+2 <= min(to, longestIssuer); i++ {
		if slices.Equal(title[i:i+2], titleAbout) {
			from = i + 2
			break
		}
	}
	for _, v := range titleVerbs {
		if from+len(v) <= to && slices.Equal(title[from:from+len(v)], v) {
			from += len(v)
			break
		}
	}
	for _, k := range titleKinds {
		if to-len(k) > from && slices.Equal(title[to-len(k):to], k) {
			to -= len(k)
			break
		}
	}
	for from < to && title[from] == '《' {
		from++
	}
	for from < to && title[to-1] == '》' {
		to--
	}
	return from, to
}
