package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const manifestName = "manifest.json"

// Manifest is the manifest.json of a model directory.
type Manifest struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	// SampleRate in Hz.
	SampleRate int `json:"sample_rate"`
	// Licence is an SPDX identifier.
	Licence string `json:"licence"`
	// Source is where the model comes from.
	Source string `json:"source,omitempty"`
	// Files are all files that the recogniser reads.
	Files []File `json:"files"`
}

// File is one file of a manifest. Path is relative, with slashes; SHA256 is
// lower-case hex.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// ReadManifest reads dir's manifest.json. The error wraps fs.ErrNotExist when
// there is none.
func ReadManifest(dir string) (Manifest, error) {
	var m Manifest
	raw, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return m, fmt.Errorf("model manifest: %w", err)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("model manifest %s: %w", filepath.Join(dir, manifestName), err)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return m, fmt.Errorf("model manifest %s: %q points outside the model", dir, f.Path)
		}
	}
	return m, nil
}

// WriteManifest measures the files that lie in dir now and writes them with
// m's other fields as dir's manifest.json. m.Files is ignored.
func WriteManifest(dir string, m Manifest) error {
	m.Files = nil
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || rel == manifestName || filepath.Base(rel) == "README.md" {
			return err
		}
		size, sum, err := digest(path)
		m.Files = append(m.Files, File{Path: filepath.ToSlash(rel), Size: size, SHA256: sum})
		return err
	})
	if err != nil {
		return fmt.Errorf("measure model %s: %w", dir, err)
	}
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("model manifest: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, manifestName), append(raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("model manifest: %w", err)
	}
	return nil
}

func digest(path string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return size, hex.EncodeToString(h.Sum(nil)), err
}
