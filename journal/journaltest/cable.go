package journaltest

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// Cable is a connection between two members of a cluster that a test can cut.
type Cable struct {
	ln   net.Listener
	to   string
	done sync.WaitGroup

	mu    sync.Mutex // guards the rest
	cut   bool
	conns map[net.Conn]bool
}

// NewCable listens on from and carries what comes to the address to.
func NewCable(t *testing.T, from, to string) *Cable {
	t.Helper()
	ln, err := net.Listen("tcp", from)
	if err != nil {
		t.Fatal(err)
	}
	c := &Cable{ln: ln, to: to, conns: map[net.Conn]bool{}}
	c.done.Go(c.accept)
	t.Cleanup(func() {
		c.ln.Close()
		c.Cut(true)
		c.done.Wait()
	})
	return c
}

// Addr is where the cable is reached.
func (c *Cable) Addr() string { return c.ln.Addr().String() }

// Cut cuts the cable or mends it. What was connected is lost.
func (c *Cable) Cut(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	for conn := range c.conns {
		conn.Close()
	}
}

// add takes a connection, or closes it when the cable is cut.
func (c *Cable) add(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut {
		conn.Close()
		return false
	}
	c.conns[conn] = true
	return true
}

func (c *Cable) accept() {
	for {
		conn, err := c.ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil && c.add(conn) {
			c.done.Go(func() { c.carry(conn) })
		}
	}
}

func (c *Cable) carry(near net.Conn) {
	defer c.drop(near)
	far, err := net.Dial("tcp", c.to)
	if err != nil || !c.add(far) {
		return
	}
	defer c.drop(far)
	ended := make(chan struct{}, 2)
	pump := func(to, from net.Conn) {
		io.Copy(to, from)
		to.Close()
		from.Close()
		ended <- struct{}{}
	}
	go pump(far, near)
	go pump(near, far)
	<-ended
	<-ended
}

func (c *Cable) drop(conn net.Conn) {
	conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, conn)
}
