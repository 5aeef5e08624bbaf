package widget

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
)

// Tags are the lines for a page's <head> that let a browser refuse files that
// are not the ones of this version: the script, each module that it loads (a
// script's own integrity does not cover what it imports), and the texts of the
// languages that are named, all of them if none is. server is the service's
// address, such as https://voice.example.gov.cn.
func Tags(server string, languages ...string) (string, error) {
	assets, err := Assets()
	if err != nil {
		return "", err
	}
	names := slices.Sorted(modules(assets))
	texts, err := textsOf(assets, languages)
	if err != nil {
		return "", err
	}
	base := html.EscapeString(strings.TrimRight(server, "/")) + "/widget/"
	var b strings.Builder
	for _, name := range append(names, texts...) {
		fmt.Fprintf(&b, "<link rel=\"modulepreload\" href=\"%s%s\" integrity=\"%s\" crossorigin>\n", base, name, assets[name].Integrity)
	}
	fmt.Fprintf(&b, "<script type=\"module\" src=\"%s%s\" integrity=\"%s\" crossorigin></script>\n", base, Entry, assets[Entry].Integrity)
	return b.String(), nil
}

// textsOf are the files with the texts of some languages, such as zh-CN.
func textsOf(assets map[string]Asset, languages []string) ([]string, error) {
	var all, names []string
	for _, name := range slices.Sorted(maps.Keys(assets)) {
		if strings.HasPrefix(name, textsPrefix) {
			all = append(all, name)
		}
	}
	if len(languages) == 0 {
		return all, nil
	}
	for _, lang := range languages {
		name := textsPrefix + strings.ToLower(lang) + ".js"
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("the button has no texts in %q; there are zh-CN, zh-Hant and en", lang)
		}
		names = append(names, name)
	}
	return names, nil
}

const textsPrefix = "strings-"

// modules are those that every page with the button loads: not the testers'
// page, nor the texts, nor the worklet and what only that imports, which a
// browser fetches for the audio thread without looking at any hash.
func modules(assets map[string]Asset) func(func(string) bool) {
	others := []string{Entry, "check.js", "worklet.js", "resampler.js"}
	return func(yield func(string) bool) {
		for name := range assets {
			own := slices.Contains(others, name) || strings.HasPrefix(name, textsPrefix)
			if strings.HasSuffix(name, ".js") && !own && !yield(name) {
				return
			}
		}
	}
}

// integrity is what /widget/integrity.json answers: file name to hash.
func integrity(assets map[string]Asset) map[string]string {
	out := map[string]string{}
	for name, a := range assets {
		out[name] = a.Integrity
	}
	return out
}
