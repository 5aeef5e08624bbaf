package asr_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
)

// misbehave serves the pipe until the eighth answer and then goes wrong.
func misbehave(role string, load func() (asr.Opener, error)) error {
	switch role {
	case "dies at once":
		return errors.New("no luck today")
	case "garbage at once":
		fmt.Println("Hello! This is not a frame.")
		time.Sleep(time.Minute)
	case "aborts every time":
		return asr.Serve(os.Stdin, &faulty{role: "aborts"}, 1, load)
	case "cannot decode once":
		return asr.Serve(os.Stdin, os.Stdout, 1, func() (asr.Opener, error) {
			opener, err := load()
			return &flaky{Opener: opener}, err
		})
	}
	if again, err := os.OpenFile(os.Getenv("TINGDONG_TEST_ONCE"), os.O_CREATE|os.O_EXCL, 0o600); err == nil {
		again.Close() // the first worker of a test misbehaves, the next one does not
		return asr.Serve(os.Stdin, &faulty{role: role}, 1, load)
	}
	return asr.Serve(os.Stdin, os.Stdout, 1, load)
}

type faulty struct {
	role  string
	count atomic.Int32
	hoard []byte
}

func (f *faulty) Write(b []byte) (int, error) {
	if f.count.Add(1) < 8 {
		return os.Stdout.Write(b)
	}
	switch f.role {
	case "hangs":
		select {}
	case "aborts":
		panic("assertion failed")
	case "writes garbage":
		return os.Stdout.Write(bytes.Repeat([]byte("garbage "), 100))
	case "cuts frames off":
		os.Stdout.Write(b[:len(b)-1])
		os.Exit(0)
	case "closes its output":
		os.Stdout.Close()
		return len(b), nil
	case "answers the wrong stream":
		b = bytes.Clone(b)
		b[5]++
	case "announces a huge frame":
		b = append([]byte{0xff, 0xff, 0xff, 0x7f}, b[4:]...)
	case "grows":
		f.hoard = bytes.Repeat([]byte{1}, 200<<20)
	}
	return os.Stdout.Write(b)
}

// flaky makes recognizers of which one fails at one piece of audio, as
// libvosk does when it returns −1.
type flaky struct {
	asr.Opener
	pieces atomic.Int32
}

type flakyRecognizer struct {
	asr.Recognizer
	flaky *flaky
}

func (f *flaky) Open(ctx context.Context, o asr.Options) (asr.Recognizer, error) {
	r, err := f.Opener.Open(ctx, o)
	return flakyRecognizer{r, f}, err
}

func (r flakyRecognizer) Accept(ctx context.Context, pcm []byte) (asr.Step, error) {
	if r.flaky.pieces.Add(1) == 5 { // the warm-up takes two
		return asr.Step{}, errors.New("−1")
	}
	return r.Recognizer.Accept(ctx, pcm)
}

// Audio that libvosk cannot decode is an error of its own; the stream goes on.
func TestUndecodableAudio(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{Workers: 1, Command: command("cannot decode once")}))
	pcm := speechtest.Synthetic(t, "wo3 yao4 tou2 su4", "")
	r := open(t, pool, asr.Options{})
	defer r.Close()
	if _, err := listen(r, pcm, 3200, nil); err == nil || errors.Is(err, asr.ErrWorker) {
		t.Errorf("the error was swallowed: %v", err)
	}
	if got, err := listen(r, pcm, 3200, nil); err != nil || got != "我要投诉" {
		t.Errorf("afterwards: heard %q, %v", got, err)
	}
	if w := pool.Stats().Workers[0]; w.Restarts != 0 {
		t.Errorf("the worker was replaced: %s", w.Failure)
	}
}

// Audio that kills every worker ends its own stream, and not for ever.
func TestDeadlyAudio(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{Workers: 2, Command: command("aborts every time")}))
	r := open(t, pool, asr.Options{})
	defer r.Close()
	_, err := listen(r, speechtest.Silence(3000), 3200, nil)
	if !errors.Is(err, asr.ErrWorker) || !strings.Contains(err.Error(), "5 times") {
		t.Errorf("%v", err)
	}
	if err := pool.Wait(t.Context()); err != nil {
		t.Errorf("the pool did not recover: %v", err)
	}
}

