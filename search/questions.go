package search

import (
	"slices"
	"strings"
)

// wrappers are what people say around what they look for, longest first at
// each end. They are stripped from a query as long as something is left.
var (
	leadingWrappers = []string{"你好", "您好", "请帮我", "请给我", "帮我", "给我", "帮忙", "麻烦", "请问一下", "请问", "请",
		"我想要", "我想", "我要", "想要", "想", "搜索一下", "搜索", "搜一下", "搜一搜", "搜", "查询一下", "查一下", "查一查", "查找",
		"查询", "找一下", "找一找", "看一下", "看看", "了解一下", "咨询一下", "咨询", "问一下", "一下", "关于",
		"please search for", "please find", "search for", "please"}
	trailingWrappers = []string{"的相关信息", "的信息", "的内容", "谢谢", "好吗", "可以吗", "行吗", "please"}
)

// unwrap strips 「请帮我搜一下…谢谢」.
func unwrap(text []rune) []rune {
	s := strings.TrimSpace(string(text))
	for again := true; again; {
		again = false
		for _, w := range leadingWrappers {
			if rest, ok := strings.CutPrefix(s, w); ok && keeps(rest, w) {
				s, again = strings.TrimLeft(rest, " ,，、:："), true
			}
		}
		for _, w := range trailingWrappers {
			if rest, ok := strings.CutSuffix(s, w); ok && keeps(rest, w) {
				s, again = strings.TrimRight(rest, " ,，。?？"), true
			}
		}
	}
	return []rune(s)
}

// keeps tells whether enough is left of a query without a wrapper: two
// characters, and an English wrapper must end at a word.
func keeps(rest, wrapper string) bool {
	if wrapper[len(wrapper)-1] < 0x80 && rest != "" && rest[0] != ' ' {
		return false
	}
	return len([]rune(strings.TrimSpace(rest))) >= 2
}

// weakWords ask or connect and say nothing about the subject. They count
// little in ranking, so that a page need not have them.
var weakWords = strings.Fields(`如何 怎么样 怎样 怎么办 怎么 什么样 什么时候 什么时间 什么 为什么 为何 何时 何地 何种 有何 哪些 哪几 哪里 哪个 哪种 哪项 哪一
	多少 多久 几个 几种 是否 是不是 能否 能不能 可不可以 可否 可以 应该 应当如何 应如何 有没有 有无 吗 呢 吧 啊 请问 请 谁 我 你 您 他 她 它 我们 他们
	的 了 是 在 与 和 及 或 对 对于 关于 将 把 被 就 都 也 还 又 而 并 但 要 会 能 到 从 由 以 于 为 中 里 后 时 有 这 那 该 其 某 得 着 给 让 向 至 等 若 如果
	具体 主要 进行 方面 情况 情形 一些 哪 几 怎 何 么 需要 应 应当 做到 做 来说 指 属于 算 规定 怎么处理 如何处理 怎么认定 需 想 知道 问一下 需求 通过`)

var weakIndex = func() map[rune][][]rune {
	m := map[rune][][]rune{}
	for _, w := range weakWords {
		r := []rune(w)
		m[r[0]] = append(m[r[0]], r)
	}
	return m
}()

// weakRunes marks the characters that belong to weak words, the longest word
// at each place.
func weakRunes(text []rune) []bool { return markWeak(text, 1) }

// questionRunes marks those of weak words of two and more characters.
func questionRunes(text []rune) []bool { return markWeak(text, 2) }

func markWeak(text []rune, shortest int) []bool {
	weak := make([]bool, len(text))
	for i := 0; i < len(text); {
		best := 0
		for _, w := range weakIndex[text[i]] {
			if len(w) > best && len(w) >= shortest && i+len(w) <= len(text) && slices.Equal(text[i:i+len(w)], w) {
				best = len(w)
			}
		}
		for j := i; j < i+best; j++ {
			weak[j] = true
		}
		i += max(best, 1)
	}
	return weak
}
