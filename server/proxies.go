package server

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/valyala/fasthttp"
)

// Proxies tells who the client of a request is, when it came through
// proxies. The zero value trusts nobody: the client is the peer.
type Proxies struct {
	// Trusted are the networks of our own proxies.
	Trusted []netip.Prefix
	// Header is what the proxies write the client into: "X-Forwarded-For"
	// (also when empty) or "Forwarded". Only that one is read: a proxy passes
	// the other one on as the client forged it.
	Header string
}

// maxHops bounds how many addresses of a header are looked at.
const maxHops = 16

// ParseNetworks reads networks such as 10.0.0.0/8, or single addresses.
func ParseNetworks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if addr, other := netip.ParseAddr(text); err != nil && other == nil {
			p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not a network such as 10.0.0.0/8, nor an address", text)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func within(networks []netip.Prefix, a netip.Addr) bool {
	for _, p := range networks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// client is the address that a request comes from. The header is read from
// the right, where the nearest proxy has written, and only as far as those who
// wrote are trusted: what stands further left is the client's own tale.
func (p Proxies) client(peer netip.Addr, h *fasthttp.RequestHeader) netip.Addr {
	at := peer.Unmap()
	if !within(p.Trusted, at) {
		return at
	}
	hops := p.hops(h)
	for n := 0; n < maxHops && len(hops) > 0 && within(p.Trusted, at); n++ {
		next, ok := hopAddr(hops[len(hops)-1])
		if !ok {
			return at // "unknown", a hidden name, rubbish
		}
		at, hops = next, hops[:len(hops)-1]
	}
	return at
}

func (p Proxies) header() string {
	if p.Header == "" {
		return fasthttp.HeaderXForwardedFor
	}
	return p.Header
}

// hops are the addresses of the header, oldest first.
func (p Proxies) hops(h *fasthttp.RequestHeader) []string {
	name := p.header()
	var lines []string
	for _, line := range h.PeekAll(name) {
		lines = append(lines, string(line))
	}
	hops := strings.Split(strings.Join(lines, ","), ",")
	if !strings.EqualFold(name, fasthttp.HeaderForwarded) {
		return hops
	}
	for i, element := range hops {
		hops[i] = ""
		for pair := range strings.SplitSeq(element, ";") {
			if k, v, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && strings.EqualFold(k, "for") {
				hops[i] = strings.Trim(v, `"`)
			}
		}
	}
	return hops
}

// hopAddr reads an address with or without a port.
func hopAddr(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return a.Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddrPort(text)
	return a.Addr().Unmap().WithZone(""), err == nil
}

// peerOf is the other end of a connection; invalid for a Unix socket.
func peerOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

// networkOf is as much of an address as the log of visitors keeps.
func networkOf(a netip.Addr) string {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return "local"
	}
	return p.String()
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return "local"
	}
	return a.String()
}
