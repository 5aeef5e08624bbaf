package node

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

// The settings of search that admins edit, keys of the settings bucket.
const (
	SynonymsKey = "synonyms" // lines "房产证, 房本 => 不动产权证书"
	PinsKey     = "pins"     // YAML: pinned and hidden, query → document ids
	WordsKey    = "words"    // one dictionary word a line
)

// settings are the parsed ones.
type settings struct {
	synonyms []search.Synonym
	rules    search.Rules
	words    []string
}

// parseSettings reads the settings by key; what is not there is empty. The
// error is grammar.Diagnostics.
func parseSettings(texts map[string]string) (settings, error) {
	var s settings
	var err error
	if s.synonyms, err = parseSynonyms(texts[SynonymsKey]); err != nil {
		return s, err
	}
	var pins struct {
		Pinned map[string][]string `yaml:"pinned"`
		Hidden map[string][]string `yaml:"hidden"`
	}
	if err = yaml.Unmarshal([]byte(texts[PinsKey]), &pins); err != nil {
		return s, grammar.Diagnostics{badSetting(PinsKey, lineOf(err), err)}
	}
	s.rules = search.Rules{Pinned: pins.Pinned, Hidden: pins.Hidden}
	for line := range strings.Lines(texts[WordsKey]) {
		if w := strings.TrimSpace(line); w != "" && !strings.HasPrefix(w, "#") {
			s.words = append(s.words, w)
		}
	}
	slices.Sort(s.words)
	s.words = slices.Compact(s.words)
	return s, nil
}

// parseSynonyms reads line by line, so that every bad one is named.
func parseSynonyms(text string) (out []search.Synonym, _ error) {
	var diags grammar.Diagnostics
	for i, line := range strings.Split(text, "\n") {
		list, err := search.ParseSynonyms(line)
		if err != nil {
			err = fmt.Errorf("%q is not of the form 房产证, 房本 => 不动产权证书", strings.TrimSpace(line))
			diags = append(diags, badSetting(SynonymsKey, i+1, err))
		}
		out = append(out, list...)
	}
	return out, diags.Err()
}

func badSetting(key string, line int, err error) grammar.Diagnostic {
	at := grammar.Pos{Line: line, Column: 1}
	return grammar.Diagnostic{Severity: grammar.Error, Code: "bad-setting", File: key, Start: at, End: at,
		Message: grammar.Message{ZH: err.Error(), EN: err.Error()}}
}

// yamlLine finds the place in an error of the YAML package, which has it only
// in its text.
var yamlLine = regexp.MustCompile(`line (\d+)`)

func lineOf(err error) int {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return n
		}
	}
	return 1
}

func (n *Node) settingTexts(ctx context.Context) (map[string]string, error) {
	list, err := n.LatestOf(ctx, journal.Settings)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, r := range list {
		texts[r.Key] = string(r.Value)
	}
	return texts, nil
}

// loadSettings makes what admins set serve. Synonyms and pins do at once; a
// change of the dictionary's words asks for a new index.
func (n *Node) loadSettings(ctx context.Context) error {
	texts, err := n.settingTexts(ctx)
	if err != nil {
		return err
	}
	s, err := parseSettings(texts)
	if err != nil {
		return err
	}
	old := n.words.Swap(&s.words)
	x := n.Index()
	if x == nil { // at the start: the index is opened with them
		n.settings = s
		return nil
	}
	x.SetSynonyms(s.synonyms)
	x.SetRules(s.rules)
	if old != nil && !slices.Equal(*old, s.words) {
		select {
		case n.reindex <- struct{}{}:
		default: // one is due anyway
		}
	}
	return nil
}
