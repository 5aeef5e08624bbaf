package asr_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/asr/vosk"
)

// The test binary is its own worker: started with roleVariable set it serves
// the pipe, truly or misbehaving.
const roleVariable = "TINGDONG_TEST_WORKER"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := work(role, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func work(role, dir string) error {
	load := func() (asr.Opener, error) { return vosk.Load(dir) }
	switch role {
	case "parent":
		return parent(dir)
	case "true":
	default:
		return misbehave(role, load)
	}
	return asr.Serve(os.Stdin, os.Stdout, 1, load)
}

// command starts this test binary as a worker.
func command(role string) func(string) *exec.Cmd {
	return func(dir string) *exec.Cmd {
		cmd := exec.Command(os.Args[0], dir)
		cmd.Env = append(os.Environ(), roleVariable+"="+role)
		return cmd
	}
}

func startPool(t testing.TB, config asr.Config) *asr.Pool {
	t.Helper()
	if config.Models == nil {
		config.Models = []asr.Model{{Name: "starter-zh", Dir: speechtest.Model(t), Language: "zh-CN"}}
	}
	if config.Command == nil {
		config.Command = command("true")
	}
	if config.Workers == 0 {
		config.Workers = 2
	}
	if config.MaxLoad == 0 { // a machine with other work to do must not fail a test
		config.MaxLoad, config.MaxWait = 1000, time.Hour
	}
	pool, err := asr.NewPool(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := pool.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return pool
}

func ready(t testing.TB, pool *asr.Pool) *asr.Pool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := pool.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if !pool.Ready() {
		t.Fatal("not ready after Wait")
	}
	return pool
}

// listen feeds pcm and returns the best texts without spaces, joined by "|".
// between is called before each piece.
func listen(r asr.Recognizer, pcm []byte, size int, between func(piece int)) (string, error) {
	var heard []string
	keep := func(u asr.Utterance) {
		if len(u.Alternatives) > 0 && u.Alternatives[0].Text != "" {
			heard = append(heard, strings.ReplaceAll(u.Alternatives[0].Text, " ", ""))
		}
	}
	n := 0
	for piece := range slices.Chunk(pcm, size) {
		if between != nil {
			between(n)
		}
		n++
		step, err := r.Accept(context.Background(), piece)
		if err != nil {
			return "", err
		}
		if step.Utterance != nil {
			keep(*step.Utterance)
		}
		for _, u := range step.More {
			keep(u)
		}
	}
	u, err := r.Finish(context.Background())
	if err != nil {
		return "", err
	}
	keep(u)
	return strings.Join(heard, "|"), nil
}

func open(t testing.TB, opener asr.Opener, o asr.Options) asr.Recognizer {
	t.Helper()
	if o.SampleRate == 0 {
		o.SampleRate = speechtest.Rate
	}
	r, err := opener.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What the pool hears is what the bare binding hears: N-best, times, scores.
func TestPoolHearsWhatTheBindingHears(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{}))
	model, err := vosk.Load(speechtest.Model(t))
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	pcm := speechtest.Spoken(t, "企业服务", 0)
	for _, o := range []asr.Options{
		{SampleRate: 16000},
		{SampleRate: 16000, Alternatives: 5, Words: true},
		{SampleRate: 16000, Phrases: []string{"企业 服务", "打开 企业 服务", "Xyzzy", "[unk]"}},
	} {
		var both [2]string
		for i, opener := range []asr.Opener{model, pool} {
			r := open(t, opener, o)
			if _, err := r.Accept(t.Context(), pcm); err != nil {
				t.Fatal(err)
			}
			u, err := r.Finish(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			both[i] = fmt.Sprintf("%+v %q", u, r.(asr.Restricted).Unknown())
			r.Close()
		}
		if both[0] != both[1] || !strings.Contains(both[0], "企业") {
			t.Errorf("%+v:\nbinding %s\npool    %s", o, both[0], both[1])
		}
	}
}

// The promise: a worker killed in the middle of an utterance costs nothing.
func TestWorkerKilledMidUtterance(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	pool := ready(t, startPool(t, asr.Config{}))
	pcm := speechtest.Synthetic(t, "da3 kai1 jiao4 yu4 ju2", "")
	const streams = 4
	pieces := (len(pcm) + 3199) / 3200
	for round := range rounds {
		var wait sync.WaitGroup
		for i := range streams {
			r := open(t, pool, asr.Options{})
			wait.Go(func() {
				defer r.Close()
				got, err := listen(r, pcm, 3200, func(piece int) {
					if i == 0 && piece == 1+round%(pieces-1) {
						killOne(t, pool)
					}
				})
				if err != nil || got != "打开教育局" {
					t.Errorf("round %d, stream %d: heard %q, %v", round, i, got, err)
				}
			})
		}
		wait.Wait()
	}
	var restarts uint64
	for _, w := range pool.Stats().Workers {
		restarts += w.Restarts
	}
	if restarts < uint64(rounds)/2 {
		t.Errorf("%d restarts in %d rounds: the workers were not killed", restarts, rounds)
	}
}

func killOne(t testing.TB, pool *asr.Pool) {
	busiest := asr.WorkerStats{}
	for _, w := range pool.Stats().Workers {
		if w.PID != 0 && (busiest.PID == 0 || w.Streams > busiest.Streams) {
			busiest = w
		}
	}
	if busiest.PID == 0 {
		t.Error("no worker to kill")
		return
	}
	if err := syscall.Kill(busiest.PID, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

func TestOpenErrors(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{Workers: 1}))
	for name, o := range map[string]asr.Options{
		"rate":          {SampleRate: 22050},
		"empty list":    {SampleRate: 16000, Phrases: []string{}},
		"unknown words": {SampleRate: 16000, Phrases: []string{"Xyzzy"}},
		"no such model": {SampleRate: 16000, Model: "klingon"},
	} {
		if _, err := pool.Open(t.Context(), o); !errors.Is(err, asr.ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := pool.Stats(); s.Streams != 0 || s.Workers[0].Streams != 0 || s.Workers[0].Restarts != 0 {
		t.Errorf("refused streams left something behind: %+v", s)
	}
}

func TestMaxStreamsIsBusy(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{Workers: 1, MaxStreams: 2}))
	a, b := open(t, pool, asr.Options{}), open(t, pool, asr.Options{})
	defer a.Close()
	if _, err := pool.Open(t.Context(), asr.Options{SampleRate: 16000}); !errors.Is(err, asr.ErrBusy) {
		t.Errorf("third stream: %v", err)
	}
	extra := open(t, pool, asr.Options{Admitted: true})
	extra.Close()
	b.Close()
	open(t, pool, asr.Options{}).Close()
	if s := pool.Stats(); s.Refused != 1 || s.Streams != 1 {
		t.Errorf("%+v", s)
	}
}

// Closing waits for open streams, refuses new ones, and ends every process.
func TestCloseDrains(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{Workers: 1}))
	pcm := speechtest.Synthetic(t, "wo3 yao4 tou2 su4", "")
	r := open(t, pool, asr.Options{})
	pid := pool.Stats().Workers[0].PID
	closed := make(chan error, 1)
	go func() { closed <- pool.Close(context.Background()) }()
	for {
		extra, err := pool.Open(t.Context(), asr.Options{SampleRate: 16000})
		if errors.Is(err, asr.ErrClosed) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		extra.Close()
	}
	if got, err := listen(r, pcm, 3200, nil); got != "我要投诉" {
		t.Errorf("while draining: heard %q, %v", got, err)
	}
	r.Close()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("worker %d is still there: %v", pid, err)
	}
}

