package eval

import (
	"context"
	"os"
	"testing"
)

func TestDev(t *testing.T) {
	if os.Getenv("DEV") == "" {
		t.Skip()
	}
	if err := Run(context.Background(), Options{Data: "../../../shared/search", Only: os.Getenv("DEV"), Out: os.Stdout, Log: os.Stderr}); err != nil {
		t.Fatal(err)
	}
}
