package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// Bleve's analysis workers belong to the package and have no end.
		goleak.IgnoreAnyFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"))
}

func openNode(t *testing.T, dir string) *Node {
	t.Helper()
	n, err := Open(t.Context(), Options{Data: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	if err := n.CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}

// fill imports pages whose titles hold their number.
func fill(t *testing.T, n *Node, count int) {
	t.Helper()
	b := n.NewBatch()
	for i := range count {
		d := &search.Document{ID: fmt.Sprint("/", i), Title: fmt.Sprintf("第%d号公报", 1000+i), Body: "本期公报刊登统计资料。", Lang: "zh-CN"}
		if err := b.Add(t.Context(), search.Op{Upsert: d}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func mustFind(t *testing.T, n *Node, query, id string) {
	t.Helper()
	r, err := n.Search(t.Context(), search.Query{Text: query})
	if err != nil || len(r.Hits) == 0 || r.Hits[0].ID != id {
		t.Fatalf("%s: %+v, %v; want %s first", query, r, err, id)
	}
}

func TestIndexIsRebuiltFromTheJournal(t *testing.T) {
	dir := t.TempDir()
	n := openNode(t, dir)
	fill(t, n, 300)
	mustFind(t, n, "第1123号公报", "/123")
	n.Close()
	n = openNode(t, dir)
	mustFind(t, n, "第1123号公报", "/123") // as it was
	n.Close()

	if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, dir)
	mustFind(t, n, "第1123号公报", "/123") // deleted
	n.Close()

	tear(t, filepath.Join(dir, "index"))
	n = openNode(t, dir)
	mustFind(t, n, "第1123号公报", "/123") // torn
	if count, err := n.Index().Count(); err != nil || count != 300 {
		t.Fatalf("%d pages after the rebuild, %v", count, err)
	}
}

// tear cuts every file of the index in half.
func tear(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Truncate(path, info.Size()/2)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func decide(n *Node, text string) intent.Decision {
	return n.Brain().Matcher.Decide(intent.Query{Heard: []asr.Hypothesis{{Text: text, Confidence: 1}}})
}

func TestSavedGrammarServesAndABadOneChangesNothing(t *testing.T) {
	dir := t.TempDir()
	n := openNode(t, dir)
	r, err := n.Journal().Get(t.Context(), journal.Grammars, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	before := n.Brain()
	var diags grammar.Diagnostics
	_, err = n.Save(t.Context(), journal.Grammars, journal.Save{Key: "zh-CN", Value: []byte("language: zh-CN\nintents: {X: {data: [{sentences: ['(打开']}]}}\n")})
	if !errors.As(err, &diags) || diags[0].Start.Line != 2 {
		t.Fatalf("a broken grammar: %v", err)
	}
	if n.Brain() != before {
		t.Fatal("a broken grammar changed the snapshot")
	}
	text := string(r.Value) + "\n  Moon:\n    data:\n      - sentences: [\"带我去月球\"]\n        route: jyj\n"
	if _, err := n.Save(t.Context(), journal.Grammars, journal.Save{Key: "zh-CN", Value: []byte(text), Expect: &r.Revision}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for decide(n, "带我去月球").Action != intent.Navigate {
		if ctx.Err() != nil {
			t.Fatal("the saved grammar does not serve")
		}
		time.Sleep(10 * time.Millisecond)
	}
	n.Close()
	if n = openNode(t, dir); decide(n, "带我去月球").Action != intent.Navigate {
		t.Fatal("the saved grammar is gone after a restart")
	}
}

func TestOwnColumnsReplaceTheShippedOnes(t *testing.T) {
	n := openNode(t, t.TempDir())
	_, err := n.Save(t.Context(), journal.Columns, journal.Save{Key: "portal", Value: []byte("columns:\n  - {id: moon, name: 月球办事处, url: /moon/}\n")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for decide(n, "打开月球办事处").Action != intent.Navigate {
		if ctx.Err() != nil {
			t.Fatal("the saved columns do not serve")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if d := decide(n, "我要投诉"); d.Action == intent.Navigate {
		t.Errorf("a route to a column that is gone still leads there: %+v", d)
	}
	var diags grammar.Diagnostics
	bad := "language: zh-CN\nintents:\n  X:\n    data:\n      - sentences: [登月]\n        route: moom\n"
	if _, err := n.Save(t.Context(), journal.Grammars, journal.Save{Key: "own", Value: []byte(bad)}); !errors.As(err, &diags) || diags[0].Suggestion != "moon" {
		t.Errorf("a route to an unknown column: %v, want the suggestion moon", err)
	}
}

func TestTokens(t *testing.T) {
	dir := t.TempDir()
	n := openNode(t, dir)
	secret, err := n.NewToken(t.Context(), "editor", "somebody")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.NewToken(t.Context(), "viewer", ""); err != nil {
		t.Fatal(err)
	}
	n.Close()
	n = openNode(t, dir)
	for token, want := range map[string]string{secret: "editor", secret + "x": "", "": ""} {
		if role, err := n.TokenRole(t.Context(), token); err != nil || role != want {
			t.Errorf("the token %.6s… has the role %q, %v; want %q", token, role, err, want)
		}
	}
	n.Close()
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), secret) {
			t.Errorf("the token itself is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTooLargeADocumentIsRefusedAlone(t *testing.T) {
	n := openNode(t, t.TempDir())
	b := n.NewBatch()
	big := &search.Document{ID: "big", Title: "大", Body: strings.Repeat("\x01", 4<<20)} // each byte is six in JSON
	if err := b.Add(t.Context(), search.Op{Upsert: big}); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("got %v, want ErrTooLarge", err)
	}
	if err := b.Add(t.Context(), search.Op{Upsert: &search.Document{ID: "small", Title: "海星公报"}}); err != nil {
		t.Fatal(err)
	}
	if err := b.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustFind(t, n, "海星公报", "small")
}

// TestSearchSettings: synonyms and pins serve at once, and a new dictionary
// word rebuilds the index beside the one that serves, without a failed query.
func TestSearchSettings(t *testing.T) {
	dir := t.TempDir()
	n := openNode(t, dir)
	fill(t, n, 200)
	save := func(key, text string) error {
		_, err := n.Save(t.Context(), journal.Settings, journal.Save{Key: key, Value: []byte(text)})
		return err
	}
	var diags grammar.Diagnostics
	if err := save(SynonymsKey, "no arrow here"); !errors.As(err, &diags) {
		t.Fatalf("broken synonyms: %v", err)
	}
	if err := save("tokens", "[]"); err == nil {
		t.Fatal("the tokens were overwritten as a setting")
	}
	before := n.Index()
	for key, text := range map[string]string{SynonymsKey: "小报 => 公报", PinsKey: "pinned: {统计资料: [/42]}\nhidden: {统计资料: [/43]}\n", WordsKey: "统计资料汇编\n"} {
		if err := save(key, text); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	words := n.indexDir([]string{"统计资料汇编"})
	for {
		r, err := n.Search(ctx, search.Query{Text: "统计资料"})
		if err != nil || r.Total < 100 {
			t.Fatalf("a query failed meanwhile: %+v, %v", r, err)
		}
		entries, err := os.ReadDir(filepath.Join(dir, "index"))
		if err != nil {
			t.Fatal(err)
		}
		if r.Hits[0].ID == "/42" && len(entries) == 1 && filepath.Base(words) == entries[0].Name() {
			break
		}
	}
	if n.Index() != before {
		t.Error("the index that serves was replaced, not swapped in place")
	}
	fill(t, n, 201) // and goes on following
	mustFind(t, n, "第1200号公报", "/200")
	n.Close()
	n = openNode(t, dir)
	mustFind(t, n, "统计资料", "/42")
}

// TestTokensWhenTheClockJumps: a token ends by the clock of the moment, and one
// without an end never; what a clock far ahead refuses works again when it is
// set right, also beside tokens that were issued meanwhile.
func TestTokensWhenTheClockJumps(t *testing.T) {
	n := openNode(t, t.TempDir())
	var ahead time.Duration
	n.now = func() time.Time { return time.Now().Add(ahead) }
	end := time.Now().Add(time.Hour)
	ending, err := n.IssueToken(t.Context(), Token{Role: "editor", Expires: &end}, "test")
	if err != nil {
		t.Fatal(err)
	}
	endless, err := n.NewToken(t.Context(), "viewer", "endless")
	if err != nil {
		t.Fatal(err)
	}
	for _, jump := range []struct {
		ahead time.Duration
		want  string
	}{{0, "editor"}, {24 * time.Hour, ""}, {-24 * time.Hour, "editor"}, {20 * 24 * time.Hour, ""}, {0, "editor"}} {
		ahead = jump.ahead
		if _, err := n.NewToken(t.Context(), "viewer", "meanwhile"); err != nil {
			t.Fatal(err)
		}
		for secret, want := range map[string]string{ending: jump.want, endless: "viewer"} {
			if role, err := n.TokenRole(t.Context(), secret); err != nil || role != want {
				t.Errorf("with the clock %v ahead the role is %q, %v; want %q", jump.ahead, role, err, want)
			}
		}
	}
}
