package phonetic

import "testing"

func TestSound(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"权力清单", "权利清单"}, {"食品安全", "视频安全"}, {"南山", "兰山"}, {"福州", "湖州"}, {"政务公开", "正务公开"},
		{"APP下载", "app 下载"}, {"後退", "后腿"},
	} {
		if Sound(c.a) != Sound(c.b) {
			t.Errorf("Sound(%s) = %q, Sound(%s) = %q", c.a, Sound(c.a), c.b, Sound(c.b))
		}
	}
	if Sound("教育局") == Sound("教育部") {
		t.Error("局 and 部 do not sound alike")
	}
}

func TestCost(t *testing.T) {
	for _, c := range []struct {
		a, b     rune
		low, top float32
	}{
		{'首', '首', 0, 0}, {'首', '手', 0.01, 0.04}, {'食', '视', 0.05, 0.08}, {'诉', '书', 0.1, 0.3}, {'南', '兰', 0.1, 0.3},
		{'湖', '福', 0.1, 0.3}, {'花', '发', 0.1, 0.3}, {'心', '星', 0.1, 0.3}, {'行', '航', 0, 0.1}, {'邦', '胖', 0.3, 0.5}, {'教', '局', 0.7, 1}, {'小', 'x', 1, 1},
	} {
		got := Cost(c.a, c.b)
		if got < c.low || got > c.top || got != Cost(c.b, c.a) {
			t.Errorf("Cost(%c, %c) = %.2f, want %.2f…%.2f", c.a, c.b, got, c.low, c.top)
		}
	}
}

func TestClassCost(t *testing.T) {
	for i := 1; i < len(initials); i++ {
		for f := 1; f < len(finals); f++ {
			for j := range initials {
				for g := 1; g < len(finals); g++ {
					a, b := Reading(i<<6|f), Reading(j<<6|g)
					if a.Class() != b.Class() && costs.syllableCost(i, f, j, g)+costHomophone < ClassCost-0.14 {
						t.Fatalf("%s%s and %s%s cost %.2f but have different classes", initials[i], finals[f], initials[j], finals[g], costs.syllableCost(i, f, j, g))
					}
				}
			}
		}
	}
}

func TestWordCost(t *testing.T) {
	for _, c := range []struct {
		a, b     string
		low, top float32
	}{
		{"home", "home", 0, 0}, {"chinese", "chinees", 0.05, 0.3}, {"home", "whole", 0.2, 0.7}, {"visa", "viza", 0.05, 0.3},
		{"extension", "attention", 0.2, 0.7}, {"map", "government", 0.8, 1},
	} {
		if got := WordCost(c.a, c.b); got < c.low || got > c.top {
			t.Errorf("WordCost(%s, %s) = %.2f, want %.2f…%.2f", c.a, c.b, got, c.low, c.top)
		}
	}
}
