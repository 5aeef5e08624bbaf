package intent

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/tingdong/tingdong/grammar"
)

// syllableNames makes n distinct column names of 4 to 9 characters from the
// characters of the shipped column names, in a fixed order.
func syllableNames(n int) []string {
	src := grammar.ShippedColumns()
	columns, _ := grammar.ParseColumns(src.Name, src.Data)
	var chars []rune
	for _, c := range columns.Lang("zh") {
		chars = append(chars, []rune(c.Name)...)
	}
	seed := uint32(2024)
	next := func(k int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>8) % k
	}
	seen := map[string]bool{}
	var out []string
	for len(out) < n {
		name := make([]rune, 4+next(6))
		for i := range name {
			name[i] = chars[next(len(chars))]
		}
		if s := string(name); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// largeMatcher compiles the shipped grammars over n columns.
func largeMatcher(t testing.TB, n int) (*Matcher, []string) {
	var rows []*grammar.Column
	names := syllableNames(n)
	for i, name := range names {
		rows = append(rows, &grammar.Column{ID: fmt.Sprint("c", i), Name: name, Lang: "zh-CN", URL: "/"})
	}
	m, err := Compile(shippedFiles(t), grammar.NewColumns(rows))
	if err != nil {
		t.Fatal(err)
	}
	return m, names
}

// BenchmarkDecide prints percentiles of the time of one decision: names said
// rightly, misheard (one character replaced by another) and commands.
func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{158, 5000, 50000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			m, names := largeMatcher(b, n)
			compile := time.Since(start)
			runtime.GC()
			runtime.ReadMemStats(&after)
			texts := benchTexts(names)
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				at := time.Now()
				ask(m, texts[i%len(texts)])
				took = append(took, time.Since(at))
			}
			if os.Getenv("SLOW") != "" {
				printSlow(m, texts)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(compile.Milliseconds()), "compile-ms")
			b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/1e6, "MB")
		})
	}
}

func benchTexts(names []string) []string {
	var out []string
	for i := range 400 {
		name := []rune(names[i*7919%len(names)])
		out = append(out, "打开"+string(name), string(name), "帮我找一下"+string(name)+"栏目")
		name[i%len(name)] = []rune("食品视频权力权利公开")[i%10]
		out = append(out, "我想看"+string(name), "请打开"+string(name[:len(name)-1]))
		out = append(out, "放大到百分之一百五十", "投诉物业乱收费", "最近有什么关于新能源汽车补贴的通知", "第两页")
	}
	return out
}

// printSlow prints the texts that take longest, each at its best of nine.
func printSlow(m *Matcher, texts []string) {
	type row struct {
		text string
		took time.Duration
	}
	var rows []row
	for _, text := range texts {
		best := time.Hour
		for range 9 {
			at := time.Now()
			ask(m, text)
			best = min(best, time.Since(at))
		}
		rows = append(rows, row{text, best})
	}
	slices.SortFunc(rows, func(a, b row) int { return int(b.took - a.took) })
	fmt.Println("best of nine: p50", rows[len(rows)/2].took, "p99", rows[len(rows)/100].took)
	for _, r := range rows[:12] {
		fmt.Println(r.took, r.text)
	}
}
