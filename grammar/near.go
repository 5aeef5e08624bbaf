package grammar

// nearest is the name in names that differs least from s, empty when none is
// near: at most a third of the characters may differ, and at least one may.
func nearest(s string, names []string) string {
	best, bestCost := "", 0
	for _, n := range names {
		limit := max(1, max(len([]rune(s)), len([]rune(n)))/3)
		if c := distance(s, n); c <= limit && (best == "" || c < bestCost || c == bestCost && n < best) {
			best, bestCost = n, c
		}
	}
	return best
}

// distance is the edit distance in characters with swaps of neighbours as one
// edit (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 1 << 20 // names are short; do not spend time on what is none
	}
	prev2, prev, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(y)]
}
