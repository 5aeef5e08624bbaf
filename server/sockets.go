package server

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// sockets is the registry of open websockets: Fiber's own shutdown does not
// know connections that were taken over.
type sockets struct {
	mu    sync.Mutex
	open  map[*websocket.Conn]struct{}
	ended chan struct{} // closed when draining and none is left
	drn   bool
}

func newSockets() *sockets {
	return &sockets{open: map[*websocket.Conn]struct{}{}, ended: make(chan struct{})}
}

// add takes a socket in. When the service is stopping its reads fail at once.
func (s *sockets) add(c *websocket.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[c] = struct{}{}
	if s.drn {
		c.SetReadDeadline(time.Now())
	}
}

func (s *sockets) remove(c *websocket.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	s.signal()
}

// drain wakes every reader: its handler finds draining true, ends its turn
// and closes.
func (s *sockets) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drn {
		return
	}
	s.drn = true
	for c := range s.open {
		c.SetReadDeadline(time.Now())
	}
	s.signal()
}

func (s *sockets) signal() {
	if s.drn && len(s.open) == 0 {
		select {
		case <-s.ended:
		default:
			close(s.ended)
		}
	}
}

func (s *sockets) draining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drn
}

// deadline sets when the next read gives up, unless the service is stopping:
// then the read must return at once.
func (s *sockets) deadline(c *websocket.Conn, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.drn {
		c.SetReadDeadline(time.Now().Add(d))
	}
}

// wait returns when all sockets are gone; those left at ctx's end are cut.
func (s *sockets) wait(ctx context.Context) error {
	select {
	case <-s.ended:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	n := len(s.open)
	for c := range s.open {
		c.Close()
	}
	s.mu.Unlock()
	return fmt.Errorf("%d sockets were still busy when the drain's time was up", n)
}
