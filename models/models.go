// Package models knows speech models on disk: it finds them by name or path,
// says whether one is complete and undamaged, reads its vocabulary, and brings
// the official ones from the network.
//
// A model is a directory in Vosk's layout. A file manifest.json in it, as in
// starter-zh and in everything that Pull unpacks, names its language, licence
// and the checksum of every file; a directory without one is judged by its
// layout alone.
package models

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Default is the model that ships with Tingdong.
const Default = "starter-zh"

// ErrNotFound is wrapped by Find when no model of that name is there.
var ErrNotFound = errors.New("model not found")

// Model describes a model directory.
type Model struct {
	Name string `json:"name"`
	Dir  string `json:"dir"`
	// Language is a BCP 47 tag such as "zh-CN"; empty when unknown.
	Language string `json:"language,omitempty"`
	// SampleRate in Hz is what the model was trained at.
	SampleRate int `json:"sample_rate"`
	// Licence is an SPDX identifier; empty when unknown.
	Licence string `json:"licence,omitempty"`
	// Bytes is the size of its files.
	Bytes int64 `json:"bytes"`
	// Grammars says whether a recogniser can be restricted to phrases
	// (models with a static graph cannot).
	Grammars bool `json:"grammars"`
	// Checksums says whether a manifest with checksums is there.
	Checksums bool `json:"checksums"`
}

// Dirs are the directories where models are looked for, in order: dataDir's
// models (what Pull brought), the one beside the running program, the working
// directory's. An empty dataDir is left out.
func Dirs(dataDir string) []string {
	var dirs []string
	if dataDir != "" {
		dirs = append(dirs, filepath.Join(dataDir, "models"))
	}
	if exe, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Join(filepath.Dir(exe), "models"),
			filepath.Join(filepath.Dir(exe), "..", "models"))
	}
	return append(dirs, "models")
}

// Find returns the model that nameOrPath means: a directory if it contains a
// path separator or is one, else the first model of that name in dirs. An
// empty nameOrPath means Default. The model is described, not verified.
func Find(nameOrPath string, dirs ...string) (Model, error) {
	if nameOrPath == "" {
		nameOrPath = Default
	}
	if strings.ContainsRune(nameOrPath, filepath.Separator) || nameOrPath == "." || nameOrPath == ".." {
		return Describe(nameOrPath)
	}
	for _, dir := range dirs {
		if looksLikeModel(filepath.Join(dir, nameOrPath)) {
			return Describe(filepath.Join(dir, nameOrPath))
		}
	}
	if looksLikeModel(nameOrPath) {
		return Describe(nameOrPath)
	}
	return Model{}, fmt.Errorf("%w: %q is in none of %s: give its directory, or run \"tingdong models list\" and \"tingdong models pull\"",
		ErrNotFound, nameOrPath, strings.Join(dirs, ", "))
}

// List describes every model in dirs, by name; of two with the same name the
// first. Directories that are missing are passed over.
func List(dirs ...string) ([]Model, error) {
	seen := map[string]bool{}
	found := []Model{}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list models: %w", err)
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if seen[e.Name()] || strings.HasPrefix(e.Name(), ".") || !looksLikeModel(path) {
				continue
			}
			m, err := Describe(path)
			if err != nil {
				return nil, err
			}
			seen[e.Name()] = true
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b Model) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}

// Describe reads what a model directory says about itself. It fails when dir
// is not a directory or its manifest cannot be read.
func Describe(dir string) (Model, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return Model{}, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	if !info.IsDir() {
		return Model{}, fmt.Errorf("model %s is a file, not a directory: unpack it first", dir)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Model{}, fmt.Errorf("model %s: %w", dir, err)
	}
	l := layoutOf(dir)
	m := Model{Name: filepath.Base(abs), Dir: dir, SampleRate: l.sampleRate(), Grammars: l.dynamic()}
	manifest, err := ReadManifest(dir)
	switch {
	case err == nil:
		m.Language, m.Licence, m.Checksums = manifest.Language, manifest.Licence, true
	case !errors.Is(err, fs.ErrNotExist):
		return Model{}, err
	default:
		m.Language = guessLanguage(m.Name)
	}
	m.Bytes, err = treeSize(dir)
	return m, err
}

// guessLanguage reads the language out of names such as
// vosk-model-small-en-us-0.15.
func guessLanguage(name string) string {
	switch {
	case strings.Contains(name, "-cn-"), strings.Contains(name, "-zh"):
		return "zh-CN"
	case strings.Contains(name, "-en-us-"):
		return "en-US"
	}
	return ""
}

func looksLikeModel(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, manifestName)); err == nil {
		return true
	}
	l := layoutOf(dir)
	_, err := os.Stat(l.path(l.acoustic))
	return err == nil
}

func treeSize(dir string) (int64, error) {
	var total int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		total += info.Size()
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("model %s: %w", dir, err)
	}
	return total, nil
}
