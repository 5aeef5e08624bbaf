package asr

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// Config says how a Pool works. The zero value of each field but Models means
// the default that is named.
type Config struct {
	// Models are loaded side by side. The first one is the default.
	Models []Model
	// Workers is the number of processes for each model; one per CPU.
	Workers int
	// Command makes the command that starts a worker for the model in dir:
	// by default this program's own hidden subcommand,
	// "worker --model DIR".
	Command func(dir string) *exec.Cmd
	// MaxStreams is the most streams a worker holds; 128.
	MaxStreams int
	// MaxLoad is the share of a worker's CPU that admitted streams may be
	// expected to take; 0.6: the rest is for the doors, for bursts and for
	// those who must be refused.
	MaxLoad float64
	// MaxWait is the longest present wait for the CPU at which a further
	// stream is still admitted; 50 ms.
	MaxWait time.Duration
	// StartTimeout is how long loading a model may take; 2 minutes.
	StartTimeout time.Duration
	// RequestTimeout is how long an answer may take before the worker is
	// taken for hung and replaced; 15 s.
	RequestTimeout time.Duration
	// MaxGrowth is by how many bytes a worker's memory may exceed what it was
	// when the worker was ready, before it is replaced; 1 GiB.
	MaxGrowth int64
	// Logf, when set, is told of lost and replaced workers; never of what a
	// visitor said.
	Logf func(format string, args ...any)
}

// Model is one model for the pool.
type Model struct {
	// Name is what Options.Model says.
	Name string
	// Dir is the model's directory.
	Dir string
	// Language is a BCP 47 tag, for ForLanguage.
	Language string
}

func (c *Config) setDefaults() error {
	c.Workers = orDefault(c.Workers, runtime.NumCPU())
	c.MaxStreams = orDefault(c.MaxStreams, 128)
	c.MaxLoad = orDefault(c.MaxLoad, 0.6)
	c.MaxWait = orDefault(c.MaxWait, 50*time.Millisecond)
	c.StartTimeout = orDefault(c.StartTimeout, 2*time.Minute)
	c.RequestTimeout = orDefault(c.RequestTimeout, 15*time.Second)
	c.MaxGrowth = orDefault(c.MaxGrowth, 1<<30)
	if c.Logf == nil {
		c.Logf = func(string, ...any) {}
	}
	if c.Command != nil {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("speech pool: cannot find this program to start workers: %w", err)
	}
	c.Command = func(dir string) *exec.Cmd { return exec.Command(self, "worker", "--model", dir) }
	return nil
}

func orDefault[T int | int64 | float64 | time.Duration](value, fallback T) T {
	if value > 0 {
		return value
	}
	return fallback
}
