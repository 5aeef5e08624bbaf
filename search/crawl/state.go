package crawl

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/tingdong/tingdong/search"
)

// Seen is what a crawl remembers of a page.
type Seen struct {
	ETag     string   `json:"etag,omitempty"`
	Modified string   `json:"modified,omitempty"`
	Sum      string   `json:"sum"` // of the document, for servers without ETag
	Links    []string `json:"links,omitempty"`
}

// State is what crawls saw, by address.
type State struct{ pages map[string]Seen }

// NewState is that of a first crawl.
func NewState() *State { return &State{map[string]Seen{}} }

// LoadState reads a state; a missing file is a first crawl.
func LoadState(path string) (*State, error) {
	s := NewState()
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &s.pages); err != nil {
		return nil, fmt.Errorf("the crawl state %s is damaged (%w); delete it to crawl everything again", path, err)
	}
	return s, nil
}

// Save writes the state, whole or not at all.
func (s *State) Save(path string) error {
	b, err := json.Marshal(s.pages)
	if err != nil {
		return err
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func (s *State) get(address string) (Seen, bool) {
	v, ok := s.pages[address]
	return v, ok
}

func (s *State) put(address string, v Seen) { s.pages[address] = v }
func (s *State) remove(address string)      { delete(s.pages, address) }

func sum(d *search.Document) string {
	h := sha256.Sum256([]byte(d.Title + "\x00" + d.Date + "\x00" + d.Body))
	return hex.EncodeToString(h[:16])
}
