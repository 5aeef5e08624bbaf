// Package crawl fetches the pages of one portal politely and turns them into
// documents: by its sitemaps or by following links, obeying robots.txt, on one
// host, fetching again only what has changed.
package crawl

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/tingdong/tingdong/search"
)

// Options say what to crawl and how.
type Options struct {
	Start     string        // http or https address; its host is the only one
	MaxPages  int           // pages to fetch at most; 0 means 100,000
	Delay     time.Duration // between requests; 0 means 500 ms; robots.txt may ask for more
	MaxBytes  int64         // of one page; 0 means 20 MB
	UserAgent string        // default "Tingdong"
	Client    *http.Client  // nil means one with a timeout of 30 s
	State     *State        // what earlier crawls saw; nil starts afresh
}

// Handler takes what a crawl finds. Page and Gone may stop the crawl with an
// error; Refused says why an address gave no document.
type Handler struct {
	Page    func(*search.Document) error
	Gone    func(id string) error
	Refused func(address, reason string)
	// Progress is told after each request how many are done and known.
	Progress func(done, known int)
}

// Summary counts what became of the addresses.
type Summary struct {
	Fetched   int `json:"fetched"`   // requests made
	Documents int `json:"documents"` // new or changed
	Unchanged int `json:"unchanged"`
	Gone      int `json:"gone"`
	Refused   int `json:"refused"`
}

type crawler struct {
	Options
	Handler
	start  *url.URL
	robots *robots
	pace   *rate.Limiter
	queue  []string
	known  map[string]bool
	links  bool // follow links: there is no sitemap
	sum    Summary
}

// Run crawls until everything reachable was seen, MaxPages is reached, or ctx
// ends. What it learnt is in Options.State even then.
func Run(ctx context.Context, o Options, h Handler) (Summary, error) {
	c, err := newCrawler(o, h)
	if err != nil {
		return Summary{}, err
	}
	if c.robots, err = c.readRobots(ctx); err != nil {
		return c.sum, err
	}
	c.pace.SetLimit(rate.Every(max(c.Delay, c.robots.delay())))
	c.add(c.start.String())
	maps, err := c.readSitemaps(ctx)
	if err != nil {
		return c.sum, err
	}
	c.links = maps == 0
	for len(c.queue) > 0 && c.sum.Fetched < c.MaxPages {
		address := c.queue[0]
		c.queue = c.queue[1:]
		if err := c.visit(ctx, address); err != nil {
			return c.sum, err
		}
		if c.Progress != nil {
			c.Progress(c.sum.Fetched, len(c.known))
		}
	}
	return c.sum, nil
}

func newCrawler(o Options, h Handler) (*crawler, error) {
	u, err := url.Parse(o.Start)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is not the address of a site; write https://www.example.gov.cn/", o.Start)
	}
	if o.MaxPages == 0 {
		o.MaxPages = 100000
	}
	if o.Delay == 0 {
		o.Delay = 500 * time.Millisecond
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 20 << 20
	}
	if o.UserAgent == "" {
		o.UserAgent = "Tingdong"
	}
	if o.State == nil {
		o.State = NewState()
	}
	if h.Refused == nil {
		h.Refused = func(string, string) {}
	}
	c := &crawler{Options: o, Handler: h, start: u, known: map[string]bool{}, pace: rate.NewLimiter(rate.Every(o.Delay), 1)}
	client := http.Client{Timeout: 30 * time.Second}
	if o.Client != nil {
		client = *o.Client
	}
	client.CheckRedirect = c.checkRedirect
	c.Client = &client
	return c, nil
}

var errElsewhere = errors.New("leads to another host")

func (c *crawler) checkRedirect(r *http.Request, via []*http.Request) error {
	if r.URL.Host != c.start.Host {
		return errElsewhere
	}
	if len(via) > 5 {
		return errors.New("redirects more than five times")
	}
	return nil
}

// add queues an address of the site that is not known yet.
func (c *crawler) add(address string) {
	u, err := c.start.Parse(strings.TrimSpace(address))
	if err != nil || u.Host != c.start.Host || u.Scheme != "http" && u.Scheme != "https" {
		return
	}
	u.Fragment, u.User = "", nil
	if u.Path == "" {
		u.Path = "/"
	}
	s := u.String()
	if len(s) > search.MaxID || c.known[s] || len(c.known) >= 4*c.MaxPages {
		return
	}
	c.known[s] = true
	c.queue = append(c.queue, s)
}

// visit fetches one address and hands on what it has. Errors of the page are
// reported and not returned.
func (c *crawler) visit(ctx context.Context, address string) error {
	if !c.robots.allows(address) {
		c.refuse(address, "robots.txt forbids it")
		return nil
	}
	seen, before := c.State.get(address)
	got, err := c.fetch(ctx, address, seen)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.refuse(address, err.Error())
		return nil
	}
	switch {
	case got.status == http.StatusNotModified:
		c.sum.Unchanged++
		c.follow(seen.Links)
		return nil
	case got.status == http.StatusNotFound || got.status == http.StatusGone:
		return c.gone(address, before)
	case got.status != http.StatusOK:
		c.refuse(address, fmt.Sprintf("answered %d", got.status))
		return nil
	}
	doc, links, err := extract(got)
	if err != nil {
		c.refuse(address, err.Error())
		c.follow(links)
		return nil
	}
	doc.ID, doc.URL = address, address
	now := Seen{ETag: got.etag, Modified: got.modified, Sum: sum(doc), Links: c.own(links)}
	c.State.put(address, now)
	c.follow(now.Links)
	if before && seen.Sum == now.Sum {
		c.sum.Unchanged++
		return nil
	}
	doc.Clean()
	if reason := doc.Refuse(); reason != "" {
		c.refuse(address, reason)
		return nil
	}
	c.sum.Documents++
	return c.Page(doc)
}

func (c *crawler) gone(address string, before bool) error {
	if !before {
		c.refuse(address, "does not exist")
		return nil
	}
	c.State.remove(address)
	c.sum.Gone++
	if c.Gone == nil {
		return nil
	}
	return c.Gone(address)
}

func (c *crawler) refuse(address, reason string) {
	c.sum.Refused++
	c.Refused(address, reason)
}

func (c *crawler) follow(links []string) {
	if !c.links {
		return
	}
	for _, l := range links {
		c.add(l)
	}
}

// own keeps the links that stay on the host.
func (c *crawler) own(links []string) []string {
	var out []string
	for _, l := range links {
		if u, err := url.Parse(l); err == nil && u.Host == c.start.Host {
			out = append(out, l)
		}
	}
	return out
}
