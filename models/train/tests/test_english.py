"""The English model's own parts."""
import random
import re
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from starter import align, batches, config, graph, net, train
from starter.english import borrowed, language, lexicon, phrases, pipeline, sounds
from starter.languages import MANDARIN

from . import test_net, test_roundtrip

ENGLISH = language.ENGLISH.inventory


class Sounds(unittest.TestCase):
    def test_a_consonant_before_a_vowel_is_another(self):
        self.assertEqual(sounds.units("S P IY CH".split()), ["S.", "B", "IY", "CH."])
        self.assertEqual(sounds.units("P IY S T".split()), ["P", "IY", "S.", "D."])
        self.assertEqual(sounds.units("HH Y UW".split()), ["HH", "Y", "UW"])

    def test_numbered_in_kaldis_order(self):
        self.assertEqual(ENGLISH.triples, sorted(ENGLISH.triples))
        self.assertEqual(ENGLISH.pdfs["SIL"], [0])
        self.assertEqual(ENGLISH.garbage, ENGLISH.pdf_count - 1)

    def test_words_and_unknown_words_come_out(self):
        walker = test_roundtrip.Composition()
        known, other = sounds.units("OW P AH N".split()), sounds.units("S P IY CH".split())
        lines = graph.sounds_to_words(ENGLISH, [(1, known, 0.0)], 9, config.Decoder())

        def path(units):
            return [step for phone in ENGLISH.word_phones(units) for state in range(len(ENGLISH.hmms[ENGLISH.phone_unit[phone]]))
                    for step in reversed(ENGLISH.transitions[(phone, state)])]

        self.assertIn((1,), walker.walk(lines, path(known)))
        self.assertEqual(walker.walk(lines, path(other)), {(9,)})


class Phrases(unittest.TestCase):
    def test_numbers(self):
        self.assertEqual([phrases.number(n) for n in (0, 13, 40, 99, 305)], ["zero", "thirteen", "forty", "ninety nine", "three hundred five"])
        self.assertEqual(phrases.words("Hotline 12345, driver’s licence 20%"),
                         "hotline one two three four five driver's licence twenty percent".split())

    def test_commands_are_plain_words(self):
        for said in phrases.commands(300):
            self.assertTrue(all(re.fullmatch("[a-z']+", w) for w in said), said)
        self.assertEqual(phrases.commands(20), phrases.commands(20))
        self.assertIn("start a business", phrases.column_names())

    def test_a_pattern_is_said_once(self):
        said = {phrases._Sayer(random.Random(i), ["news"]).say("(open|show me) [the] {column} (page|site)") for i in range(60)}
        self.assertEqual({" ".join(s.split()) for s in said}, {f"{v} {t}news {e}" for v in ("open", "show me") for t in ("", "the ") for e in ("page", "site")})


class Lexicon(unittest.TestCase):
    def setUp(self):
        if not lexicon.available():
            self.skipTest("pocketsphinx-en-us and wamerican-small are not installed: models/train/setup.sh en")

    def test_pronunciations(self):
        self.assertEqual(lexicon.pronunciations("speech"), [["S", "P", "IY", "CH"]])
        self.assertEqual(lexicon.pronunciations("yantian")[0][0], "Y")
        self.assertEqual(lexicon.pronunciations("sitemaps"), ["S AY T M AE P S".split()])  # spelled by espeak-ng
        self.assertEqual(lexicon.pronunciations("深圳"), [])

    def test_every_word_of_the_portal_can_be_said(self):
        for word in phrases.vocabulary():
            for phones in lexicon.pronunciations(word) or [None]:
                self.assertTrue(phones and all(unit in ENGLISH.pdfs for unit in sounds.units(phones)), word)

    def test_frequencies(self):
        chances = lexicon.frequencies()
        self.assertGreater(chances["the"], chances["government"])
        self.assertGreater(chances["government"], chances["ambiguous"])
        self.assertAlmostEqual(sum(chances.values()), 1, delta=0.1)