// However a worker goes wrong, the stream gets its text.
func TestWorkerFaultsAreInvisible(t *testing.T) {
	pcm := speechtest.Synthetic(t, "da3 kai1 jiao4 yu4 ju2", "")
	for _, role := range []string{"hangs", "aborts", "writes garbage", "cuts frames off", "closes its output",
		"answers the wrong stream", "announces a huge frame"} {
		t.Run(role, func(t *testing.T) {
			t.Setenv("TINGDONG_TEST_ONCE", t.TempDir()+"/once")
			pool := ready(t, startPool(t, asr.Config{Workers: 1, Command: command(role), RequestTimeout: 2 * time.Second}))
			r := open(t, pool, asr.Options{})
			defer r.Close()
			got, err := listen(r, pcm, 3200, nil)
			if err != nil || got != "打开教育局" {
				t.Errorf("heard %q, %v", got, err)
			}
			if w := pool.Stats().Workers[0]; w.Restarts == 0 {
				t.Error("nothing went wrong: the test tests nothing")
			}
		})
	}
}

func TestGrowingWorkerIsReplaced(t *testing.T) {
	t.Setenv("TINGDONG_TEST_ONCE", t.TempDir()+"/once")
	pool := ready(t, startPool(t, asr.Config{Workers: 1, Command: command("grows"), MaxGrowth: 100 << 20}))
	pcm := speechtest.Synthetic(t, "da3 kai1 jiao4 yu4 ju2", "")
	r := open(t, pool, asr.Options{})
	defer r.Close()
	half := len(pcm) / 6400 * 3200
	for i := 0; i < half; i += 3200 {
		if _, err := r.Accept(t.Context(), pcm[i:i+3200]); err != nil {
			t.Fatal(err)
		}
	}
	for pool.Stats().Workers[0].Restarts == 0 {
		if t.Context().Err() != nil {
			t.Fatal("the worker was not replaced")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got, err := listen(r, pcm[half:], 3200, nil); err != nil || got != "打开教育局" {
		t.Errorf("heard %q, %v", got, err)
	}
}

// A worker that never works is an error, in bounded time, and not a hang.
func TestHopelessWorkers(t *testing.T) {
	for _, role := range []string{"dies at once", "garbage at once"} {
		pool := startPool(t, asr.Config{Workers: 1, Command: command(role)})
		if err := pool.Wait(t.Context()); err == nil {
			t.Errorf("%s: ready", role)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if _, err := pool.Open(ctx, asr.Options{SampleRate: 16000}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: open: %v", role, err)
		}
		cancel()
	}
}

// A call that is given up leaves a stream that can go on.
func TestCancelledCall(t *testing.T) {
	pool := ready(t, startPool(t, asr.Config{Workers: 1}))
	pcm := speechtest.Synthetic(t, "wo3 yao4 tou2 su4", "")
	r := open(t, pool, asr.Options{})
	defer r.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	half := len(pcm) / 4 * 2
	if _, err := r.Accept(ctx, pcm[:half]); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if got, err := listen(r, pcm[half:], 3200, nil); err != nil || got != "我要投诉" {
		t.Errorf("heard %q, %v", got, err)
	}
	if w := pool.Stats().Workers[0]; w.Restarts != 0 {
		t.Errorf("the worker was replaced: %s", w.Failure)
	}
}

// The worker's side: whatever arrives, it ends with an error or at the end of
// its input, and never panics.
func FuzzServe(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte("\x0b\x00\x00\x00O\x01\x00\x00\x00\x01\x00\x00\x00{}\x09\x00\x00\x00A\x01\x00\x00\x00\x02\x00\x00\x00"))
	f.Add([]byte("\x09\x00\x00\x00C\x01\x00\x00\x00\x01\x00\x00\x00\x09\x00\x00\x00Z\x00\x00\x00\x00\x01\x00\x00\x00"))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		opener := &silentOpener{}
		err := asr.Serve(bytes.NewReader(in), io.Discard, 1, func() (asr.Opener, error) { return opener, nil })
		if err != nil && !strings.HasPrefix(err.Error(), "speech worker: ") {
			t.Errorf("%v", err)
		}
		if n := opener.open.Load(); n != 0 {
			t.Errorf("%d recognizers left open", n)
		}
	})
}

// silentOpener makes recognizers that hear nothing, for fuzzing the pipe
// without the cost of decoding.
type silentOpener struct{ open atomic.Int32 }

type silentRecognizer struct{ opener *silentOpener }

func (o *silentOpener) Open(_ context.Context, options asr.Options) (asr.Recognizer, error) {
	if err := options.Check(); err != nil {
		return nil, err
	}
	o.open.Add(1)
	return silentRecognizer{o}, nil
}

func (silentRecognizer) Accept(context.Context, []byte) (asr.Step, error) { return asr.Step{}, nil }
func (silentRecognizer) Finish(context.Context) (asr.Utterance, error)    { return asr.Utterance{}, nil }
func (silentRecognizer) Reset(context.Context) error                      { return nil }
func (r silentRecognizer) Close() error                                   { r.opener.open.Add(-1); return nil }
