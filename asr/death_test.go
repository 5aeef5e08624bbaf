package asr_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
)

// parent is a service that starts workers, names them, and waits.
func parent(dir string) error {
	pool, err := asr.NewPool(asr.Config{Models: []asr.Model{{Name: "m", Dir: dir}}, Workers: 2, Command: command("true")})
	if err != nil {
		return err
	}
	if err := pool.Wait(context.Background()); err != nil {
		return err
	}
	for _, w := range pool.Stats().Workers {
		fmt.Println(w.PID)
	}
	select {}
}

// Workers die with the service, however it dies.
func TestWorkersDieWithTheService(t *testing.T) {
	cmd := exec.Command(os.Args[0], speechtest.Model(t))
	cmd.Env = append(os.Environ(), roleVariable+"=parent")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []string
	for lines := bufio.NewScanner(out); len(pids) < 2 && lines.Scan(); {
		pids = append(pids, lines.Text())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the service ended by itself")
	}
	if len(pids) != 2 {
		t.Fatalf("workers %q", pids)
	}
	for _, pid := range pids {
		for alive(pid) {
			if t.Context().Err() != nil {
				t.Fatalf("worker %s lives on", pid)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// alive says whether a process runs; one that only waits to be reaped does
// not.
func alive(pid string) bool {
	raw, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(raw), ") ")
	return !strings.HasPrefix(after, "Z") && !strings.HasPrefix(after, "X")
}
