package analysis

import (
	"strings"
	"testing"

	"github.com/tingdong/tingdong/zhtext"
)

func TestWords(t *testing.T) {
	w := LoadWords([]string{"梅沙湾云服务"})
	for in, want := range map[string]string{
		"住房公积金新规":  "住房公积金 公积金",
		"梅沙湾云服务开通": "梅沙湾云服务",
		"教育":       "",
	} {
		var got []string
		text := []rune(in)
		w.Long(text, func(i, j int) { got = append(got, string(text[i:j])) })
		if strings.Join(got, " ") != want {
			t.Errorf("%s has the words %q, want %q", in, got, want)
		}
	}
	if New(nil).Fingerprint() == New([]string{"新词"}).Fingerprint() {
		t.Error("another dictionary has the same fingerprint")
	}
}

func TestCount(t *testing.T) {
	c := New(nil).Count(zhtext.Runes("Running 公积金, 税 2017年 ＲＵＮＳ", 0))
	for term, n := range map[string]int{"run": 2, "公积": 1, "积金": 1, "公积金": 1, "税": 1, "2017": 1, "年": 1} {
		if c.Terms[term] != n {
			t.Errorf("%q counts %d, want %d; all: %v", term, c.Terms[term], n, c.Terms)
		}
	}
}

func FuzzSegment(f *testing.F) {
	w := LoadWords(nil)
	for _, s := range []string{"公积金提取", "𠀀字", "a公b", "\xff公"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := zhtext.Runes(s, 0)
		Runs(text, func(k Kind, from, to int) {
			if k != Han {
				return
			}
			at := 0
			w.Segment(text[from:to], func(i, j int) {
				if i != at || j <= i {
					t.Fatalf("word %d…%d after %d in %q", i, j, at, string(text[from:to]))
				}
				at = j
			})
			if at != to-from {
				t.Fatalf("words end at %d of %d in %q", at, to-from, string(text[from:to]))
			}
		})
		DocNo(s)
		FindDocNo(s)
		CitedDocNos(s, 3)
	})
}
