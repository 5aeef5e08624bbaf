package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/models"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/session"
)

// Portal is a portal's column table and grammars, read and without errors.
type Portal struct {
	Columns  *grammar.Columns
	Grammars []*grammar.File
}

// ParsePortal reads a column table and grammars. The error holds every
// mistake of all files, with its place.
func ParsePortal(columns grammar.Source, grammars []grammar.Source) (*Portal, error) {
	var all grammar.Diagnostics
	cols, diags := grammar.ParseColumns(columns.Name, columns.Data)
	all = append(all, diags...)
	p := &Portal{Columns: cols}
	for _, src := range grammars {
		f, diags := grammar.Parse(src.Name, src.Data)
		all = append(all, diags...)
		if !diags.HasErrors() { // circles of rules, endless choices
			all = append(all, grammar.Check(f, grammar.Options{ErrorsOnly: true}).Errors()...)
		}
		p.Grammars = append(p.Grammars, f)
	}
	return p, all.Err()
}

// maxPhrases bounds the grammar that the recogniser gets: 5,000 phrases take
// it 64 ms to build, 20,000 171 ms (measured with the starter model).
const maxPhrases = 6000

// NewBrain compiles a portal. vocabulary is as in Options.
func NewBrain(p *Portal, vocabulary func(lang string) *models.Vocabulary) (*session.Brain, error) {
	m, err := intent.Compile(p.Grammars, p.Columns)
	if err != nil {
		return nil, fmt.Errorf("compiling the grammar: %w", err)
	}
	b := &session.Brain{Matcher: m, Columns: p.Columns, Phrases: map[string][]string{}}
	if vocabulary == nil {
		return b, nil
	}
	for _, f := range p.Grammars {
		if v := vocabulary(f.Language); v != nil {
			b.Phrases[f.Language] = grammar.Phrases([]*grammar.File{f}, p.Columns, v.Known, maxPhrases)
		}
	}
	return b, nil
}

// loadBrain makes the snapshot of what the journal holds now, unless it is
// the one that serves already. It changes nothing when that has an error.
func (n *Node) loadBrain(ctx context.Context) error {
	p, version := n.opt.Portal, "files"
	if p == nil {
		columns, grammars, err := n.sources(ctx)
		if err != nil {
			return err
		}
		if version = fingerprint(append(grammars, columns)); version == n.brainVersion {
			return nil
		}
		if p, err = ParsePortal(columns, grammars); err != nil {
			return err
		}
	}
	if version == n.brainVersion {
		return nil
	}
	b, err := NewBrain(p, n.opt.Vocabulary)
	if err != nil {
		return err
	}
	n.brain.Store(b)
	n.brainVersion = version
	if x := n.Index(); x != nil {
		x.SetColumns(searchColumns(b.Columns))
	}
	return nil
}

// fingerprint tells whether anything has changed.
func fingerprint(sources []grammar.Source) string {
	sum := sha256.New()
	for _, src := range sources {
		fmt.Fprintf(sum, "%s %d\n%s", src.Name, len(src.Data), src.Data)
	}
	return string(sum.Sum(nil))
}

// sources are the newest revisions of the column table and the grammars.
func (n *Node) sources(ctx context.Context) (columns grammar.Source, grammars []grammar.Source, err error) {
	cols, err := n.Latest(ctx, journal.Columns, columnsKey)
	if err != nil {
		return columns, nil, err
	}
	saved, err := n.LatestOf(ctx, journal.Grammars)
	for _, r := range saved {
		grammars = append(grammars, grammar.Source{Name: r.Key + ".yaml", Data: r.Value})
	}
	return grammar.Source{Name: "columns.yaml", Data: cols.Value}, grammars, err
}

// Recompile makes the snapshot anew, soon: the speech models' vocabularies
// have changed.
func (n *Node) Recompile() {
	select {
	case n.recompile <- struct{}{}:
	default: // it is due anyway
	}
}

// rescanEvery heals a change that a watch has missed.
const rescanEvery = time.Minute

// followBuckets reloads the snapshot after changes. Changes that come while a
// reload runs are coalesced; one that could not be read is tried again.
func (n *Node) followBuckets(ctx context.Context) {
	changed := make(chan struct{}, 1)
	for _, b := range journal.Buckets {
		n.done.Go(func() { n.watch(ctx, b, changed) })
	}
	rescan := time.NewTicker(rescanEvery)
	defer rescan.Stop()
	var again <-chan time.Time
	failing := complaint{log: n.log}
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-n.recompile:
			n.brainVersion = ""
		case <-rescan.C:
		case <-again:
		}
		again = nil
		for _, err := range []error{n.keepCopy(ctx), n.loadBrain(ctx), n.loadSettings(ctx)} {
			if err == nil || ctx.Err() != nil {
				continue
			}
			failing.about("keeping the last good grammar and settings", err)
			if errors.Is(err, journal.ErrUnavailable) {
				again = time.After(retryPause)
			}
		}
	}
}

func (n *Node) watch(ctx context.Context, b journal.Bucket, changed chan<- struct{}) {
	failing := complaint{log: n.log}
	for ctx.Err() == nil {
		err := n.journal.Watch(ctx, b, func() {
			select {
			case changed <- struct{}{}:
			default: // a reload is due anyway
			}
		})
		if err != nil {
			failing.about("the grammar does not follow the journal", err)
			sleep(ctx, retryPause)
		}
	}
}

func searchColumns(cols *grammar.Columns) []search.Column {
	out := make([]search.Column, 0, len(cols.All()))
	for _, c := range cols.All() {
		out = append(out, search.Column{ID: c.ID, Name: c.Name, URL: c.URL, Lang: c.Lang, Aliases: c.Aliases})
	}
	return out
}