func TestCloseDeadlineCutsStreamsOff(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{Workers: 1}))
	r := open(t, pool, asr.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := pool.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("close: %v", err)
	}
	if _, err := r.Accept(t.Context(), speechtest.Silence(100)); !errors.Is(err, asr.ErrClosed) {
		t.Errorf("accept after the end: %v", err)
	}
	r.Close()
}

// Many streams at once, as fast as they can send, with two kinds of grammar:
// each gets its own text, and the queues stay as short as the streams are.
func TestManyStreams(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{}))
	clips := map[string][]byte{
		"打开教育局": speechtest.Synthetic(t, "da3 kai1 jiao4 yu4 ju2", ""),
		"我要投诉":  speechtest.Synthetic(t, "wo3 yao4 tou2 su4", ""),
	}
	phrases := []string{"打开 教育局", "我要 投诉", "[unk]"}
	var wait sync.WaitGroup
	for i := range 24 {
		for want, pcm := range clips {
			wait.Go(func() {
				o := asr.Options{SampleRate: speechtest.Rate}
				if i%2 == 0 {
					o.Phrases = phrases
				}
				r, err := pool.Open(t.Context(), o)
				if err != nil {
					t.Error(err)
					return
				}
				defer r.Close()
				if got, err := listen(r, pcm, 3200, nil); err != nil || got != want {
					t.Errorf("heard %q, want %q, %v", got, want, err)
				}
			})
		}
	}
	wait.Wait()
	for _, w := range pool.Stats().Workers {
		if w.Restarts != 0 || w.Streams != 0 || w.Pending != 0 {
			t.Errorf("%+v", w)
		}
	}
}
