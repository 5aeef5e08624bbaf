package grammar

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// syllables is enough pinyin for the tests below; the service brings its own.
var syllables = map[rune]string{'权': "quan", '力': "li", '利': "li", '清': "qing", '单': "dan", '食': "shi", '视': "shi",
	'品': "pin", '频': "pin", '安': "an", '全': "quan", '首': "shou", '手': "shou", '页': "ye"}

func sound(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(syllables[r] + " ")
	}
	return b.String()
}

func TestSoundsAlike(t *testing.T) {
	got := findings(t, oneSentence("'打开{l}'", "      - sentences: [首页]\n      - sentences: [手页]\nlists:\n  l:\n    values:\n"+
		"      - 权力清单\n      - 权利清单\n      - {in: 食品安全, out: same}\n      - {in: 视频安全, out: same}\n"), Options{Sound: sound})
	want := []string{"8:21 sounds-alike", "13:9 sounds-alike"}
	if !sameSet(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	columns := NewColumns([]*Column{{ID: "a", Name: "食品安全", Aliases: []string{"视频安全"}}, {ID: "b", Name: "权力清单"},
		{ID: "c", Name: "权利清单", Aliases: []string{"食品安全"}}})
	diags := columns.Check("columns.yaml", Options{Sound: sound})
	if len(diags) != 3 || diags[0].Code != "ambiguous-name" || !strings.Contains(diags.Error(), "权利清单") {
		t.Errorf("columns: %v", diags)
	}
}

func TestOutOfVocabulary(t *testing.T) {
	words := []string{"打开", "首页", "一", "下", "go", "home"}
	known := func(w string) bool { return slices.Contains(words, w) }
	tests := []struct {
		template string
		want     []string
	}{
		{"打开首页", nil},
		{"打开一下首页", nil},
		{"打开氹仔首页", []string{"氹仔"}},
		{"氹打开仔", []string{"氹", "仔"}},
		{"Go 首页 HOME", nil},
		{"go hmoe 100", []string{"hmoe"}},
	}
	for _, tt := range tests {
		f, _ := Parse("t", []byte(oneSentence(tt.template, "")))
		var got []string
		for _, d := range Check(f, Options{Vocabulary: known}) {
			if d.Code == "out-of-vocabulary" {
				_, part, _ := strings.Cut(d.Message.ZH, "「")
				part, _, _ = strings.Cut(part, "」")
				got = append(got, part)
			}
		}
		slices.Sort(got)
		slices.Sort(tt.want)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %q, want %q", tt.template, got, tt.want)
		}
	}
}

// TestCheckRealGrammar: the whole public zh-CN grammar has no error once the
// lists of its calls are named.
func TestCheckRealGrammar(t *testing.T) {
	f, _ := Parse("grammar_zh-CN.json", sharedFile(t, "conformance/ha-intents/grammar_zh-CN.json"))
	start := time.Now()
	diags := Check(f, Options{Lists: []string{"name", "area", "floor"}})
	t.Logf("checked in %v", time.Since(start))
	codes := map[string]int{}
	for _, d := range diags {
		codes[d.Code]++
	}
	t.Log(codes)
	if diags.HasErrors() {
		t.Error(diags.Err())
	}
}
