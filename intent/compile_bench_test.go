package intent

import "testing"

// BenchmarkCompile compiles the shipped grammars over 5,000 columns.
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		largeMatcher(b, 5000)
	}
}
