"""The decoding graph: sounds to words (HCLr.fst), word sequences (Gr.fst) and the tables beside them.

libvosk composes HCLr with Gr, or with a grammar given at run time, while it listens. HCL is a prefix tree of the words'
phones; a state is entered on its forward transition and stays on its self-loop (Kaldi's "reordered" style, which word times
need). The word comes out after its last phone. Nothing depends on the phones around, so no context transducer is needed.
"""
import math
import os
import subprocess

from .inventory import GARBAGE_UNIT, SILENCE_UNIT

UNKNOWN = "[unk]"
_HALF = math.log(2)  # silence or none, equally likely
_PLUGINS = "/usr/lib/{}/fst/22"  # Debian's lookahead types of OpenFst


class _Arcs:
    """A transducer as OpenFst's text: (from, to, transition, word, cost) each."""

    def __init__(self, inventory):
        self.inventory, self.arcs, self.states = inventory, [], 0

    def state(self):
        self.states += 1
        return self.states - 1

    def add(self, source, target, transition=0, word=0, cost=0.0):
        self.arcs.append((source, target, transition, word, cost))

    def phone(self, source, phone, cost=0.0):
        """The states of a phone (its id or name) after `source`; returns the last."""
        phone = self.inventory.phone_id.get(phone, phone)
        for state in range(len(self.inventory.hmms[self.inventory.phone_unit[phone]])):
            loop, forward = self.inventory.transitions[(phone, state)]
            target = self.state()
            self.add(source, target, forward, 0, cost)
            self.add(target, target, loop)
            source, cost = target, 0.0
        return source


def _silences(arcs, source, target):
    arcs.add(source, target, cost=_HALF)
    arcs.add(arcs.phone(source, SILENCE_UNIT, _HALF), target)


def _garbage(arcs, root, after, word, cost):
    """[unk] again: speech of other languages, 120 ms of it or more."""
    state = root
    for position in "BIIE":
        state, cost = arcs.phone(state, f"{GARBAGE_UNIT}_{position}", cost), 0.0
    arcs.add(state, after, word=word)


def _unknown(arcs, root, after, word, entry, syllable):
    """[unk]: any sounds, as the inventory joins them; `entry` and `syllable` are costs."""
    nodes = {name: arcs.state() for name in ("first", "middle", "end")}
    arcs.add(root, nodes["first"], cost=entry)
    others = {name for source, _, _, target, _ in arcs.inventory.unknown for name in (source, target)} - set(nodes)
    nodes.update((name, arcs.state()) for name in sorted(others))
    for source, unit, position, target, share in arcs.inventory.unknown:
        arcs.add(arcs.phone(nodes[source], f"{unit}_{position}", syllable * share), nodes[target])
    arcs.add(nodes["end"], after, word=word)


def sounds_to_words(inventory, lexicon, unknown, decoder):
    """HCL as text lines. lexicon: [(word id, units, cost)]; unknown: the word id of [unk]."""
    arcs = _Arcs(inventory)
    start, root, after = arcs.state(), arcs.state(), arcs.state()
    _silences(arcs, start, root)
    _silences(arcs, after, root)
    tree = {}
    for word, sounds, cost in lexicon:
        node, key = root, ()
        for phone in inventory.word_phones(sounds):
            key += (phone,)
            if key not in tree:
                tree[key] = arcs.phone(node, phone)
            node = tree[key]
        arcs.add(node, after, word=word, cost=cost + decoder.insertion_penalty)
    _unknown(arcs, root, after, unknown, decoder.unknown_entry, decoder.unknown_syllable)
    _garbage(arcs, root, after, unknown, decoder.garbage_entry)
    arcs.arcs.sort(key=lambda a: a[0])
    return ["%d %d %d %d %.4f" % a for a in arcs.arcs] + [str(root)]


def build(inventory, words, prons, model, folder, temporary, decoder):
    """Writes the model directory's graph/.

    words: all words in a fixed order; prons: {word: [(units, cost)]}; model(ids): the language model's text lines, given the
    words' final ids. Raises CalledProcessError when OpenFst's tools fail.
    """
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    temporary.mkdir(parents=True, exist_ok=True)
    first = {word: i for i, word in enumerate(["<eps>", *words, UNKNOWN])}
    entries = [(first[word], sounds, cost) for word in words for sounds, cost in prons[word]]
    (temporary / "hcl.txt").write_text("\n".join(sounds_to_words(inventory, entries, first[UNKNOWN], decoder)) + "\n")
    _openfst(f"fstcompile {temporary}/hcl.txt | fstarcsort --sort_type=olabel > {temporary}/hcl.fst")
    _openfst(f"fstconvert --fst_type=olabel_lookahead --save_relabel_opairs={temporary}/relabel {temporary}/hcl.fst {folder}/HCLr.fst")
    # The look-ahead type numbers the words anew, by how the tree branches; words.txt and Gr must use these numbers.
    moved = dict(map(int, line.split()) for line in (temporary / "relabel").read_text().splitlines())
    ids = {word: moved.get(i, i) for word, i in first.items()}
    (folder / "words.txt").write_text("".join(f"{w} {i}\n" for w, i in sorted(ids.items(), key=lambda pair: pair[1])), encoding="utf8")
    write_language_model(model(ids), folder, temporary)
    _write_tables(inventory, folder)
    return ids


def write_language_model(lines, folder, temporary):
    """Gr.fst from an acceptor's text lines: "from to word word cost" or "state cost"."""
    (temporary / "g.txt").write_text("\n".join(lines) + "\n")
    _openfst(f"fstcompile {temporary}/g.txt | fstarcsort --sort_type=ilabel | fstconvert --fst_type=const - {folder}/Gr.fst")


def read_ids(folder):
    """{word: id} of a graph/words.txt."""
    return {word: int(i) for word, i in map(str.split, (folder / "words.txt").read_text(encoding="utf8").splitlines())}


def _write_tables(inventory, folder):
    kinds = {"B": "begin", "I": "internal", "E": "end", "S": "singleton"}
    boundaries = [f"{i} {'nonword' if p == SILENCE_UNIT else kinds[p[-1]]}\n" for i, p in enumerate(inventory.phones) if i]
    (folder / "phones" / "word_boundary.int").write_text("".join(boundaries))
    (folder / "phones.txt").write_text("".join(f"{p} {i}\n" for i, p in enumerate(inventory.phones)))
    # The file must exist and not be empty; this id is no transition of the graph.
    (folder / "disambig_tid.int").write_text(f"{inventory.transition_count + 1}\n")


def _openfst(command):
    machine = {"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu"}.get(os.uname().machine, "")
    path = _PLUGINS.format(machine) + ":" + os.environ.get("LD_LIBRARY_PATH", "")
    subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True, env={**os.environ, "LD_LIBRARY_PATH": path})
