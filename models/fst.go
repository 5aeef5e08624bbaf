package models

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// OpenFst's file format, as far as it is needed here. All numbers are little
// endian; a string is an int32 length and its bytes.
//
//	int32  magic 2125659606
//	string type of the transducer ("const", "vector", "olabel_lookahead", …)
//	string type of the arcs ("standard")
//	int32  version, int32 flags (1: input symbols follow, 2: output symbols)
//	uint64 properties; int64 start, states, arcs
//
// then the symbol tables, each:
//
//	int32  magic 2125658996
//	string name; int64 next key, entries
//	entries × (string symbol, int64 key)
//
// then the states and arcs: 20 bytes a state and 16 an arc in type "const",
// at least 12 bytes a state in the others. A type that ends in "lookahead"
// wraps another one: after its own header come the int32 446681434 and the
// whole transducer inside, which has the counts and the symbols.
const (
	fstMagic        = 2125659606
	symbolsMagic    = 2125658996
	addOnMagic      = 446681434
	flagInput       = 1
	flagOutput      = 2
	maxSymbolLength = 1 << 12
)

type fstHeader struct {
	kind          string
	states, arcs  int64
	inputSymbols  bool
	outputSymbols bool
}

// minSize is the least number of bytes that the states and arcs take.
func (h fstHeader) minSize() int64 {
	if h.kind == "const" {
		return h.states*20 + h.arcs*16
	}
	return h.states * 12
}

// readFSTFile reads the header of a transducer file and checks that the file
// is long enough for its states. libvosk gets a null pointer for a graph that
// it cannot read, and follows it.
func readFSTFile(path string) (fstHeader, error) {
	f, err := os.Open(path)
	if err != nil {
		return fstHeader{}, err
	}
	defer f.Close()
	h, err := readFSTHeader(bufio.NewReader(f))
	if err != nil {
		return h, err
	}
	info, err := f.Stat()
	if err != nil {
		return h, err
	}
	if h.states <= 0 || h.arcs < 0 || h.states > 1<<40 || h.arcs > 1<<40 || info.Size() < h.minSize() {
		return h, fmt.Errorf("%d bytes cannot hold %d states and %d arcs: the file is cut off", info.Size(), h.states, h.arcs)
	}
	return h, nil
}

func readFSTHeader(r *bufio.Reader) (fstHeader, error) {
	h, err := readOneHeader(r)
	if err != nil || !strings.HasSuffix(h.kind, "lookahead") {
		return h, err
	}
	var magic int32
	if err := binary.Read(r, binary.LittleEndian, &magic); err != nil || magic != addOnMagic {
		return h, errors.New("the graph's header is cut off")
	}
	return readOneHeader(r)
}

func readOneHeader(r *bufio.Reader) (fstHeader, error) {
	var h fstHeader
	var magic int32
	if err := binary.Read(r, binary.LittleEndian, &magic); err != nil || magic != fstMagic {
		return h, errors.New("is not an OpenFst graph")
	}
	kind, err := readFSTString(r)
	if err != nil {
		return h, err
	}
	arcs, err := readFSTString(r)
	if err != nil {
		return h, err
	}
	var fixed struct {
		Version, Flags      int32
		Properties          uint64
		Start, States, Arcs int64
	}
	if err := binary.Read(r, binary.LittleEndian, &fixed); err != nil {
		return h, errors.New("the graph's header is cut off")
	}
	if arcs != "standard" {
		return h, fmt.Errorf("arcs of type %q: a recogniser's graph has \"standard\" ones", arcs)
	}
	return fstHeader{kind: kind, states: fixed.States, arcs: fixed.Arcs,
		inputSymbols: fixed.Flags&flagInput != 0, outputSymbols: fixed.Flags&flagOutput != 0}, nil
}

// readOutputSymbols returns the words that a graph file carries; none when it
// carries no table.
func readOutputSymbols(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	h, err := readFSTHeader(r)
	if err != nil || !h.outputSymbols {
		return nil, err
	}
	if h.inputSymbols {
		if _, err := readSymbols(r); err != nil {
			return nil, err
		}
	}
	return readSymbols(r)
}

func readSymbols(r *bufio.Reader) ([]string, error) {
	var magic int32
	if err := binary.Read(r, binary.LittleEndian, &magic); err != nil || magic != symbolsMagic {
		return nil, errors.New("the graph's symbol table is damaged")
	}
	if _, err := readFSTString(r); err != nil {
		return nil, err
	}
	var counts struct{ Next, Entries int64 }
	if err := binary.Read(r, binary.LittleEndian, &counts); err != nil || counts.Entries < 0 {
		return nil, errors.New("the graph's symbol table is cut off")
	}
	var words []string
	var key [8]byte
	for range counts.Entries {
		word, err := readFSTString(r)
		if err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(r, key[:]); err != nil {
			return nil, errors.New("the graph's symbol table is cut off")
		}
		words = append(words, word)
	}
	return words, nil
}

func readFSTString(r *bufio.Reader) (string, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return "", errors.New("the graph's header is cut off")
	}
	n := binary.LittleEndian.Uint32(size[:])
	if n > maxSymbolLength {
		return "", fmt.Errorf("the graph has a name of %d bytes: it is damaged", n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return "", errors.New("the graph's header is cut off")
	}
	return string(text), nil
}
