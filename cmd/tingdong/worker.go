package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/vosk"
)

// workerCmd is the hidden subcommand that the speech pool starts: it decodes
// what comes through standard input (see package asr for the protocol) and
// ends when that does.
func workerCmd() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:    "worker",
		Short:  "Decode speech for a running service (started by it)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			out, err := takeStdout()
			if err != nil {
				return err
			}
			return asr.Serve(os.Stdin, out, 1, func() (asr.Opener, error) { return vosk.Load(dir) })
		},
	}
	cmd.Flags().StringVar(&dir, "model", "", "directory of the speech model")
	return cmd
}

// takeStdout keeps the pipe to the pool for frames alone: whatever a native
// library prints to standard output goes to standard error.
func takeStdout() (*os.File, error) {
	fd, err := syscall.Dup(int(os.Stdout.Fd()))
	if err != nil {
		return nil, fmt.Errorf("worker: standard output: %w", err)
	}
	if err := syscall.Dup3(int(os.Stderr.Fd()), int(os.Stdout.Fd()), 0); err != nil {
		return nil, fmt.Errorf("worker: standard output: %w", err)
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), "frames"), nil
}
