package journal

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// writeUntilKilled is the body of the child process: it appends numbered
// batches and saves a revision for each, and prints each number only after
// both were acknowledged.
func writeUntilKilled(dir string) {
	ctx := context.Background()
	j, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	next, err := j.LastDocument(ctx)
	for err == nil {
		next++
		if _, err = j.AppendDocuments(ctx, fmt.Appendf(nil, "%d", next)); err == nil {
			_, err = j.Put(ctx, Grammars, Save{Key: "zh-CN", Value: fmt.Appendf(nil, "%d", next)})
		}
		if err == nil {
			fmt.Println("ack", next)
		}
	}
	fmt.Println("error", err)
	os.Exit(1)
}

// TestKilledWhileWriting kills a writing process with SIGKILL at random
// moments: nothing that it saw acknowledged may be missing afterwards.
// TINGDONG_KILLS sets the number of rounds (the promise is tested with 100).
func TestKilledWhileWriting(t *testing.T) {
	rounds := 5
	if n, err := strconv.Atoi(os.Getenv("TINGDONG_KILLS")); err == nil {
		rounds = n
	}
	dir := t.TempDir()
	for round := range rounds {
		acked := killRound(t, dir)
		j := openTest(t, dir)
		last, err := j.LastDocument(t.Context())
		if err != nil || last < acked {
			t.Fatalf("round %d: %d batches acknowledged, %d kept (%v)", round, acked, last, err)
		}
		r, err := j.Get(t.Context(), Grammars, "zh-CN")
		if n, _ := strconv.ParseUint(string(r.Value), 10, 64); err != nil || n < acked {
			t.Fatalf("round %d: revision %d acknowledged, %q kept (%v)", round, acked, r.Value, err)
		}
		j.Close()
	}
}

func killRound(t *testing.T, dir string) (acked uint64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TINGDONG_TEST_WRITER="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	watchdog := time.AfterFunc(60*time.Second, func() { cmd.Process.Kill() })
	defer watchdog.Stop()
	killAfter := 1 + rand.IntN(30)
	sc := bufio.NewScanner(out)
	for n := 0; sc.Scan(); {
		s, ok := strings.CutPrefix(sc.Text(), "ack ")
		if !ok {
			t.Fatal(sc.Text())
		}
		acked, _ = strconv.ParseUint(s, 10, 64)
		if n++; n == killAfter {
			cmd.Process.Kill()
		}
	}
	cmd.Wait()
	if acked == 0 {
		t.Fatal("the writer acknowledged nothing")
	}
	return acked
}
