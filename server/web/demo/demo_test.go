package demo

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/search"
)

// Columns without documents of their own: the home pages, and pages that the
// portal itself writes.
var withoutPages = []string{"jm", "qy", "yk", "jdb", "wzdt", "wza"}

func documents(t *testing.T) []search.Document {
	t.Helper()
	var out []search.Document
	for d, err := range Documents() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

func columns(t *testing.T) *grammar.Columns {
	t.Helper()
	src := grammar.ShippedColumns()
	c, diags := grammar.ParseColumns(src.Name, src.Data)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDocumentsAreWellFormed(t *testing.T) {
	table := columns(t)
	kinds := []string{"guide", "notice", "news", "policy", "interpretation", "page"}
	roles := []string{"", "resident", "enterprise", "tourist"}
	for _, d := range documents(t) {
		col := table.ByID(d.Column)
		if col == nil {
			t.Errorf("%s: unknown column %q", d.ID, d.Column)
			continue
		}
		if !strings.HasPrefix(d.URL, col.URL) || d.URL == col.URL {
			t.Errorf("%s: %s is not under its column's %s", d.ID, d.URL, col.URL)
		}
		if d.ID != d.URL {
			t.Errorf("%s: the portal finds a page by its address, so the id must be %s", d.ID, d.URL)
		}
		if d.Lang != col.Lang {
			t.Errorf("%s: language %q in a column of %q", d.ID, d.Lang, col.Lang)
		}
		if !slices.Contains(kinds, d.Kind) || !slices.Contains(roles, d.Role) {
			t.Errorf("%s: kind %q, role %q", d.ID, d.Kind, d.Role)
		}
		if day, err := time.Parse(time.DateOnly, d.Date); err != nil || day.Year() < 2024 || d.Date > "2026-11-30" {
			t.Errorf("%s: date %q", d.ID, d.Date)
		}
		if n := utf8.RuneCountInString(d.Body); n < 80 || n > 700 {
			t.Errorf("%s: a body of %d characters", d.ID, n)
		}
	}
}

func TestDocumentsDoNotRepeat(t *testing.T) {
	ids, titles := map[string]string{}, map[string]string{}
	for _, d := range documents(t) {
		if other, ok := ids[d.ID]; ok {
			t.Errorf("id %s: %q and %q", d.ID, other, d.Title)
		}
		if other, ok := titles[d.Title]; ok {
			t.Errorf("title %q: %s and %s", d.Title, other, d.ID)
		}
		ids[d.ID], titles[d.Title] = d.Title, d.ID
	}
}

func TestDocumentsCoverThePortal(t *testing.T) {
	perColumn, english := map[string]int{}, 0
	all := documents(t)
	for _, d := range all {
		perColumn[d.Column]++
		if d.Lang == "en" {
			english++
		}
	}
	if len(all) < 200 || english < 30 {
		t.Errorf("%d pages, %d of them English; want 200 and 30", len(all), english)
	}
	for _, c := range columns(t).All() {
		if want := !slices.Contains(withoutPages, c.ID); want != (perColumn[c.ID] > 0) {
			t.Errorf("column %s (%s) has %d pages", c.ID, c.Name, perColumn[c.ID])
		}
		delete(perColumn, c.ID)
	}
	if len(perColumn) > 0 {
		t.Errorf("pages in columns that do not exist: %v", slices.Sorted(maps.Keys(perColumn)))
	}
}

func TestDocumentsStopsWhenAsked(t *testing.T) {
	n := 0
	for range Documents() {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("yielded %d", n)
	}
}
