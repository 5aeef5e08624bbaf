package widget

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// Tags are the lines for a page's <head> that let a browser refuse files that
// are not the ones of this version: the script, and each module that it
// loads (a script's own integrity does not cover what it imports). server is
// the service's address, such as https://voice.example.gov.cn.
func Tags(server string) (string, error) {
	assets, err := Assets()
	if err != nil {
		return "", err
	}
	base := html.EscapeString(strings.TrimRight(server, "/")) + "/widget/"
	var b strings.Builder
	for _, name := range slices.Sorted(modules(assets)) {
		fmt.Fprintf(&b, "<link rel=\"modulepreload\" href=\"%s%s\" integrity=\"%s\" crossorigin>\n", base, name, assets[name].Integrity)
	}
	fmt.Fprintf(&b, "<script type=\"module\" src=\"%s%s\" integrity=\"%s\" crossorigin></script>\n", base, Entry, assets[Entry].Integrity)
	return b.String(), nil
}

// modules are those that every page with the button loads: not the testers'
// page, nor the worklet, nor the texts, of which a page takes one language.
func modules(assets map[string]Asset) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range assets {
			own := name == Entry || strings.HasPrefix(name, "strings-") || name == "worklet.js" || name == "check.js"
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
