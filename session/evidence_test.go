package session

import (
	"testing"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/intent"
)

func TestEvidence(t *testing.T) {
	heard := func(texts ...string) []asr.Hypothesis {
		var out []asr.Hypothesis
		for _, text := range texts {
			out = append(out, asr.Hypothesis{Text: text, Confidence: 1 / float64(len(texts))})
		}
		return out
	}
	with := func(open []asr.Hypothesis, text string, confidence float64) []asr.Hypothesis {
		return append(open, asr.Hypothesis{Text: text, Confidence: confidence})
	}
	for _, c := range []struct {
		name  string
		open  []asr.Hypothesis // of the open recogniser
		list  []asr.Hypothesis // all readings
		heard int              // the one that was understood
		slots map[string]any
		want  intent.Action
	}{
		{"to the letter", heard("打开 教育局"), heard("打开 教育局"), 0, nil, intent.Navigate},
		{"a short name, hardly", heard("府办", "复旦"), heard("府办", "复旦"), 0, nil, intent.Clarify},
		{"a short name, hardly, that both hear", heard("语音", "居民"), with(heard("语音", "居民"), "语音", 1), 0, nil, intent.Navigate},
		{"a short name, hardly, that the second hearing doubts", heard("语音", "居民"), with(heard("语音", "居民"), "语音", 0.6), 0, nil, intent.Search},
		{"a short name, hardly, where the second hears another", heard("语音", "居民"), with(heard("语音", "居民"), "预定", 1), 0, nil, intent.Search},
		{"a homophone", heard("打开 教育具"), heard("打开 教育具", "打开 教育局"), 1, nil, intent.Navigate},
		{"another command heard in a word", heard("中国"), heard("中国", "重说"), 1, nil, intent.Search},
		{"one syllable of many", heard("高", "找", "搞"), heard("高", "找", "搞", "好"), 3, nil, intent.None},
		{"nothing heard openly", nil, heard("教育局"), 0, nil, intent.None},
		{"free text agrees with itself", heard("于是中国", "玉石中国", "御史中国", "预约事业中国"),
			heard("于是中国", "玉石中国", "御史中国", "预约事业中国"), 3, map[string]any{"subject": "事业中国"}, intent.Search},
		{"a complaint is what was heard", heard("投诉物业乱收费", "投诉误业乱收费", "头诉物业乱收费"),
			heard("投诉物业乱收费", "投诉误业乱收费", "头诉物业乱收费"), 1, map[string]any{"subject": "物业乱收费"}, intent.Navigate},
	} {
		d := intent.Decision{Action: intent.Navigate, Candidates: []intent.Candidate{{Confidence: 1, Exact: true, Heard: c.heard, Slots: c.slots}}}
		if got := weigh(d, c.list, c.open, "zh-CN").Action; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
