package session

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/intent/phonetic"
)

func TestPeek(t *testing.T) {
	cols := shippedColumns(t)
	s := ears(t, cols)
	set := splicedCommands(t, cols)
	for _, ms := range []int{250, 400, 500, 600, 750, 900} {
		var n, some, right, prefix, live, liveRight int
		var cpu, full time.Duration
		for i, r := range set {
			if i%2 == 1 {
				continue
			}
			pcm := r.pcm()
			sp, ok := FindSpeech(speechtest.Rate, pcm)
			if !ok {
				continue
			}
			want := []rune(strings.ReplaceAll(r.name, " ", ""))
			cut := min(int((sp.Start+time.Duration(ms)*time.Millisecond).Seconds()*speechtest.Rate)*2, len(pcm))
			from := max(int((sp.Start-100*time.Millisecond).Seconds()*speechtest.Rate)*2, 0)
			rec, _ := s.Speech.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate})
			start := time.Now()
			rec.Accept(t.Context(), pcm[from:cut])
			u, _ := rec.Finish(t.Context())
			cpu += time.Since(start)
			rec.Close()
			n++
			if l := join([]asr.Utterance{u}); len(l) > 0 {
				some++
				got := []rune(strings.ReplaceAll(l[0].Text, " ", ""))
				if phonetic.Sound(string(got[0])) == phonetic.Sound(string(want[0])) {
					right++
				}
				if strings.HasPrefix(string(want), string(got)) {
					prefix++
				}
			}
			rec, _ = s.Speech.Open(t.Context(), asr.Options{SampleRate: speechtest.Rate})
			start = time.Now()
			p := ""
			for at := 0; at < len(pcm); at += 3200 {
				st, _ := rec.Accept(t.Context(), pcm[at:min(at+3200, len(pcm))])
				if at+3200 <= cut {
					p = st.Partial
				}
			}
			full += time.Since(start)
			rec.Close()
			if p != "" {
				live++
				if strings.HasPrefix(string(want), strings.ReplaceAll(p, " ", "")) {
					liveRight++
				}
			}
		}
		fmt.Printf("peek at %d ms: n %d, some text %d, first syllable right %d, to the letter %d; cpu %.1f ms each, whole %.1f ms; recogniser's own partial there %d right %d\n", ms, n, some, right, prefix, float64(cpu.Milliseconds())/float64(n), float64(full.Milliseconds())/float64(n), live, liveRight)
	}
}
