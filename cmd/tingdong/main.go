// Command tingdong is the voice navigation and search service for portals.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:])) }

// Exit codes: 0 done, 1 failed, 2 called wrongly.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := rootCmd()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var usage *usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(os.Stderr, "tingdong: %v\n", err)
		return 2
	}
	if !errors.Is(err, errReported) {
		fmt.Fprintf(os.Stderr, "tingdong: %v\n", err)
	}
	return 1
}

// usageError is a call with wrong flags or arguments.
type usageError struct{ error }

// errReported is a failure whose reason has been printed already.
var errReported = errors.New("failed")
