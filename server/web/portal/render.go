package portal

import (
	"bytes"
	"embed"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the templates, one set for each file templates/page-*.html with
// the frame and the parts that all share.
type pages struct {
	byName map[string]*template.Template
}

func newPages(files *assets) (*pages, error) {
	shared, err := template.New("").Funcs(functions(files)).ParseFS(templateFiles, "templates/frame.html", "templates/part-*.html")
	if err != nil {
		return nil, fmt.Errorf("portal: templates: %w", err)
	}
	names, err := fs.Glob(templateFiles, "templates/page-*.html")
	if err != nil {
		return nil, err
	}
	p := &pages{byName: map[string]*template.Template{}}
	for _, name := range names {
		one, err := template.Must(shared.Clone()).ParseFS(templateFiles, name)
		if err != nil {
			return nil, fmt.Errorf("portal: templates: %w", err)
		}
		p.byName[strings.TrimSuffix(strings.TrimPrefix(path.Base(name), "page-"), ".html")] = one
	}
	return p, nil
}

// show writes a page. It is made as a whole first, so that an error cannot
// leave half a page behind.
func (s *site) show(w http.ResponseWriter, status int, name string, p *view) {
	var buf bytes.Buffer
	if err := s.pages.byName[name].ExecuteTemplate(&buf, "frame", p); err != nil {
		s.deps.Log.Error("portal page", "page", name, "err", err)
		http.Error(w, text(p.Lang, "broken"), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Language", p.Lang)
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the client may be gone
}

// functions are what templates may call.
func functions(files *assets) template.FuncMap {
	return template.FuncMap{
		"t": func(lang, key string) (string, error) {
			if s := text(lang, key); s != "" {
				return s, nil
			}
			return "", fmt.Errorf("no text %q in %q", key, lang)
		},
		"asset":      files.url,
		"marked":     marked,
		"paragraphs": paragraphs,
		"on":         func(p *view, body any) on { return on{p, body} },
	}
}

// on hands a part of a page its data and the page.
type on struct {
	Page *view
	Body any
}

// marked lets <mark> of a title or snippet stand and escapes all the rest,
// whatever the index holds.
func marked(s string) template.HTML {
	var b strings.Builder
	open := false
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			i = len(s)
		}
		b.WriteString(html.EscapeString(html.UnescapeString(s[:i])))
		s = s[i:]
		switch {
		case strings.HasPrefix(s, "<mark>") && !open:
			open = true
			b.WriteString("<mark>")
			s = s[len("<mark>"):]
		case strings.HasPrefix(s, "</mark>") && open:
			open = false
			b.WriteString("</mark>")
			s = s[len("</mark>"):]
		case s != "":
			b.WriteString("&lt;")
			s = s[1:]
		}
	}
	if open {
		b.WriteString("</mark>")
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// paragraph is one paragraph of a body, with the short label that guides
// begin with ("办理时限："), or "".
type paragraph struct{ Label, Text string }

func paragraphs(body string) []paragraph {
	var out []paragraph
	for line := range strings.SplitSeq(body, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, labelled(line))
		}
	}
	return out
}

// maxLabel is the length of the longest label, in characters.
const maxLabel = 8

func labelled(line string) paragraph {
	i := strings.IndexAny(line, "：，。；、？！（")
	if i < 0 || !strings.HasPrefix(line[i:], "：") || utf8.RuneCountInString(line[:i]) > maxLabel {
		return paragraph{Text: line}
	}
	i += len("：")
	return paragraph{line[:i], line[i:]}
}
