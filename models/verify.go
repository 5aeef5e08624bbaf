package models

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// ErrBroken is wrapped by every problem that Check and Verify report.
var ErrBroken = errors.New("broken model")

// Check looks at dir the quick way, as is done before every load: the files
// that libvosk needs are there, are what they seem to be, have the sizes that
// the manifest names, and the sample rate is one that can be used. All
// problems are reported, joined. libvosk crashes on most of them.
func Check(dir string) error { return inspect(dir, false) }

// Verify is Check plus the checksum of every file in the manifest.
func Verify(dir string) error { return inspect(dir, true) }

func inspect(dir string, sums bool) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("%w: %w: check the path, or run \"tingdong models pull\"", ErrNotFound, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s is a file, not a directory: unpack it first", ErrBroken, dir)
	}
	l := layoutOf(dir)
	problems := l.problems()
	manifest, err := ReadManifest(dir)
	switch {
	case err == nil:
		problems = append(problems, manifest.problems(l, sums)...)
	case !errors.Is(err, fs.ErrNotExist):
		problems = append(problems, fmt.Errorf("%w: %w", ErrBroken, err))
	}
	return errors.Join(problems...)
}

// problems of the layout alone.
func (l layout) problems() []error {
	var found []error
	bad := func(name, why string) {
		found = append(found, fmt.Errorf("%w: %s: %s", ErrBroken, l.path(name), why))
	}
	need := []string{l.acoustic, l.features}
	if l.decoder != "" {
		need = append(need, l.decoder)
	}
	if !l.has(l.static) {
		need = append(need, l.dynHCL, l.dynG, l.disambig)
	}
	for _, name := range need {
		if !l.has(name) {
			bad(name, "missing; the directory is not a whole Vosk model")
		}
	}
	if hz := l.sampleRate(); l.has(l.features) && hz != 8000 && hz != 16000 {
		bad(l.features, fmt.Sprintf("sample rate %d Hz: 8000 or 16000 is wanted", hz))
	}
	if l.has(l.acoustic) && !startsWith(l.path(l.acoustic), "\x00B") {
		bad(l.acoustic, "is not a binary Kaldi model")
	}
	symbols := false
	for _, name := range []string{l.static, l.dynHCL, l.dynG} {
		if !l.has(name) {
			continue
		}
		h, err := readFSTFile(l.path(name))
		if err != nil {
			bad(name, err.Error())
		}
		symbols = symbols || h.outputSymbols
	}
	if l.has(l.disambig) && !listsNumbers(l.path(l.disambig)) {
		bad(l.disambig, "is not a list of numbers")
	}
	if err := l.checkWords(symbols); err != nil {
		bad(l.words, err.Error())
	}
	return found
}

// checkWords reads the whole of words.txt, which libvosk does not survive if
// it is damaged. It may be missing when a graph carries the symbols.
func (l layout) checkWords(inGraph bool) error {
	if !l.has(l.words) {
		if inGraph {
			return nil
		}
		return errors.New("missing, and no graph carries the words")
	}
	words, err := readWords(l.path(l.words))
	if err == nil && len(words) == 0 {
		return errors.New("has no words")
	}
	return err
}

func listsNumbers(path string) bool {
	raw, err := os.ReadFile(path)
	fields := strings.Fields(string(raw))
	return err == nil && len(fields) > 0 && !slices.ContainsFunc(fields, func(f string) bool {
		_, err := strconv.Atoi(f)
		return err != nil
	})
}

// problems of the files against the manifest.
func (m Manifest) problems(l layout, sums bool) []error {
	var found []error
	bad := func(name, format string, args ...any) {
		found = append(found, fmt.Errorf("%w: %s: %s", ErrBroken, l.path(name), fmt.Sprintf(format, args...)))
	}
	if hz := l.sampleRate(); m.SampleRate != hz {
		bad(l.features, "sample rate %d Hz, but the manifest says %d", hz, m.SampleRate)
	}
	for _, f := range m.Files {
		info, err := os.Stat(l.path(f.Path))
		switch {
		case err != nil:
			bad(f.Path, "in the manifest but missing")
			continue
		case info.Size() != f.Size:
			bad(f.Path, "%d bytes, but the manifest says %d: fetch the model again", info.Size(), f.Size)
			continue
		case !sums:
			continue
		}
		if _, sum, err := digest(l.path(f.Path)); err != nil {
			bad(f.Path, "%v", err)
		} else if sum != f.SHA256 {
			bad(f.Path, "checksum differs from the manifest: fetch the model again")
		}
	}
	return found
}

func startsWith(path, magic string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(magic))
	n, _ := f.Read(head)
	return string(head[:n]) == magic
}
