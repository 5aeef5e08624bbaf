"""A model directory written here, as libvosk reads it: loaded, decoded, and scored the same as our own net."""
import json
import shutil
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from starter import align, config, export, features, graph, libvosk, net, units
from starter.languages import MANDARIN

from . import test_net

SOUNDS = MANDARIN.inventory
WORDS = {"你好": ["ni", "hao"], "教育局": ["jiao", "yu", "ju"], "投诉": ["tou", "su"], "啊": ["a"], "土俗": ["tu", "su"]}
TONES = {"你好": [2, 3], "投诉": [2, 4], "土俗": [3, 0]}


def sounds(word):
    """The word's units, their tones where TONES has them."""
    syllables = WORDS[word]
    return units.toned(units.word_units(syllables), units.word_tones(syllables, TONES.get(word, [0] * len(syllables))))


def one_word(ids):
    """A language model of exactly one word, all equally likely."""
    return [f"0 1 {ids[w]} {ids[w]} 0" for w in WORDS] + ["1 0"]


class RoundTrip(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if libvosk.available() is None:
            raise unittest.SkipTest("libvosk.so is not there: run `make build`, or set LIBVOSK")
        if shutil.which("fstcompile") is None:
            raise unittest.SkipTest("OpenFst's tools are not there: apt-get install libfst-tools libfst22-plugins-base")
        torch.set_num_threads(1)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.decoder = config.Decoder(prior_power=0.5, tone_floor=-1.5)  # some tones are below: four have log(1/4) on average
        cls.net = test_net.tiny()
        cls.prior = torch.rand(SOUNDS.pdf_count, generator=torch.Generator().manual_seed(1)) + 0.1
        net.save(cls.folder / "net.pt", cls.net, cls.prior / cls.prior.sum())
        prons = {w: [(sounds(w), 0.0)] for w in WORDS}
        graph.build(SOUNDS, list(WORDS), prons, one_word, cls.folder / "model" / "graph", cls.folder / "tmp", cls.decoder)
        export.acoustic(SOUNDS, cls.folder / "net.pt", cls.folder / "model", cls.decoder)
        options = (cls.folder / "model" / "conf" / "model.conf")
        options.write_text(options.read_text().replace("--beam=12.0", "--beam=200").replace("--lattice-beam=4.0", "--lattice-beam=100"))
        cls.model = libvosk.Model(cls.folder / "model")
        cls.samples = np.random.RandomState(5).randn(14400) * 2000

    def own_score(self, word):
        """Best score of the word as libvosk should find it, but for costs that all words share."""
        cepstra = features.mfcc(features.log_mel(features.power(self.samples.astype("<i2"))))
        margin = self.net.context
        padded = np.concatenate([np.repeat(cepstra[:1], margin, 0), cepstra, np.repeat(cepstra[-1:], margin + 3, 0)]).astype("f4")
        with torch.no_grad():
            outputs = self.net(torch.from_numpy(padded)[None])[0].split([SOUNDS.pdf_count, SOUNDS.aside])
        sounds_logs, tone_logs = (torch.log_softmax(head, 0).T.numpy() for head in outputs)
        over = np.maximum(tone_logs - self.decoder.tone_floor, 0)
        logs = np.concatenate([sounds_logs, over], 1)[:(len(cepstra) + 2) // 3]
        weight, bias = export.join(SOUNDS, self.decoder)
        scores = logs @ weight.T + bias
        shares = export.priors(SOUNDS, self.prior / self.prior.sum(), self.decoder)
        scores = (scores - np.log(shares)) * self.decoder.acoustic_scale
        pdfs, optional = align.states(SOUNDS, sounds(word))
        return align.viterbi(scores, pdfs, optional, shortest=1)[0] * len(scores)

    def test_scores_are_libvosks(self):
        results = self.model.results(self.samples.astype("<i2").tobytes(), alternatives=len(WORDS))
        found = {a["text"].strip(): a["confidence"] for a in results[-1]["alternatives"]}
        self.assertEqual(set(found), set(WORDS))
        differences = [confidence - self.own_score(word) for word, confidence in found.items()]
        self.assertLess(max(differences) - min(differences), 0.05, found)

    def test_grammars_at_run_time(self):
        heard = self.model.text(self.samples.astype("<i2").tobytes(), ["教育局"])
        self.assertEqual(set(heard.split()), {"教育局"})

    def test_broken_model(self):
        with self.assertRaises(ValueError):
            libvosk.Model(self.folder / "nothing")

    def test_manifest(self):
        export.manifest(self.folder / "model", MANDARIN)
        files = {f["path"]: f["size"] for f in json.loads((self.folder / "model" / "manifest.json").read_text())["files"]}
        self.assertEqual(files["am/final.mdl"], (self.folder / "model" / "am" / "final.mdl").stat().st_size)


class Composition(unittest.TestCase):
    """Sounds to words, walked by hand."""

    def walk(self, lines, transitions):
        """The words that come out after the transitions, over all paths that take them and may end there."""
        arcs, ends = {}, set()
        for line in lines:
            fields = line.split()
            if len(fields) == 1:
                ends.add(fields[0])
            else:
                arcs.setdefault(fields[0], []).append((fields[1], int(fields[2]), int(fields[3])))
        states = self.silent({("0", ())}, arcs)
        for wanted in transitions:
            states = self.silent({(t, out) for s, out in states for t, i, o in arcs.get(s, []) if i == wanted}, arcs)
        return {out for state, out in states if state in ends}

    def silent(self, states, arcs):
        todo, seen = list(states), set(states)
        while todo:
            state, out = todo.pop()
            for target, transition, word in arcs.get(state, []):
                step = (target, out + ((word,) if word else ()))
                if transition == 0 and step not in seen and len(step[1]) < 4:
                    seen.add(step)
                    todo.append(step)
        return seen

    def path(self, *words):
        """Forward transitions of words' phones, each state held once."""
        found = []
        for word in words:
            for phone in SOUNDS.word_phones(sounds(word)):
                for state in range(len(SOUNDS.hmms[SOUNDS.phone_unit[phone]])):
                    loop, forward = SOUNDS.transitions[(phone, state)]
                    found += [forward, loop]
        return found

    def test_words_come_out(self):
        entries = [(i + 1, sounds(w), 0.0) for i, w in enumerate(WORDS)]
        lines = graph.sounds_to_words(SOUNDS, entries, 9, config.Decoder())
        self.assertEqual(self.walk(lines, self.path("你好")) - {(9,)}, {(1,)})
        self.assertIn((2, 3), self.walk(lines, self.path("教育局", "投诉")))
        self.assertEqual(self.walk(lines, self.path("教育局")[:-4]), set())

    def test_any_syllables_are_unknown(self):
        lines = graph.sounds_to_words(SOUNDS, [(1, units.word_units(["ni", "hao"]), 0.0)], 9, config.Decoder())
        self.assertEqual(self.walk(lines, self.path("教育局")), {(9,)})

    def test_other_languages_are_unknown(self):
        lines = graph.sounds_to_words(SOUNDS, [], 9, config.Decoder())
        foreign = [step for position in "BIIE" for step in reversed(SOUNDS.transitions[(SOUNDS.phone_id["GBG_" + position], 0)])]
        self.assertEqual(self.walk(lines, foreign), {(9,)})
        self.assertEqual(self.walk(lines, foreign[:-2]), set())


if __name__ == "__main__":
    unittest.main()
