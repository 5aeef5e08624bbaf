package grammar

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFileBytes bounds a grammar file: 200,000 list values need about 10 MB.
const maxFileBytes = 32 << 20

// Parse reads a grammar file, YAML or JSON, in our dialect. The File is never
// nil; with errors it holds what could be read. Parse finds what is wrong with
// the file's form; Check finds what is wrong with its meaning.
func Parse(name string, data []byte) (*File, Diagnostics) { return Tingdong.Parse(name, data) }

// Parse reads a grammar file whose templates are in dialect d.
func (d Dialect) Parse(name string, data []byte) (*File, Diagnostics) {
	l := &loader{name: name, dialect: d}
	f := &File{Name: name, Settings: Settings{FilterWithRegex: true}}
	f.Lists, f.Rules = map[string]*List{}, map[string]*Rule{}
	root := l.document(data)
	for _, e := range l.mapping(root, "文件 file") {
		l.top(f, e)
	}
	if f.Language == "" {
		l.guessLanguage(f)
	}
	return f, l.diags.Sort()
}

// guessLanguage takes a file that names no language for Chinese when one of its
// sentences has Chinese characters, else for English.
func (l *loader) guessLanguage(f *File) {
	f.Language = "en"
	for _, in := range f.Intents {
		for _, b := range in.Blocks {
			for _, t := range b.Sentences {
				if strings.ContainsFunc(t.Source, wide) {
					f.Language = "zh-CN"
				}
			}
		}
	}
	if len(f.Intents) > 0 {
		d := l.report(Warning, "no-language", nil, text("没有写 language，按 %s 处理", "no language is given; %s is assumed", f.Language))
		d.Start, d.End, d.Suggestion = Pos{1, 1}, Pos{1, 1}, "language: "+f.Language
	}
}

// ParseLists reads lists given with a call: {"name": {"values": [...]}, …}.
func ParseLists(name string, data []byte) (map[string]*List, Diagnostics) {
	l := &loader{name: name}
	lists := l.lists(l.document(data))
	return lists, l.diags.Sort()
}

// document reads the first YAML (or JSON) document.
func (l *loader) document(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(data) > maxFileBytes {
		l.report(Error, "file-too-large", nil, text("文件有 %d 字节，上限是 %d", "the file has %d bytes, the limit is %d", len(data), maxFileBytes))
		return nil
	}
	l.src = newSource(data)
	if l.json = isJSON(data); l.json {
		root, err := jsonNodes(data)
		if err != nil {
			l.syntax(err)
		}
		return root
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		l.syntax(err)
		return nil
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return doc.Content[0]
}

// syntax reports a file that is no YAML; the library's text has the line.
func (l *loader) syntax(err error) {
	d := l.report(Error, "bad-syntax", nil, text("这不是有效的 YAML：%[1]s", "this is not valid YAML: %[1]s", strings.TrimPrefix(err.Error(), "yaml: ")))
	line := 1
	if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
		_, _ = fmt.Sscanf(rest, "%d", &line)
	}
	d.Start, d.End = Pos{line, 1}, Pos{line, 1}
	d.End.Column += len(l.src.line(line))
}

func (l *loader) top(f *File, e entry) {
	switch e.key {
	case "language":
		f.Language = l.str(e.val, e.key)
	case "settings":
		l.settings(&f.Settings, e.val)
	case "skip_words":
		for _, n := range l.items(e.val, e.key, false) {
			f.SkipWords = append(f.SkipWords, SkipWord{l.str(n, e.key), posOf(n)})
		}
	case "lists":
		f.Lists = l.lists(e.val)
	case "rules", "expansion_rules":
		for name, r := range l.rules(e.val) {
			f.Rules[name] = r
		}
	case "intents":
		for _, in := range l.mapping(e.val, e.key) {
			f.Intents = append(f.Intents, l.intent(in))
		}
	default:
		l.unknownKey(e, "language", "settings", "skip_words", "lists", "rules", "intents")
	}
}

func (l *loader) settings(s *Settings, n *yaml.Node) {
	for _, e := range l.mapping(n, "settings") {
		switch e.key {
		case "ignore_whitespace":
			s.IgnoreWhitespace = l.boolean(e.val, e.key)
		case "filter_with_regex":
			s.FilterWithRegex = l.boolean(e.val, e.key)
		default:
			l.unknownKey(e, "ignore_whitespace", "filter_with_regex")
		}
	}
}

func (l *loader) rules(n *yaml.Node) map[string]*Rule {
	rules := map[string]*Rule{}
	for _, e := range l.mapping(n, "rules") {
		if body := l.template(e.val, "<"+e.key+">"); body != nil {
			rules[e.key] = &Rule{Name: e.key, Body: body, Pos: posOf(e.keyAt)}
		}
	}
	return rules
}

func (l *loader) unknownKey(e entry, known ...string) {
	d := l.report(Warning, "unknown-key", e.keyAt, text("不认识的键「%s」，已忽略", "unknown key %q is ignored", e.key))
	d.Suggestion = nearest(e.key, known)
}
