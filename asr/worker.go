package asr

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// Serve is the worker's side of the pipe: it loads a model, announces itself
// and decodes streams until in ends, when it returns nil. parallel is how many
// requests may use the CPU at once; the others wait in the order they came,
// each stream with one request at most.
//
// Decoding is bound by the CPU. Letting all streams compute at once would
// gain nothing and make every one of them slow; one at a time, a stream gets
// its answer as soon as those before it are done.
func Serve(in io.Reader, out io.Writer, parallel int, load func() (Opener, error)) error {
	s := &server{out: out, streams: map[uint32]chan frame{}, cpu: make(chan struct{}, max(parallel, 1))}
	opener, err := load()
	if err != nil {
		return errors.Join(err, s.send(0, 0, answer{Code: codeLoad, Message: err.Error()}))
	}
	s.cache = newRecognizerCache(opener)
	defer s.cache.close()
	rtf, err := warmUp(s.cache)
	if err != nil {
		return errors.Join(err, s.send(0, 0, answer{Code: codeLoad, Message: err.Error()}))
	}
	if err := writeJSON(out, kindReady, 0, 0, readyNote{RTF: rtf}); err != nil {
		return fmt.Errorf("speech worker: %w", err)
	}
	defer s.wait.Wait()
	defer s.closeStreams()
	err = s.read(bufio.NewReaderSize(in, 64<<10))
	if err != nil {
		err = fmt.Errorf("speech worker: %w", err)
		return errors.Join(err, s.send(0, 0, answer{Code: codeProtocol, Message: err.Error()}))
	}
	return nil
}

type server struct {
	cache   *recognizerCache
	cpu     chan struct{}
	streams map[uint32]chan frame // owned by read
	wait    sync.WaitGroup

	mu  sync.Mutex // guards out
	out io.Writer
}

// read hands each frame to its stream's goroutine. It never waits for one.
func (s *server) read(in *bufio.Reader) error {
	for {
		f, err := readFrame(in)
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
		jobs, known := s.streams[f.stream]
		switch {
		case f.stream == 0:
			return errors.New("stream 0 is the worker's own")
		case f.kind == kindOpen && !known:
			jobs = make(chan frame, 2)
			s.streams[f.stream] = jobs
			s.wait.Add(1)
			go s.run(jobs)
		case f.kind == kindClose && known:
			delete(s.streams, f.stream)
			close(jobs)
			continue
		case f.kind == kindClose:
			continue
		case !known:
			return fmt.Errorf("kind %q for stream %d, which is not open", f.kind, f.stream)
		}
		select {
		case jobs <- f:
		default:
			return fmt.Errorf("stream %d has more than one request under way", f.stream)
		}
	}
}

func (s *server) closeStreams() {
	for id, jobs := range s.streams {
		delete(s.streams, id)
		close(jobs)
	}
}

// run is one stream's life: an open request, again if the phrases were
// missing, then the others.
func (s *server) run(jobs <-chan frame) {
	defer s.wait.Done()
	var rec *cachedRecognizer
	sound := true
	for f := range jobs {
		s.cpu <- struct{}{}
		start := time.Now()
		var a answer
		var err error
		if f.kind == kindOpen && rec == nil {
			rec, err = s.open(f.payload)
			if err == nil {
				a.Unknown = rec.unknown
			}
		} else if rec == nil {
			err = errors.New("the stream could not be opened")
		} else {
			a, err = perform(rec, f)
			sound = sound && err == nil
		}
		<-s.cpu
		if err != nil {
			a = answer{Code: codeOf(err), Message: err.Error()}
		}
		a.BusyMicros = time.Since(start).Microseconds()
		// A failed write means that the pool is gone; read notices.
		_ = s.send(f.stream, f.seq, a)
	}
	if rec != nil {
		s.cache.put(rec, sound)
	}
}

func (s *server) open(payload []byte) (*cachedRecognizer, error) {
	var q openRequest
	if err := json.Unmarshal(payload, &q); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return s.cache.get(q)
}

func perform(rec Recognizer, f frame) (answer, error) {
	ctx := context.Background()
	var a answer
	switch f.kind {
	case kindAudio:
		step, err := rec.Accept(ctx, f.payload)
		if err != nil {
			return a, err
		}
		a.Partial, a.Rest = step.Partial, step.Rest
		if step.Utterance != nil {
			a.Ended = append(a.Ended, toWire(*step.Utterance))
		}
		for _, u := range step.More {
			a.Ended = append(a.Ended, toWire(u))
		}
		return a, nil
	case kindFinish:
		u, err := rec.Finish(ctx)
		a.Ended = []wireUtterance{toWire(u)}
		return a, err
	case kindReset:
		return a, rec.Reset(ctx)
	default:
		return a, fmt.Errorf("unknown request %q", f.kind)
	}
}

func codeOf(err error) string {
	switch {
	case errors.Is(err, errPhrasesForgotten):
		return codePhrases
	case errors.Is(err, ErrOptions):
		return codeOptions
	case errors.Is(err, ErrNoGrammars):
		return codeGrammars
	default:
		return codeDecoder
	}
}

func (s *server) send(stream, seq uint32, a answer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return writeJSON(s.out, kindAnswer, stream, seq, a)
}

// warmUp decodes two seconds of noise, so that the first visitor does not
// wait for pages of the model, and returns the real-time factor of it.
func warmUp(cache *recognizerCache) (float64, error) {
	const rate, seconds = 16000, 2
	rec, err := cache.get(openRequest{SampleRate: rate})
	if err != nil {
		return 0, err
	}
	defer cache.put(rec, true)
	pcm := make([]byte, rate*2)
	source := rand.New(rand.NewPCG(1, 1))
	for i := range pcm {
		pcm[i] = byte(source.IntN(3)) * byte(i&1) // small high bytes: ±500
	}
	start := time.Now()
	for range seconds {
		if _, err := rec.Accept(context.Background(), pcm); err != nil {
			return 0, fmt.Errorf("warm up: %w", err)
		}
	}
	_, err = rec.Finish(context.Background())
	return time.Since(start).Seconds() / seconds, err
}
