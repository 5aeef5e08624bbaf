package insights

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

func ask(h *Hot, query string, visitors int) {
	for i := range visitors {
		h.Add(query, fmt.Sprint("visitor ", i))
	}
}

func TestOnlyWhatManyAskIsShown(t *testing.T) {
	var h Hot
	ask(&h, "公积金", Visitors+3)
	ask(&h, "居住证", Visitors)
	ask(&h, "张三家的地址", Visitors-1)
	for range 100 {
		h.Add("我的秘密", "one visitor")
	}
	if got := h.Top(10); !slices.Equal(got, []string{"公积金", "居住证"}) {
		t.Fatalf("hot are %v", got)
	}
	if got := h.Top(1); !slices.Equal(got, []string{"公积金"}) {
		t.Fatalf("the hottest is %v", got)
	}
}

func TestWhatMayBePersonalIsNotCounted(t *testing.T) {
	var h Hot
	for _, q := range []string{"13800138000", "身份证440301", "a@b.cn", "我", "我要投诉楼上邻居每天半夜唱歌跳舞吵得睡不着", "", "  "} {
		ask(&h, q, 20)
	}
	if got := h.Top(10); len(got) != 0 {
		t.Fatalf("hot are %v", got)
	}
}

func TestQueriesCoolDown(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := Hot{Now: func() time.Time { return now }}
	ask(&h, "台风", 40)
	now = now.Add(5 * HalfLife)
	ask(&h, "学位", Visitors)
	if got := h.Top(2); !slices.Equal(got, []string{"学位", "台风"}) {
		t.Fatalf("after five half-lives %v", got)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var h Hot
	ask(&h, "公积金", 50)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 2 * maxQueries {
				h.Add(string(rune(0x4e00+i%20000))+string(rune(0x4e00+w)), "v")
			}
		})
	}
	wg.Wait()
	if len(h.queries) > maxQueries {
		t.Fatalf("%d queries are kept", len(h.queries))
	}
	if got := h.Top(1); !slices.Equal(got, []string{"公积金"}) {
		t.Fatalf("the hottest query was forgotten: %v", got)
	}
}
