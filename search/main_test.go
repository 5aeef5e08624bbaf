package search

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// Bleve's analysis workers live as long as the program.
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}
