package models

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Limits of what a model's zip file may unpack to.
const (
	maxFiles    = 1000
	maxUnpacked = 16 << 30
)

// unzip unpacks the folder top of a zip file into dir. Entries that are not
// plain files, or that would land outside, are errors.
func unzip(path, dir, top string) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("the zip file cannot be read: %w", err)
	}
	defer z.Close()
	if len(z.File) > maxFiles {
		return fmt.Errorf("the zip file has %d entries: %d is the limit", len(z.File), maxFiles)
	}
	left := int64(maxUnpacked)
	for _, entry := range z.File {
		name, inside := strings.CutPrefix(entry.Name, top+"/")
		if !inside {
			return fmt.Errorf("the zip file's entry %q is not in the folder %s", entry.Name, top)
		}
		if strings.HasSuffix(entry.Name, "/") {
			continue
		}
		if !filepath.IsLocal(name) || strings.Contains(name, `\`) {
			return fmt.Errorf("the zip file's entry %q points outside the model", entry.Name)
		}
		if !entry.Mode().IsRegular() {
			return fmt.Errorf("the zip file's entry %q is not a plain file", entry.Name)
		}
		n, err := extract(entry, filepath.Join(dir, filepath.FromSlash(name)), left)
		if err != nil {
			return fmt.Errorf("unpack %s: %w", entry.Name, err)
		}
		left -= n
	}
	return nil
}

func extract(entry *zip.File, path string, limit int64) (int64, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return 0, err
	}
	in, err := entry.Open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	n, err := io.Copy(out, io.LimitReader(in, limit+1))
	if err != nil {
		return n, err
	}
	if n > limit {
		return n, fmt.Errorf("the zip file unpacks to more than %d bytes", int64(maxUnpacked))
	}
	return n, out.Close()
}
