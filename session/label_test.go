package session

import (
	"strings"
	"testing"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent"
)

func TestEveryControlHasALabel(t *testing.T) {
	seen := map[string]string{}
	for _, name := range grammar.ControlNames() {
		c := &intent.ControlCall{Name: name, Args: map[string]any{"page": 3, "percent": 150, "index": 2}}
		for _, lang := range []string{"zh-CN", "en"} {
			label := controlLabel(c, lang)
			if label == "" || label == name || strings.Contains(label, "{}") {
				t.Errorf("%s in %s: %q", name, lang, label)
			}
			if seen[label] != "" {
				t.Errorf("%s and %s are both called %q", name, seen[label], label)
			}
			seen[label] = name
		}
	}
}
