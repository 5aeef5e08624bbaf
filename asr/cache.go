package asr

import (
	"context"
	"errors"
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

type cachedRecognizer struct {
	Recognizer
	request openRequest // without Phrases
	unknown []string
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
