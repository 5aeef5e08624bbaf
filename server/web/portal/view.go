package portal

import (
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/tingdong/tingdong/grammar"
)

// The portal's languages, as BCP 47 tags.
const (
	chinese = "zh-CN"
	english = "en"
)

// maxPath is how many characters of an address are shown on a page.
const maxPath = 200

// link is an address with its name.
type link struct {
	Name, URL string
	Current   bool
}

// view is what every page has: the frame around its Body.
type view struct {
	Lang, Role  string
	Path        string
	Title       string
	Description string
	Query       string // of the search box
	Scene       string // morning, noon or evening
	Greeting    string
	Home        string // the home page of this language
	SearchURL   string
	Other       link // the home page of the other language
	Versions    []link
	Nav         []link
	Crumbs      []link
	Prev, Next  string // neighbouring pages of a list
	First, Last string
	Up          string // the page above this one
	NoIndex     bool
	AtHome      bool
	Tall        bool // a home page, with the large picture
	Body        any
}

// newPage prepares the frame for an address.
func (s *site) newPage(r *http.Request, t *tree) *view {
	p := &view{Lang: chinese, Path: typed(r.URL.Path, maxPath), Home: "/cn/"}
	if strings.HasPrefix(p.Path, "/en/") || p.Path == "/en" {
		p.Lang, p.Home = english, "/en/"
	}
	p.Role = roleOf(p.Path)
	p.SearchURL = p.Home + "search/"
	p.AtHome = p.Path == "/" || p.Path == p.Home
	p.Scene = scene(hour(r, s.deps.Now().Hour()))
	p.Greeting = greeting(p.Lang, p.Scene)
	p.Other = link{Name: "English", URL: "/en/"}
	if p.Lang == english {
		p.Other = link{Name: "中文", URL: "/cn/"}
	}
	for _, v := range []link{{Name: "经典版", URL: "/cn/"}, {Name: "居民", URL: "/cn/jm/"},
		{Name: "企业", URL: "/cn/qy/"}, {Name: "游客", URL: "/cn/yk/"}} {
		v.Current = v.URL == p.Path || v.URL == "/cn/" && p.Path == "/"
		p.Versions = append(p.Versions, v)
	}
	current := ""
	if c := t.near(p.Path); c != nil {
		current = t.chain(c)[0].ID
	}
	for _, c := range t.top(p.Lang) {
		p.Nav = append(p.Nav, link{Name: c.Name, URL: c.URL, Current: c.ID == current})
	}
	return p
}

// under sets the breadcrumbs down to a column, and the role whose page the
// column belongs to.
func (p *view) under(t *tree, c *grammar.Column) {
	if c == nil {
		return
	}
	p.Up = p.Home
	for _, a := range t.chain(c) {
		if a.URL != p.Path {
			p.Up = a.URL
		}
		p.Crumbs = append(p.Crumbs, link{Name: a.Name, URL: a.URL})
	}
	if len(c.Roles) == 1 {
		p.Role = c.Roles[0]
	}
}

// roleOf is the role of a role home page, or "".
func roleOf(path string) string {
	switch strings.TrimSuffix(path, "/") {
	case "/cn/jm":
		return "resident"
	case "/cn/qy":
		return "enterprise"
	case "/cn/yk":
		return "tourist"
	}
	return ""
}

// hour is the hour of the day, or the one that ?hour= asks for.
func hour(r *http.Request, now int) int {
	if h, err := strconv.Atoi(r.URL.Query().Get("hour")); err == nil && h >= 0 && h < 24 {
		return h
	}
	return now
}

// scene names the picture for an hour.
func scene(hour int) string {
	switch {
	case hour >= 5 && hour < 11:
		return "morning"
	case hour >= 11 && hour < 17:
		return "noon"
	}
	return "evening"
}

func greeting(lang, scene string) string {
	return text(lang, "greeting."+scene)
}

// number reads a page number from the query; wrong ones are 1.
func number(r *http.Request, name string) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// typed is what a visitor typed: at most n characters, valid, without control
// characters other than line breaks, no space around.
func typed(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	if runes := []rune(s); len(runes) > n {
		s = string(runes[:n])
	}
	return strings.TrimSpace(s)
}

// cut shortens text to n characters.
func cut(s string, n int) string {
	runes := []rune(strings.ToValidUTF8(s, ""))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}
