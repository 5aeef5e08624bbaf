"""The decoding graph: sounds to words (HCLr.fst), word sequences (Gr.fst) and the tables beside them.

libvosk composes HCLr with Gr, or with a grammar given at run time, while it listens. HCL is a prefix tree of the words'
phones; a state is entered on its forward transition and stays on its self-loop (Kaldi's "reordered" style, which word times
need). The word comes out after its last phone. Nothing depends on the phones around, so no context transducer is needed.
"""
import math
import os
import subprocess

from . import units

UNKNOWN = "[unk]"
_HALF = math.log(2)  # silence or none, equally likely
_PLUGINS = "/usr/lib/{}/fst/22"  # Debian's lookahead types of OpenFst


class _Arcs:
    """A transducer as OpenFst's text: (from, to, transition, word, cost) each."""

    def __init__(self):
        self.arcs, self.states = [], 0

    def state(self):
        self.states += 1
        return self.states - 1

    def add(self, source, target, transition=0, word=0, cost=0.0):
        self.arcs.append((source, target, transition, word, cost))

    def phone(self, source, phone, cost=0.0):
        """The phone's states after `source`; returns the last."""
        for state in range(len(units.HMMS[units.PHONE_UNIT[phone]])):
            loop, forward = units.TRANSITIONS[(phone, state)]
            target = self.state()
            self.add(source, target, forward, 0, cost)
            self.add(target, target, loop)
            source, cost = target, 0.0
        return source


def _silences(arcs, source, target):
    arcs.add(source, target, cost=_HALF)
    arcs.add(arcs.phone(source, units.PHONE_ID["SIL"], _HALF), target)


def _garbage(arcs, root, after, word, cost):
    """[unk] again: speech that is no Mandarin, 120 ms of it or more."""
    state, name = root, units.GARBAGE_UNIT
    for position in "BIIE":
        state, cost = arcs.phone(state, units.PHONE_ID[f"{name}_{position}"], cost), 0.0
    arcs.add(state, after, word=word)


def _unknown(arcs, root, after, word, entry, syllable):
    """[unk]: any syllables; `entry` and `syllable` are costs."""
    first, middle, end = arcs.state(), arcs.state(), arcs.state()
    arcs.add(root, first, cost=entry)
    rest = {c: arcs.state() for c in sorted(set(units.FINAL_CLASS.values()))}
    for unit in units.INITIAL_UNITS:
        target = rest[unit.split("_")[1]]
        arcs.add(arcs.phone(first, units.PHONE_ID[unit + "_B"], syllable), target)
        arcs.add(arcs.phone(middle, units.PHONE_ID[unit + "_I"], syllable), target)
    for final in units.FINALS:
        source = rest[units.FINAL_CLASS[final]]
        paths = [(source, "_I", middle, 0.0), (source, "_E", end, 0.0)]
        if final not in ("ii", "iii", "ong"):  # the others can be a syllable alone
            paths += [(first, "_B", middle, syllable), (first, "_S", end, syllable), (middle, "_I", middle, syllable), (middle, "_E", end, syllable)]
        for source, position, target, cost in paths:
            arcs.add(arcs.phone(source, units.PHONE_ID[final + position], cost), target)
    arcs.add(end, after, word=word)


def sounds_to_words(lexicon, unknown, decoder):
    """HCL as text lines. lexicon: [(word id, units, cost)]; unknown: the word id of [unk]."""
    arcs = _Arcs()
    start, root, after = arcs.state(), arcs.state(), arcs.state()
    _silences(arcs, start, root)
    _silences(arcs, after, root)
    tree = {}
    for word, sounds, cost in lexicon:
        node, key = root, ()
        for phone in units.word_phones(sounds):
            key += (phone,)
            if key not in tree:
                tree[key] = arcs.phone(node, phone)
            node = tree[key]
        arcs.add(node, after, word=word, cost=cost + decoder.insertion_penalty)
    _unknown(arcs, root, after, unknown, decoder.unknown_entry, decoder.unknown_syllable)
    _garbage(arcs, root, after, unknown, decoder.garbage_entry)
    arcs.arcs.sort(key=lambda a: a[0])
    return ["%d %d %d %d %.4f" % a for a in arcs.arcs] + [str(root)]


def build(words, prons, model, folder, temporary, decoder):
    """Writes the model directory's graph/.

    words: all words in a fixed order; prons: {word: [(units, cost)]}; model(ids): the language model's text lines, given the
    words' final ids. Raises CalledProcessError when OpenFst's tools fail.
    """
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    temporary.mkdir(parents=True, exist_ok=True)
    first = {word: i for i, word in enumerate(["<eps>", *words, UNKNOWN])}
    entries = [(first[word], sounds, cost) for word in words for sounds, cost in prons[word]]
    (temporary / "hcl.txt").write_text("\n".join(sounds_to_words(entries, first[UNKNOWN], decoder)) + "\n")
    _openfst(f"fstcompile {temporary}/hcl.txt | fstarcsort --sort_type=olabel > {temporary}/hcl.fst")
    _openfst(f"fstconvert --fst_type=olabel_lookahead --save_relabel_opairs={temporary}/relabel {temporary}/hcl.fst {folder}/HCLr.fst")
    # The look-ahead type numbers the words anew, by how the tree branches; words.txt and Gr must use these numbers.
    moved = dict(map(int, line.split()) for line in (temporary / "relabel").read_text().splitlines())
    ids = {word: moved.get(i, i) for word, i in first.items()}
    (folder / "words.txt").write_text("".join(f"{w} {i}\n" for w, i in sorted(ids.items(), key=lambda pair: pair[1])), encoding="utf8")
    write_language_model(model(ids), folder, temporary)
    _write_tables(folder)
    return ids


def write_language_model(lines, folder, temporary):
    """Gr.fst from an acceptor's text lines: "from to word word cost" or "state cost"."""
    (temporary / "g.txt").write_text("\n".join(lines) + "\n")
    _openfst(f"fstcompile {temporary}/g.txt | fstarcsort --sort_type=ilabel | fstconvert --fst_type=const - {folder}/Gr.fst")


def read_ids(folder):
    """{word: id} of a graph/words.txt."""
    return {word: int(i) for word, i in map(str.split, (folder / "words.txt").read_text(encoding="utf8").splitlines())}


def _write_tables(folder):
    kinds = {"B": "begin", "I": "internal", "E": "end", "S": "singleton"}
    boundaries = [f"{i} {'nonword' if p == 'SIL' else kinds[p[-1]]}\n" for i, p in enumerate(units.PHONES) if i]
    (folder / "phones" / "word_boundary.int").write_text("".join(boundaries))
    (folder / "phones.txt").write_text("".join(f"{p} {i}\n" for i, p in enumerate(units.PHONES)))
    # The file must exist and not be empty; this id is no transition of the graph.
    (folder / "disambig_tid.int").write_text(f"{units.TRANSITION_COUNT + 1}\n")


def _openfst(command):
    machine = {"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu"}.get(os.uname().machine, "")
    path = _PLUGINS.format(machine) + ":" + os.environ.get("LD_LIBRARY_PATH", "")
    subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True, env={**os.environ, "LD_LIBRARY_PATH": path})
