package crawl

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/temoto/robotstxt" // v1.1.2, MIT
)

// robots is what robots.txt says to us.
type robots struct {
	group    *robotstxt.Group
	sitemaps []string
}

// readRobots asks for robots.txt. A missing one allows everything; a server
// that fails allows nothing, as RFC 9309 has it.
func (c *crawler) readRobots(ctx context.Context) (*robots, error) {
	u := *c.start
	u.Path, u.RawQuery, u.Fragment = "/robots.txt", "", ""
	got, err := c.fetch(ctx, u.String(), Seen{})
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read, so nothing is crawled: %w", u.String(), err)
	}
	if got.status >= 500 {
		return nil, fmt.Errorf("%s answered %d, so nothing is crawled", u.String(), got.status)
	}
	data, err := robotstxt.FromStatusAndBytes(got.status, got.body)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be understood, so nothing is crawled: %w", u.String(), err)
	}
	return &robots{data.FindGroup(c.UserAgent), data.Sitemaps}, nil
}

func (r *robots) allows(address string) bool {
	u, err := url.Parse(address)
	return err == nil && r.group.Test(u.RequestURI())
}

// delay is the pause that robots.txt asks for, at most a minute.
func (r *robots) delay() time.Duration { return min(r.group.CrawlDelay, time.Minute) }

// sitemap is a list of pages or, as an index, of other sitemaps.
type sitemap struct {
	Pages    []string `xml:"url>loc"`
	Sitemaps []string `xml:"sitemap>loc"`
}

// maxSitemaps bounds how many files of sitemaps are read.
const maxSitemaps = 200

// readSitemaps queues the pages of all sitemaps and gives how many there are.
func (c *crawler) readSitemaps(ctx context.Context) (int, error) {
	todo := c.robots.sitemaps
	if len(todo) == 0 {
		u := *c.start
		u.Path, u.RawQuery, u.Fragment = "/sitemap.xml", "", ""
		todo = []string{u.String()}
	}
	found := 0
	seen := map[string]bool{}
	for i := 0; i < len(todo) && i < maxSitemaps; i++ {
		u, err := url.Parse(strings.TrimSpace(todo[i]))
		if err != nil || u.Host != c.start.Host || seen[u.String()] {
			continue
		}
		seen[u.String()] = true
		got, err := c.fetch(ctx, u.String(), Seen{})
		if ctx.Err() != nil {
			return found, ctx.Err()
		}
		if err != nil || got.status != http.StatusOK {
			continue // no sitemap: links are followed
		}
		var m sitemap
		if err := xml.Unmarshal(got.body, &m); err != nil {
			c.Refused(u.String(), "is no sitemap: "+err.Error())
			continue
		}
		found++
		todo = append(todo, m.Sitemaps...)
		for _, p := range m.Pages {
			c.add(p)
		}
	}
	return found, nil
}
