package analysis

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

func TestLoadDev(t *testing.T) {
	var a, b runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&a)
	t0 := time.Now()
	w := LoadWords(nil)
	d := time.Since(t0)
	runtime.GC()
	runtime.ReadMemStats(&b)
	fmt.Println(d, (b.HeapAlloc-a.HeapAlloc)>>20, "MB")
	text := []rune("深圳市盐田区住房公积金管理委员会关于印发不动产权证书办理指南的通知持有大量信用卡的行为是否属于诈骗罪的预备")
	w.Segment(text, func(i, j int) { fmt.Print(string(text[i:j]), "/") })
	fmt.Println()
	w.Long(text, func(i, j int) { fmt.Print(string(text[i:j]), " ") })
	t0 = time.Now()
	for range 1000 {
		w.Segment(text, func(i, j int) {})
	}
	fmt.Println(float64(len(string(text))*1000)/time.Since(t0).Seconds()/1e6, "MB/s")
}
