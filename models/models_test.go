package models

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// starter is a copy of the model that ships.
func starter(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "starter-zh")
	if err := os.CopyFS(dir, os.DirFS("starter-zh")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheShippedModelIsWhole(t *testing.T) {
	if err := Verify("starter-zh"); err != nil {
		t.Error(err)
	}
	m, err := Describe("starter-zh")
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != Default || m.Language != "zh-CN" || m.SampleRate != 16000 || m.Licence != "CC-BY-SA-4.0" ||
		!m.Grammars || !m.Checksums || m.Bytes < 9e6 {
		t.Errorf("%+v", m)
	}
}

func TestFind(t *testing.T) {
	dir := starter(t)
	parent := filepath.Dir(dir)
	for name, c := range map[string]struct {
		name string
		dirs []string
		ok   bool
	}{
		"default":        {"", []string{"nowhere", parent}, true},
		"by name":        {"starter-zh", []string{parent}, true},
		"by path":        {dir, nil, true},
		"relative path":  {"./starter-zh", nil, true},
		"in working dir": {"starter-zh", nil, true},
		"unknown":        {"klingon", []string{parent}, false},
		"missing path":   {dir + "/none", nil, false},
		"a file":         {dir + "/manifest.json", nil, false},
	} {
		m, err := Find(c.name, c.dirs...)
		if (err == nil) != c.ok || c.ok && m.Name != "starter-zh" {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	if _, err := Find("klingon", parent); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "models pull") {
		t.Errorf("%v", err)
	}
}

func TestList(t *testing.T) {
	dir := starter(t)
	parent := filepath.Dir(dir)
	for _, other := range []string{"empty", ".hidden"} {
		if err := os.Mkdir(filepath.Join(parent, other), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	bare := filepath.Join(parent, "vosk-model-small-en-us-0.15")
	if err := os.CopyFS(bare, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(bare, manifestName)); err != nil {
		t.Fatal(err)
	}
	found, err := List("nowhere", parent, ".")
	if err != nil || len(found) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	if found[0].Dir != dir || found[1].Language != "en-US" || found[1].Checksums {
		t.Errorf("%+v", found)
	}
}

// Each kind of damage is found and named.
func TestVerifyNamesTheProblem(t *testing.T) {
	remove := func(name string) func(string) error {
		return func(dir string) error { return os.Remove(filepath.Join(dir, name)) }
	}
	write := func(name, text string) func(string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644) }
	}
	bare := func(change func(string) error) func(string) error {
		return func(dir string) error { return errors.Join(remove(manifestName)(dir), change(dir)) }
	}
	for name, c := range map[string]struct {
		damage func(string) error
		want   []string // words of the message; none: the model is whole
	}{
		"untouched":        {func(string) error { return nil }, nil},
		"without manifest": {remove(manifestName), nil},
		"no acoustics":     {remove("am/final.mdl"), []string{"final.mdl", "missing", "not a whole Vosk model"}},
		"no features":      {remove("conf/mfcc.conf"), []string{"mfcc.conf", "missing"}},
		"text acoustics":   {bare(write("am/final.mdl", "<TransitionModel>")), []string{"not a binary Kaldi model"}},
		"no graph":         {bare(remove("graph/HCLr.fst")), []string{"HCLr.fst", "missing"}},
		"rubbish graph":    {bare(write("graph/Gr.fst", "rubbish")), []string{"Gr.fst", "not an OpenFst graph"}},
		"cut-off graph": {bare(func(dir string) error { return os.Truncate(filepath.Join(dir, "graph/HCLr.fst"), 2e6) }),
			[]string{"HCLr.fst", "cut off"}},
		"rubbish disambig": {bare(write("graph/disambig_tid.int", "x")), []string{"not a list of numbers"}},
		"no words":         {bare(remove("graph/words.txt")), []string{"words.txt", "no graph carries"}},
		"broken words":     {bare(write("graph/words.txt", "<eps> 0\n教育局\n")), []string{"words.txt", "line 2", "1 columns"}},
		"words not a number": {bare(write("graph/words.txt", "<eps> zero\n")),
			[]string{"words.txt", "line 1", "not a number"}},
		"wrong rate": {bare(write("conf/mfcc.conf", "--sample-frequency=22050\n")), []string{"mfcc.conf", "22050"}},
		"rate and manifest": {write("conf/mfcc.conf", "--sample-frequency=8000\n"),
			[]string{"8000 Hz, but the manifest says 16000"}},
		"other size": {write("conf/model.conf", "--beam=1\n"), []string{"model.conf", "manifest says 293"}},
		"flipped byte": {func(dir string) error {
			f, err := os.OpenFile(filepath.Join(dir, "am/final.mdl"), os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteAt([]byte{0xff}, 1e6)
			return err
		}, []string{"final.mdl", "checksum"}},
		"broken manifest":   {write(manifestName, "{"), []string{"manifest.json", "unexpected end"}},
		"escaping manifest": {write(manifestName, `{"files":[{"path":"../../etc/passwd"}]}`), []string{"outside"}},
		"two problems": {func(dir string) error { return errors.Join(remove("am/final.mdl")(dir), remove("graph/Gr.fst")(dir)) },
			[]string{"final.mdl", "Gr.fst"}},
	} {
		dir := starter(t)
		if err := c.damage(dir); err != nil {
			t.Fatal(err)
		}
		err := Verify(dir)
		if (err == nil) != (c.want == nil) || err != nil && !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q is not in: %v", name, want, err)
			}
		}
		if quick := Check(dir); (quick == nil) != (err == nil) && name != "flipped byte" {
			t.Errorf("%s: Check says %v, Verify %v", name, quick, err)
		}
	}
	if err := Verify(filepath.Join(t.TempDir(), "none")); !errors.Is(err, ErrNotFound) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

// The older layout keeps everything in the top folder.
func TestOldLayout(t *testing.T) {
	from, to := starter(t), t.TempDir()
	for old, name := range map[string]string{"am/final.mdl": "final.mdl", "conf/mfcc.conf": "mfcc.conf", "graph/HCLr.fst": "HCLr.fst",
		"graph/Gr.fst": "Gr.fst", "graph/disambig_tid.int": "disambig_tid.int", "graph/words.txt": "words.txt"} {
		if err := os.Rename(filepath.Join(from, old), filepath.Join(to, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := Verify(to); err != nil {
		t.Error(err)
	}
	if v, err := ReadVocabulary(to); err != nil || !v.Has("教育局") {
		t.Errorf("%v", err)
	}
}

func TestSegment(t *testing.T) {
	v, err := ReadVocabulary("starter-zh")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ phrase, words, unknown string }{
		{"教育局", "教育局", ""},
		{"帮我打开教育局", "帮我 打开 教育局", ""},
		{"打开 教育局", "打开 教育局", ""},
		{"打开，教育局。", "打开 教育局", ""},
		{"2024年政府工作报告", "年 政府 工作 报告", "2024"},
		{"打开APP打开APP", "打开 打开", "APP"},
		{"[unk]", "[unk]", ""},
		{"龘龘", "", "龘"},
		{"<eps> #0", "", "eps 0"},
		{"", "", ""},
		{"…！", "", ""},
	} {
		words, unknown := v.Segment(c.phrase)
		if strings.Join(words, " ") != c.words || strings.Join(unknown, " ") != c.unknown {
			t.Errorf("%q: %q, unknown %q", c.phrase, words, unknown)
		}
	}
	english := NewVocabulary([]string{"<eps>", "[unk]", "<s>", "!SIL", "#0", "open", "the", "don't", "e-mail", "FAQ", "of"})
	words, unknown := english.Segment("Open the FAQ, don't e-mail of Yantian’s")
	if got := strings.Join(words, " "); got != "open the FAQ don't e-mail of" || !slices.Equal(unknown, []string{"Yantian", "s"}) {
		t.Errorf("%q, unknown %q", got, unknown)
	}
	if english.Len() != 6 || english.Has("<eps>") {
		t.Errorf("%d words", english.Len())
	}
}

// The official small models have no words.txt: the graph carries the symbols.
// OpenFst's own compiler makes one here.
func TestVocabularyInsideAGraph(t *testing.T) {
	if _, err := exec.LookPath("fstcompile"); err != nil {
		t.Skip("fstcompile (libfst-tools) is not installed")
	}
	for _, kind := range []string{"vector", "const"} {
		dir := starter(t)
		words := filepath.Join(dir, "graph", "words.txt")
		text := filepath.Join(t.TempDir(), "g.txt")
		if err := os.WriteFile(text, []byte("0 1 教育局 教育局\n1 0 打开 打开 0.5\n1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("fstcompile", "--fst_type="+kind, "--isymbols="+words, "--osymbols="+words,
			"--keep_isymbols", "--keep_osymbols", text, filepath.Join(dir, "graph", "Gr.fst")).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		want, err := ReadVocabulary(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(words), os.Remove(filepath.Join(dir, manifestName))); err != nil {
			t.Fatal(err)
		}
		if err := Verify(dir); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		got, err := ReadVocabulary(dir)
		if err != nil || got.Len() != want.Len() || !got.Has("教育局") {
			t.Errorf("%s: %v", kind, err)
		}
		if err := os.Truncate(filepath.Join(dir, "graph", "Gr.fst"), 1000); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadVocabulary(dir); err == nil {
			t.Errorf("%s: a cut-off table was read", kind)
		}
	}
}
