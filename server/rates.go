package server

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	// golang-lru v2.0 (MPL-2.0): a table that cannot grow.
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/valyala/fasthttp"
	"golang.org/x/time/rate"
)

// Rate is how much one client may do: Burst at once, then PerSecond. The zero
// value means the default, a negative PerSecond no limit.
type Rate struct {
	PerSecond float64
	Burst     int
}

// ParseRate reads "50:200": 50 a second, 200 at once. "off" is no limit.
func ParseRate(text string) (Rate, error) {
	if text == "off" {
		return Rate{PerSecond: -1}, nil
	}
	per, burst, ok := strings.Cut(text, ":")
	p, err := strconv.ParseFloat(per, 64)
	n, err2 := strconv.Atoi(burst)
	if !ok || err != nil || err2 != nil || !(p > 0 && p < 1e6) || n < 1 {
		return Rate{}, fmt.Errorf(`%q is not a rate; 50:200 is 50 a second and 200 at once, "off" is no limit`, text)
	}
	return Rate{p, n}, nil
}

// Limits are what one client may do, by class of route. One client is one
// IPv4 address or one IPv6 network of 64 bits. The defaults leave room for an
// office or a school behind one address.
type Limits struct {
	Ask     Rate // questions, searches, suggestions; 0: 50:300
	Listen  Rate // recordings, and opening voice sockets; 0: 5:50
	Admin   Rate // administration; 0: 20:200
	SignIn  Rate // wrong tokens; 0: one in 10 s, 10 at once
	Sockets int  // open at the same time; 0: 64, negative: no limit
	// Exempt are clients that Ask, Listen, Admin and Sockets do not concern:
	// the portal's own servers. Wrong tokens count for everybody.
	Exempt []netip.Prefix
}

// class is a kind of route that has a limit of its own.
type class string

const (
	free    class = "" // health, metrics, files
	asking  class = "ask"
	listens class = "listen"
	admins  class = "admin"
	signIns class = "sign_in"
)

// maxClients bounds the table of clients, about 200 bytes each. When more
// come, those that were silent longest start anew.
const maxClients = 1 << 16

// rates knows what each client has used.
type rates struct {
	limits  map[class]Rate
	exempt  []netip.Prefix
	sockets int
	table   *lru.Cache[rateKey, *rate.Limiter]
	adding  sync.Mutex
	mu      sync.Mutex // guards open
	open    map[netip.Prefix]int
}

type rateKey struct {
	client netip.Prefix
	class  class
}

func newRates(l Limits) *rates {
	r := &rates{exempt: l.Exempt, sockets: l.Sockets, open: map[netip.Prefix]int{}, limits: map[class]Rate{
		asking: or(l.Ask, Rate{50, 300}), listens: or(l.Listen, Rate{5, 50}),
		admins: or(l.Admin, Rate{20, 200}), signIns: or(l.SignIn, Rate{0.1, 10})}}
	if r.sockets == 0 {
		r.sockets = 64
	}
	r.table, _ = lru.New[rateKey, *rate.Limiter](maxClients) // fails for sizes below 1 only
	return r
}

func or(r, usual Rate) Rate {
	if r == (Rate{}) {
		return usual
	}
	return r
}

// keyOfClient is what is one client: whoever has one IPv6 address has 2⁶⁴.
func keyOfClient(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}

// limiter is the client's bucket of a class; nil: no limit.
func (r *rates) limiter(a netip.Addr, c class) *rate.Limiter {
	l, ok := r.limits[c]
	if !ok || l.PerSecond < 0 || !a.IsValid() || c != signIns && within(r.exempt, a) {
		return nil
	}
	k := rateKey{keyOfClient(a), c}
	if b, ok := r.table.Get(k); ok {
		return b
	}
	r.adding.Lock() // or two first requests would get two buckets
	defer r.adding.Unlock()
	if b, ok := r.table.Get(k); ok {
		return b
	}
	b := rate.NewLimiter(rate.Limit(l.PerSecond), l.Burst)
	r.table.Add(k, b)
	return b
}

// take uses one of the client's requests up. When there is none, wait says
// when there will be one.
func (r *rates) take(a netip.Addr, c class) (wait time.Duration) {
	b := r.limiter(a, c)
	if b == nil {
		return 0
	}
	res := b.Reserve()
	if wait = res.Delay(); wait > 0 {
		res.Cancel()
	}
	return wait
}

// exhausted is take without using anything up.
func (r *rates) exhausted(a netip.Addr, c class) (wait time.Duration) {
	b := r.limiter(a, c)
	if b == nil || b.Tokens() >= 1 {
		return 0
	}
	return time.Duration((1 - b.Tokens()) / float64(b.Limit()) * float64(time.Second))
}

// openSocket counts a socket in, unless the client has too many.
func (r *rates) openSocket(a netip.Addr) bool {
	if r.sockets < 0 || !a.IsValid() || within(r.exempt, a) {
		return true
	}
	k := keyOfClient(a)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[k] >= r.sockets {
		return false
	}
	r.open[k]++
	return true
}

// closeSocket counts a socket out that openSocket counted in.
func (r *rates) closeSocket(a netip.Addr) {
	k := keyOfClient(a)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[k]--; r.open[k] <= 0 {
		delete(r.open, k)
	}
}

// classOf says which limit a request counts for. A page of the portal that
// has a query is a search.
func classOf(path string, query bool) class {
	path = strings.TrimRight(path, "/") // as the router takes it
	switch {
	case path == "/v1/listen", path == "/vosk":
		return listens
	case strings.HasPrefix(path+"/", adminPath):
		return admins
	case strings.HasPrefix(path, "/v1/"):
		return asking
	case path == "/healthz", path == "/readyz", path == "/metrics", strings.HasPrefix(path, "/widget/"), !query:
		return free
	}
	return asking
}

// limit refuses a client that asks for more than its share.
func (s *Server) limit(c *fiber.Ctx) error {
	kind := classOf(c.Path(), len(c.Context().QueryArgs().QueryString()) > 0)
	if wait := s.rates.take(clientOf(c.Context()), kind); wait > 0 {
		return s.tooMany(kind, wait)
	}
	return c.Next()
}

// limitListening is limit for a door at which every address is a voice socket.
func (s *Server) limitListening(c *fiber.Ctx) error {
	if wait := s.rates.take(clientOf(c.Context()), listens); wait > 0 {
		return s.tooMany(listens, wait)
	}
	return c.Next()
}

func (s *Server) tooMany(kind class, wait time.Duration) error {
	s.metrics.limited.WithLabelValues(string(kind)).Inc()
	return &Error{Code: "too_many", Message: "too many requests from this address; please wait a moment", RetryAfter: wait}
}

const (
	clientKey  = "client"
	requestKey = "request-id"
)

// clientOf is the address that identify has found; invalid for the local
// administrator's socket.
func clientOf(ctx *fasthttp.RequestCtx) netip.Addr {
	a, _ := ctx.UserValue(clientKey).(netip.Addr)
	return a
}
