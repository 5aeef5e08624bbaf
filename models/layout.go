package models

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// layout says where a model directory keeps its files. libvosk knows two: the
// newer one with the folders am, conf and graph (chosen by the presence of
// am/final.mdl), and the older one with everything in the top folder.
type layout struct {
	dir      string
	acoustic string // nnet and transition model
	features string // MFCC configuration
	decoder  string // beams and endpoint rules; optional in the old layout
	static   string // whole graph, HCLG
	dynHCL   string // dynamic graph: lexicon and context
	dynG     string // dynamic graph: language model
	disambig string // needed by the dynamic graph
	words    string // may be missing when the graph carries its symbols
	boundary string // needed for word timings
}

func layoutOf(dir string) layout {
	l := layout{dir: dir, acoustic: "final.mdl", features: "mfcc.conf", static: "HCLG.fst", dynHCL: "HCLr.fst",
		dynG: "Gr.fst", disambig: "disambig_tid.int", words: "words.txt", boundary: "word_boundary.int"}
	if _, err := os.Stat(filepath.Join(dir, "final.mdl")); err == nil {
		return l
	}
	return layout{dir: dir, acoustic: "am/final.mdl", features: "conf/mfcc.conf", decoder: "conf/model.conf",
		static: "graph/HCLG.fst", dynHCL: "graph/HCLr.fst", dynG: "graph/Gr.fst", disambig: "graph/disambig_tid.int",
		words: "graph/words.txt", boundary: "graph/phones/word_boundary.int"}
}

func (l layout) path(name string) string { return filepath.Join(l.dir, filepath.FromSlash(name)) }

func (l layout) has(name string) bool {
	info, err := os.Stat(l.path(name))
	return err == nil && info.Mode().IsRegular()
}

// dynamic says whether the graph is composed at run time, which is what makes
// runtime grammars possible. libvosk prefers a static graph when both exist.
func (l layout) dynamic() bool { return !l.has(l.static) && l.has(l.dynHCL) && l.has(l.dynG) }

// sampleRate is mfcc.conf's --sample-frequency in Hz; 16000, Kaldi's default,
// when the line is missing, and 0 when the file cannot be read or the value
// is not a number.
func (l layout) sampleRate() int {
	f, err := os.Open(l.path(l.features))
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		value, ok := strings.CutPrefix(strings.TrimSpace(s.Text()), "--sample-frequency=")
		if !ok {
			continue
		}
		hz, err := strconv.ParseFloat(value, 64)
		if err != nil || hz < 1 || hz > 1e6 {
			return 0
		}
		return int(hz)
	}
	return 16000
}
