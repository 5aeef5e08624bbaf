package journaltest

import (
	"net"
	"sync"
	"testing"
)

// Network is what three members of a cluster reach each other through, on
// loopback. A member can be cut off from the others.
type Network struct {
	Addrs  [3]string    // where each member listens
	cables [3][3]*Cable // from, to
}

// NewNetwork finds addresses and lays the cables.
func NewNetwork(t *testing.T) *Network {
	t.Helper()
	n := &Network{}
	for i := range n.Addrs {
		port := FreePort(t)
		n.Addrs[i] = "127.0.1.1:" + port
		// Members tell each other where they are: at their port, and the
		// address that their connections come from. No cable lies there.
		NewCable(t, "127.0.0.1:"+port, n.Addrs[i]).Cut(true)
		for from := range n.Addrs {
			if from != i {
				n.cables[from][i] = NewCable(t, "127.0.0.1:0", n.Addrs[i])
			}
		}
	}
	return n
}

// Peers are where a member finds itself and the others.
func (n *Network) Peers(i int) []string {
	peers := []string{n.Addrs[i]}
	for _, cable := range n.cables[i] {
		if cable != nil {
			peers = append(peers, cable.Addr())
		}
	}
	return peers
}

// Cut cuts or mends all between a member and the others.
func (n *Network) Cut(i int, cut bool) {
	for k := range n.cables {
		if k != i {
			n.cables[i][k].Cut(cut)
			n.cables[k][i].Cut(cut)
		}
	}
}

// given are the ports that FreePort has given out.
var given sync.Map

// FreePort is a port that nobody listens on, and that was not given before.
func FreePort(t *testing.T) string {
	t.Helper()
	for {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ln.Close()
		_, port, err := net.SplitHostPort(ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, again := given.LoadOrStore(port, true); !again {
			return port
		}
	}
}