class Training(unittest.TestCase):
    def test_the_synthesisers_times(self):
        labels = align.timed(ENGLISH, 30, [("SIL", 0.05), ("S.", 0.1), ("IY", 0.2), ("SIL", 0.3)])
        self.assertEqual(labels[[0, 6, 10, 17, 25]].tolist(), [0, *ENGLISH.pdfs["S."], *ENGLISH.pdfs["IY"], 0])

    def test_a_pause_between_words_may_be_missing(self):
        pdfs, optional = align.states(ENGLISH, ["S.", "SIL", "IY"])
        self.assertEqual(optional.tolist(), [True, False, True, False, False, True])
        wanted = [1, 1, 1, 3, 3, 3, 4, 4]
        scores = np.full((len(wanted), ENGLISH.pdf_count), -5.0)
        scores[np.arange(len(wanted)), pdfs[wanted]] = 0
        self.assertEqual(align.viterbi(scores, pdfs, optional)[1].tolist(), wanted)

    def test_narrowed_to_its_own_width_computes_the_same(self):
        wide = test_net.tiny()
        small, kept = net.narrow(wide, wide.layers, wide.out.out_channels)
        small.out.load_state_dict(wide.out.state_dict())
        cepstra = torch.randn(1, 60, 40)
        with torch.no_grad():
            self.assertLess((small.eval()(cepstra) - wide(cepstra)).abs().max().item(), 1e-4)
        self.assertEqual(kept.tolist(), list(range(8)))

    def test_mandarin_sounds_by_their_near_english_ones(self):
        a, ii = MANDARIN.inventory.pdfs["a"], MANDARIN.inventory.pdfs["ii"][0]
        given = [-1] + [0] * 10 + [*a, ii] + [0] * 3
        with tempfile.TemporaryDirectory() as folder:
            mandarin, paths = (config.Paths(Path("none"), Path(folder) / name) for name in ("zh", "en"))
            np.save(mandarin.features / "multi.labels.npy", np.array(given, "i2"))
            np.save(mandarin.features / "multi.npy", np.zeros((len(given), 40), "f2"))
            (mandarin.features / "multi.json").write_text("[]")
            borrowed.run(paths, mandarin)
            labels, tones = (np.load(paths.features / f"zh-multi.{kind}.npy").tolist() for kind in ("labels", "tones"))
        soft = [batches.UNNAMED] * 8  # before a sound silence is not sure
        self.assertEqual(labels, [batches.UNUSED, 0, 0, *soft, *ENGLISH.pdfs["AA"], batches.UNNAMED, 0, 0, 0])
        self.assertEqual(tones, [0] * 11 + [*a, ii] + [0] * 3)

    def test_sounds_without_a_name_are_not_counted(self):
        stage = train.Stage(net.Net(test_net.TINY, ENGLISH.outputs), Path("none.pt"), ENGLISH.pdf_count)
        before, labels = stage.counts.clone(), torch.full((2, 120), batches.UNNAMED)
        labels[0] = 0
        loss = stage.learn(torch.randn(2, 120, 40), labels, torch.full((2, 120), 5), config.Training(half=False))[0]
        counted = stage.counts - before
        self.assertTrue(np.isfinite(loss))
        self.assertGreater(counted[0], 0)
        self.assertEqual(counted[1:].sum(), 0)

    def test_starts_from_the_mandarin_net(self):
        layers = [(name, offsets, 384 if name != "prefinal" else 256) for name, offsets, _ in pipeline.LAYERS]
        wide = net.Net(layers, MANDARIN.inventory.outputs)
        with tempfile.TemporaryDirectory() as folder:
            net.save(Path(folder) / "zh.pt", wide, torch.ones(MANDARIN.inventory.pdf_count))
            made = pipeline.from_mandarin(Path(folder) / "zh.pt", ENGLISH)
        self.assertEqual(made.out.out_channels, ENGLISH.outputs)
        self.assertTrue(torch.equal(made.aff[1].weight, wide.aff[1].weight))


if __name__ == "__main__":
    unittest.main()
