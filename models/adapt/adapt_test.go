package adapt

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/models"
)

// one is the graph of 1 2, 1 1 and nothing else.
func one(s scaling) acceptor {
	c := newCounts()
	c.add([]int32{1, 2})
	c.add([]int32{1, 1})
	b := bigram{after: map[int32]*follow{}, unigram: &follow{words: map[int32]float64{1: 0.5, 2: 0.3}, end: 0.2}}
	b.mix(c, 0.5)
	return b.acceptor(s)
}

// Of each history, the chances of its words, its end and its back-off are one.
func addUp(t *testing.T, b bigram) {
	t.Helper()
	check := func(history any, f *follow) {
		sum := f.end + f.backOff
		for _, p := range f.words {
			sum += p
		}
		if math.Abs(sum-1) > 1e-3 {
			t.Errorf("chances after %v add up to %f", history, sum)
		}
	}
	check("nothing", b.unigram)
	for h, f := range b.after {
		check(h, f)
	}
}

func TestChancesAddUp(t *testing.T) {
	for _, s := range []scaling{{Scale: 1}, {Scale: 0.7, Bonus: 3}} {
		b, err := fromAcceptor(one(s), s)
		if err != nil {
			t.Fatal(err)
		}
		addUp(t, b)
		c := newCounts()
		c.add([]int32{2, 2, 1})
		b.mix(c, 0.6)
		addUp(t, b)
		if got := b.after[2].words[2]; got < 0.11 {
			t.Errorf("2 after 2 has chance %f after it was read", got)
		}
	}
}

func TestFileRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Gr.fst")
	want := one(scaling{Scale: 1})
	if err := os.WriteFile(path, want.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readAcceptor(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.bytes(), want.bytes()) {
		t.Error("a graph changes when it is read and written")
	}
}

// Every cut of a graph file is refused, none read past its end.
func TestCutOff(t *testing.T) {
	whole := one(scaling{Scale: 1}).bytes()
	path := filepath.Join(t.TempDir(), "Gr.fst")
	for n := range len(whole) {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readAcceptor(path); err == nil {
			t.Fatalf("%d of %d bytes were read as a graph", n, len(whole))
		}
	}
}

func FuzzReadAcceptor(f *testing.F) {
	f.Add(one(scaling{Scale: 1}).bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "Gr.fst")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if a, err := readAcceptor(path); err == nil {
			if _, err := fromAcceptor(a, scaling{Scale: 1}); err != nil {
				t.Skip()
			}
		}
	})
}

// perWord is the mean surprise in nats a word, the end of a sentence included.
func perWord(t *testing.T, dir string, texts []string) float64 {
	t.Helper()
	graph, err := readAcceptor(filepath.Join(dir, "graph", "Gr.fst"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := readScaling(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := fromAcceptor(graph, s)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := readIDs(dir)
	if err != nil {
		t.Fatal(err)
	}
	vocabulary, err := models.ReadVocabulary(dir)
	if err != nil {
		t.Fatal(err)
	}
	var nats, n float64
	for _, text := range texts {
		words, _ := vocabulary.Segment(text)
		previous := start
		for _, w := range words {
			nats, n = nats-math.Log(b.chance(previous, ids[w])), n+1
			previous = ids[w]
		}
	}
	return nats / n
}

// chance is what the graph's best path gives word after history.
func (b bigram) chance(history, word int32) float64 {
	const never = 1e-9
	f := b.after[history]
	if f == nil {
		return max(b.unigram.words[word], never)
	}
	return max(f.words[word], f.backOff*b.unigram.words[word], never)
}

// The shipped model expects a portal's words more once it was adapted to other
// texts of that portal, and is a whole model.
func TestModel(t *testing.T) {
	dir, out := filepath.Join("..", models.Default), filepath.Join(t.TempDir(), "portal-zh")
	texts := []string{"盐田区红树林湿地巡护预约", "红树林湿地巡护志愿者招募", "预约红树林湿地巡护", "关于红树林湿地保护的通知"}
	asked := []string{"红树林湿地巡护", "红树林湿地保护通知"}
	report, err := Model(dir, out, texts)
	if err != nil {
		t.Fatal(err)
	}
	if report.Sentences != 4 || report.Words < 8 || report.Pairs < report.Words {
		t.Errorf("%+v", report)
	}
	before, after := perWord(t, dir, asked), perWord(t, out, asked)
	t.Logf("nats a word: %.2f → %.2f", before, after)
	if after > before/2 {
		t.Errorf("%.2f nats a word before, %.2f after", before, after)
	}
	m, err := models.Describe(out)
	if err != nil || m.Name != "portal-zh" || m.Licence != "CC-BY-SA-4.0" {
		t.Errorf("%+v %v", m, err)
	}
	if err := models.Verify(out); err != nil {
		t.Errorf("the adapted model: %v", err)
	}
	if _, err := Model(dir, out, texts); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("over an existing model: %v", err)
	}
	if _, err := Model(dir, out+"2", []string{"、、"}); err == nil {
		t.Error("without a word")
	}
	if entries, _ := os.ReadDir(filepath.Dir(out)); len(entries) != 1 {
		t.Errorf("left over: %v", entries)
	}
}
