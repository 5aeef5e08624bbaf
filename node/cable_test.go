package node

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// cable is a connection between two members that a test can cut.
type cable struct {
	ln   net.Listener
	to   string
	done sync.WaitGroup

	mu    sync.Mutex // guards the rest
	cut   bool
	conns map[net.Conn]bool
}

func newCable(t *testing.T, from, to string) *cable {
	t.Helper()
	ln, err := net.Listen("tcp", from)
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{ln: ln, to: to, conns: map[net.Conn]bool{}}
	c.done.Go(c.accept)
	t.Cleanup(func() {
		c.ln.Close()
		c.set(true)
		c.done.Wait()
	})
	return c
}

func (c *cable) addr() string { return c.ln.Addr().String() }

// set cuts the cable or mends it. What was connected is lost.
func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	for conn := range c.conns {
		conn.Close()
	}
}

// add takes a connection, or closes it when the cable is cut.
func (c *cable) add(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut {
		conn.Close()
		return false
	}
	c.conns[conn] = true
	return true
}

func (c *cable) accept() {
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

func (c *cable) carry(near net.Conn) {
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

func (c *cable) drop(conn net.Conn) {
	conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, conn)
}
