package asr

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
)

// errPhrasesForgotten asks the pool to send the phrases again.
var errPhrasesForgotten = errors.New("the phrases are not here (any more)")

// recognizerCache keeps what costs time to make between streams: phrase
// lists, and recognizers that are done with their stream. Composing a grammar
// of 5,000 phrases takes 60 ms; the second decoding of an utterance should
// not pay for it each time.
type recognizerCache struct {
	opener Opener

	mu    sync.Mutex
	idle  []*cachedRecognizer // oldest first
	lists []phraseList        // oldest first
}

const (
	maxIdle  = 8
	maxLists = 8
)

type phraseList struct {
	key     string
	phrases []string
}

// cachedRecognizer counts what it hears, because libvosk's word times go on
// counting from stream to stream.
type cachedRecognizer struct {
	Recognizer
	request openRequest // without Phrases
	unknown []string
	heard   int // bytes
	before  int // bytes of earlier streams
}

// Accept decodes; the times of words are those of this stream.
func (c *cachedRecognizer) Accept(ctx context.Context, pcm []byte) (Step, error) {
	c.heard += len(pcm)
	step, err := c.Recognizer.Accept(ctx, pcm)
	step.shift(-c.offset())
	return step, err
}

// Finish flushes; the times of words are those of this stream.
func (c *cachedRecognizer) Finish(ctx context.Context) (Utterance, error) {
	u, err := c.Recognizer.Finish(ctx)
	u.shift(-c.offset())
	return u, err
}

func (c *cachedRecognizer) offset() float64 {
	return float64(c.before) / float64(2*c.request.SampleRate)
}

// shift moves the times of words by seconds, to whole milliseconds.
func (u Utterance) shift(seconds float64) {
	moved := func(t float64) float64 { return math.Round((t+seconds)*1000) / 1000 }
	for _, h := range u.Alternatives {
		for i := range h.Words {
			h.Words[i].Start, h.Words[i].End = moved(h.Words[i].Start), moved(h.Words[i].End)
		}
	}
}

func (s Step) shift(seconds float64) {
	if s.Utterance != nil {
		s.Utterance.shift(seconds)
	}
	for _, u := range s.More {
		u.shift(seconds)
	}
}

func newRecognizerCache(opener Opener) *recognizerCache { return &recognizerCache{opener: opener} }

// get returns an idle recogniser made with the same request, or a new one.
func (c *recognizerCache) get(q openRequest) (*cachedRecognizer, error) {
	key := q
	key.Phrases = nil
	phrases, idle, err := c.lookUp(q, key)
	if idle != nil || err != nil {
		return idle, err
	}
	rec, err := c.opener.Open(context.Background(), Options{SampleRate: q.SampleRate, Alternatives: q.Alternatives,
		Words: q.Words, Phrases: phrases})
	if err != nil {
		return nil, err
	}
	made := &cachedRecognizer{Recognizer: rec, request: key}
	if r, ok := rec.(Restricted); ok {
		made.unknown = r.Unknown()
	}
	return made, nil
}

func (c *recognizerCache) lookUp(q, key openRequest) ([]string, *cachedRecognizer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, rec := range c.idle {
		if rec.request.same(key) {
			c.idle = slices.Delete(c.idle, i, i+1)
			rec.before = rec.heard
			return nil, rec, nil
		}
	}
	if q.PhrasesKey == "" {
		return q.Phrases, nil, nil
	}
	at := slices.IndexFunc(c.lists, func(l phraseList) bool { return l.key == q.PhrasesKey })
	switch {
	case at >= 0:
		return c.lists[at].phrases, nil, nil
	case q.Phrases == nil:
		return nil, nil, errPhrasesForgotten
	case len(c.lists) == maxLists:
		c.lists = slices.Delete(c.lists, 0, 1)
	}
	c.lists = append(c.lists, phraseList{q.PhrasesKey, q.Phrases})
	return q.Phrases, nil, nil
}

func (q openRequest) same(o openRequest) bool {
	return q.SampleRate == o.SampleRate && q.Alternatives == o.Alternatives && q.Words == o.Words && q.PhrasesKey == o.PhrasesKey
}

// put takes a recogniser back. One that failed is closed.
func (c *recognizerCache) put(rec *cachedRecognizer, sound bool) {
	if !sound || rec.Reset(context.Background()) != nil {
		rec.Close()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) == maxIdle {
		c.idle[0].Close()
		c.idle = slices.Delete(c.idle, 0, 1)
	}
	c.idle = append(c.idle, rec)
}

func (c *recognizerCache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rec := range c.idle {
		rec.Close()
	}
	c.idle = nil
}
