package adapt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
)

// OpenFst's file of type "const" with arcs of type "standard"; package models
// has the header's fields. A state is float32 final cost (+Inf: none), uint32
// first arc, arcs, arcs with input 0, arcs with output 0; an arc is int32
// input, int32 output, float32 cost, int32 target.
const (
	fstMagic   = 2125659606
	fstVersion = 2
	// Properties as OpenFst writes them for an acceptor sorted by input:
	// acceptor, expanded, sorted by input and output, weighted; nothing else
	// is claimed.
	fstProperties = 0x1 | 0x10000 | 0x10000000 | 0x40000000 | 0x100000000
)

// arc goes to state target on a word, or on no word (0, the back-off).
type arc struct {
	word, target int32
	cost         float32
}

// acceptor is a language model as a graph. Its start is state 0.
type acceptor struct {
	final []float32 // a state's cost of ending; +Inf where none may end
	arcs  [][]arc
}

type constHeader struct {
	Version, Flags      int32
	Properties          uint64
	Start, States, Arcs int64
}

type constState struct {
	Final                         float32
	First, Arcs, Inputs0, Output0 uint32
}

type constArc struct {
	Input, Output int32
	Cost          float32
	Target        int32
}

// readAcceptor reads Gr.fst. The file's size bounds what is allocated.
func readAcceptor(path string) (acceptor, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return acceptor{}, err
	}
	r := bytes.NewReader(raw)
	var magic int32
	if binary.Read(r, binary.LittleEndian, &magic) != nil || magic != fstMagic {
		return acceptor{}, errors.New("is not an OpenFst graph")
	}
	for _, want := range []string{"const", "standard"} {
		if got, err := readString(r); err != nil || got != want {
			return acceptor{}, fmt.Errorf("graph of type %q: only type \"const\" with \"standard\" arcs can be adapted", got)
		}
	}
	var h constHeader
	if binary.Read(r, binary.LittleEndian, &h) != nil || h.Flags != 0 || h.Start != 0 ||
		h.States <= 0 || h.Arcs < 0 || h.States > int64(r.Len())/20 || h.Arcs > int64(r.Len())/16 {
		return acceptor{}, errors.New("the graph is damaged, aligned, or has symbols in it")
	}
	states, flat := make([]constState, h.States), make([]constArc, h.Arcs)
	if binary.Read(r, binary.LittleEndian, states) != nil || binary.Read(r, binary.LittleEndian, flat) != nil {
		return acceptor{}, errors.New("the graph is cut off")
	}
	return unpack(states, flat)
}

func unpack(states []constState, flat []constArc) (acceptor, error) {
	var a acceptor
	for i, s := range states {
		if uint64(s.First)+uint64(s.Arcs) > uint64(len(flat)) {
			return a, fmt.Errorf("state %d of the graph has arcs past its end", i)
		}
		var out []arc
		for _, f := range flat[s.First : s.First+s.Arcs] {
			if f.Input != f.Output || f.Input < 0 || f.Target < 0 || int(f.Target) >= len(states) {
				return a, fmt.Errorf("state %d of the graph is not a language model's", i)
			}
			out = append(out, arc{word: f.Input, target: f.Target, cost: f.Cost})
		}
		a.final, a.arcs = append(a.final, s.Final), append(a.arcs, out)
	}
	return a, nil
}

func readString(r *bytes.Reader) (string, error) {
	var n int32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil || n < 0 || int(n) > r.Len() {
		return "", errors.New("cut off")
	}
	text := make([]byte, n)
	_, err := r.Read(text)
	return string(text), err
}

// bytes is the acceptor as a file.
func (a acceptor) bytes() []byte {
	var states []constState
	var flat []constArc
	for i, arcs := range a.arcs {
		sorted := slices.Clone(arcs)
		slices.SortStableFunc(sorted, func(x, y arc) int { return int(x.word) - int(y.word) })
		s := constState{Final: a.final[i], First: uint32(len(flat)), Arcs: uint32(len(arcs))}
		for _, x := range sorted {
			if x.word == 0 {
				s.Inputs0, s.Output0 = s.Inputs0+1, s.Output0+1
			}
			flat = append(flat, constArc{Input: x.word, Output: x.word, Cost: x.cost, Target: x.target})
		}
		states = append(states, s)
	}
	var b bytes.Buffer
	put := func(v any) {
		// Writing fixed-size values to memory cannot fail.
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	put(int32(fstMagic))
	for _, name := range []string{"const", "standard"} {
		put(int32(len(name)))
		b.WriteString(name)
	}
	put(constHeader{Version: fstVersion, Properties: fstProperties, States: int64(len(states)), Arcs: int64(len(flat))})
	put(states)
	put(flat)
	return b.Bytes()
}

func (a *acceptor) state() int32 {
	a.final, a.arcs = append(a.final, float32(math.Inf(1))), append(a.arcs, nil)
	return int32(len(a.final) - 1)
}
