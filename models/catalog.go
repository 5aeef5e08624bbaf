package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// OfficialURL is where the official Vosk models lie.
const OfficialURL = "https://alphacephei.com/vosk/models"

// Official is a model that Pull can bring.
type Official struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Licence  string `json:"licence"`
	// Note says what it is good for.
	Note string `json:"note"`
	// SHA256 of the zip file, where it is published; else the size and MD5
	// of the site's own list are what can be compared.
	SHA256 string `json:"sha256,omitempty"`
}

// Catalog is the official models that suit a Chinese portal with English
// pages.
func Catalog() []Official {
	return []Official{
		{"vosk-model-small-cn-0.22", "zh-CN", "Apache-2.0", "Mandarin, small: 42 MB to fetch",
			"3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba"},
		{"vosk-model-cn-0.22", "zh-CN", "Apache-2.0", "Mandarin, large: 1.3 GB to fetch, several GB of memory", ""},
		{"vosk-model-small-en-us-0.15", "en-US", "Apache-2.0", "US English, small: 40 MB to fetch", ""},
	}
}

// listing is one entry of the site's model-list.json.
type listing struct {
	Name string `json:"name"`
	MD5  string `json:"md5"`
	Size int64  `json:"size"`
}

// maxListing is the most that is read of model-list.json, in bytes.
const maxListing = 4 << 20

// fetchListing asks the site for size and MD5 of a model's zip file.
func (p *puller) fetchListing(ctx context.Context) (listing, error) {
	var none listing
	resp, err := p.get(ctx, "model-list.json", nil)
	if err != nil {
		return none, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return none, fmt.Errorf("%s answers %s", resp.Request.URL, resp.Status)
	}
	var all []listing
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxListing)).Decode(&all); err != nil {
		return none, fmt.Errorf("the list of models is not what was expected: %w", err)
	}
	for _, l := range all {
		if l.Name == p.model.Name {
			if l.Size <= 0 || len(l.MD5) != 32 {
				return none, fmt.Errorf("the list of models has no size or MD5 for %s", l.Name)
			}
			l.MD5 = strings.ToLower(l.MD5)
			return l, nil
		}
	}
	return none, errors.New("the list of models does not name " + p.model.Name)
}
