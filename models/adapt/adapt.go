// Package adapt fits a speech model's open language model to a portal: the
// words and word pairs of its columns and documents become likelier. The
// sounds and the vocabulary stay; a word that the model does not have is
// spelled by its characters.
package adapt

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tingdong/tingdong/models"
)

// A portal's texts get share of the language model when they are long, half of
// that when they have halfWords words: a few titles say little of what else is
// asked.
const (
	share     = 0.6
	halfWords = 200
)

// Report says what an adaptation did.
type Report struct {
	Sentences int `json:"sentences"`
	Words     int `json:"words"`
	Pairs     int `json:"pairs"`
	// Unknown are characters and foreign words that the model cannot say, as
	// they occur.
	Unknown int `json:"unknown"`
}

// Model writes a copy of the model in dir, with its language model adapted to
// texts (a title or a sentence each), as the new directory out. The copy is
// complete when it appears. It fails for models whose grammar is fixed
// (package models says so) and when out exists.
func Model(dir, out string, texts []string) (Report, error) {
	if _, err := os.Stat(out); err == nil {
		return Report{}, fmt.Errorf("adapt: %s exists already: remove it or choose another name", out)
	}
	described, err := models.Describe(dir)
	if err != nil {
		return Report{}, fmt.Errorf("adapt: %w", err)
	}
	if !described.Grammars {
		return Report{}, fmt.Errorf("adapt: the graph of %s is fixed: take a model with HCLr.fst and Gr.fst, such as %s", dir, models.Default)
	}
	graph, report, err := adapted(dir, texts)
	if err != nil {
		return report, fmt.Errorf("adapt %s: %w", dir, err)
	}
	if err := write(dir, out, graph, described); err != nil {
		return report, fmt.Errorf("adapt %s: %w", dir, err)
	}
	return report, nil
}

// adapted makes the new Gr.fst.
func adapted(dir string, texts []string) ([]byte, Report, error) {
	var report Report
	graph, err := readAcceptor(filepath.Join(dir, "graph", "Gr.fst"))
	if err != nil {
		return nil, report, fmt.Errorf("graph/Gr.fst: %w", err)
	}
	s, err := readScaling(dir)
	if err != nil {
		return nil, report, err
	}
	model, err := fromAcceptor(graph, s)
	if err != nil {
		return nil, report, err
	}
	ids, err := readIDs(dir)
	if err != nil {
		return nil, report, err
	}
	vocabulary, err := models.ReadVocabulary(dir)
	if err != nil {
		return nil, report, err
	}
	c := newCounts()
	for _, text := range texts {
		words, unknown := vocabulary.Segment(text)
		report.Unknown += len(unknown)
		if len(words) == 0 {
			continue
		}
		sentence := make([]int32, len(words))
		for i, w := range words {
			sentence[i] = ids[w]
		}
		c.add(sentence)
		report.Sentences++
	}
	if report.Sentences == 0 {
		return nil, report, errors.New("no text has a word that the model knows")
	}
	model.mix(c, share*c.total/(c.total+halfWords))
	report.Words = len(c.words)
	for _, seconds := range c.pairs {
		report.Pairs += len(seconds)
	}
	return model.acceptor(s).bytes(), report, nil
}

// readScaling is the model's graph/language.json; without one the costs are
// plain −log chances, as in the official models.
func readScaling(dir string) (scaling, error) {
	s := scaling{Scale: 1}
	raw, err := os.ReadFile(filepath.Join(dir, "graph", "language.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, fmt.Errorf("graph/language.json: %w", err)
	}
	if s.Scale <= 0 {
		return s, fmt.Errorf("graph/language.json: scale %g: a number above 0 is wanted", s.Scale)
	}
	return s, nil
}

// readIDs is the number of each word in the graph.
func readIDs(dir string) (map[string]int32, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "graph", "words.txt"))
	if err != nil {
		return nil, err
	}
	ids := map[string]int32{}
	for line := range strings.Lines(string(raw)) {
		if word, number, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			n, err := strconv.ParseInt(number, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("graph/words.txt: word %q: %w", word, err)
			}
			ids[word] = int32(n)
		}
	}
	return ids, nil
}

// write copies dir with the new graph beside out and moves it into place.
func write(dir, out string, graph []byte, described models.Model) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	part, err := os.MkdirTemp(filepath.Dir(out), ".adapt-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	if err := os.CopyFS(part, os.DirFS(dir)); err != nil {
		return err
	}
	// README.md tells of the model it was; the manifest says where this one is from.
	if err := os.Remove(filepath.Join(part, "README.md")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(filepath.Join(part, "graph", "Gr.fst"), graph, 0o644); err != nil {
		return err
	}
	err = models.WriteManifest(part, models.Manifest{Name: filepath.Base(out), Language: described.Language,
		SampleRate: described.SampleRate, Licence: described.Licence, Source: "adapted from " + described.Name})
	if err != nil {
		return err
	}
	if err := os.Chmod(part, 0o755); err != nil {
		return err
	}
	return os.Rename(part, out)
}
