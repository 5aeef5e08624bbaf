package session

import (
	"context"

	"github.com/tingdong/tingdong/intent"
)

// Recording is a piece of audio that is heard as one utterance.
type Recording struct {
	SampleRate int
	PCM        []byte // PCM16LE mono
	Ask        Ask    // language, role, page and session
}

// Hear answers a recording. Silence gets a Reply with the action none.
func (s *Service) Hear(ctx context.Context, r Recording) (*Reply, error) {
	reply := &Reply{Action: intent.None}
	l, err := s.Listen(ctx, ListenOptions{SampleRate: r.SampleRate, Ask: r.Ask, Whole: true}, func(e Event) {
		if e.Kind == Replied {
			reply = e.Reply
		}
	})
	if err != nil {
		return nil, err
	}
	defer l.Close()
	if err := l.Write(ctx, r.PCM); err != nil {
		return nil, err
	}
	if err := l.Finalize(ctx); err != nil {
		return nil, err
	}
	return reply, nil
}
