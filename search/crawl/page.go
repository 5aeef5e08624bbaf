package crawl

import (
	"cmp"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// page is what a walk over a page's tree collects.
type page struct {
	meta     map[string]string // name → content, lower-case names
	head, h1 string
	lang     string
	noindex  bool
	links    []string
	text     strings.Builder
	base     *url.URL
}

// aside are the elements whose text is not the page's.
var aside = map[string]bool{"script": true, "style": true, "noscript": true, "nav": true, "header": true,
	"footer": true, "template": true, "select": true, "button": true, "form": true, "iframe": true}

// blocks end a line of text.
var blocks = map[string]bool{"p": true, "div": true, "br": true, "li": true, "tr": true, "h1": true, "h2": true,
	"h3": true, "h4": true, "section": true, "article": true, "table": true, "ul": true, "ol": true, "dd": true, "dt": true}

func readPage(root *html.Node, address *url.URL) *page {
	p := &page{meta: map[string]string{}, base: address}
	p.walk(root, false)
	return p
}

func (p *page) walk(n *html.Node, hidden bool) {
	if n.Type == html.TextNode && !hidden {
		p.text.WriteString(n.Data)
	}
	if n.Type == html.ElementNode {
		p.element(n)
		hidden = hidden || aside[n.Data] || n.Data == "head"
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c, hidden)
	}
	if n.Type == html.ElementNode && blocks[n.Data] && !hidden {
		p.text.WriteByte('\n')
	}
}

func (p *page) element(n *html.Node) {
	switch n.Data {
	case "html":
		p.lang = attr(n, "lang")
	case "base":
		if u, err := p.base.Parse(attr(n, "href")); err == nil {
			p.base = u
		}
	case "title":
		p.head = cmp.Or(p.head, strings.TrimSpace(textOf(n)))
	case "h1":
		p.h1 = cmp.Or(p.h1, strings.TrimSpace(textOf(n)))
	case "meta":
		name, content := strings.ToLower(cmp.Or(attr(n, "name"), attr(n, "property"))), strings.TrimSpace(attr(n, "content"))
		if p.meta[name] == "" {
			p.meta[name] = content
		}
		if name == "robots" && strings.Contains(strings.ToLower(content), "noindex") {
			p.noindex = true
		}
	case "a":
		if u, err := p.base.Parse(strings.TrimSpace(attr(n, "href"))); err == nil && !strings.Contains(attr(n, "rel"), "nofollow") {
			u.Fragment = ""
			p.links = append(p.links, u.String())
		}
	}
}

// title prefers what the national standard for government sites (网页 META
// 标签, ArticleTitle) says, then the heading, then the window's title without
// the site's name.
func (p *page) title() string {
	head := p.head
	for _, sep := range []string{"_", "-", "|", "–"} {
		if first, _, ok := strings.Cut(head, sep); ok && strings.TrimSpace(first) != "" {
			head = first
			break
		}
	}
	return strings.TrimSpace(cmp.Or(p.meta["articletitle"], p.meta["og:title"], p.h1, head))
}

// date is the day of publication, as the page says it.
func (p *page) date() string {
	s := cmp.Or(p.meta["pubdate"], p.meta["article:published_time"], p.meta["publishdate"], p.meta["date"])
	if len(s) > len("2006-01-02") {
		s = s[:len("2006-01-02")]
	}
	return s
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c))
	}
	return b.String()
}
