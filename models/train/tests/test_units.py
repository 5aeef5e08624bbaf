"""Sounds and lexicon."""
import math
import unittest

from starter import lexicon, language, pinyin, recordings, units


class Units(unittest.TestCase):
    def test_every_syllable_has_units(self):
        for syllable in units.SYLLABLES:
            self.assertIsNotNone(units.syllable_units(syllable), syllable)

    def test_spellings(self):
        for syllable, wanted in {"zhi1": ("zh", "iii"), "zi": ("z", "ii"), "ju": ("j", "v"), "lüe4": ("l", "ve"), "liu": ("l", "iou"),
                                 "wo": (None, "uo"), "yuan": (None, "van"), "xx": None, "hm": None}.items():
            self.assertEqual(units.split_syllable(syllable), wanted, syllable)

    def test_transitions_are_numbered_in_kaldis_order(self):
        self.assertEqual(units.MANDARIN.triples, sorted(units.MANDARIN.triples))
        ids = [i for pair in units.MANDARIN.transitions.values() for i in pair]
        self.assertEqual(sorted(ids), list(range(1, units.MANDARIN.transition_count + 1)))

    def test_positions(self):
        names = [units.MANDARIN.phones[p] for p in units.MANDARIN.word_phones(units.word_units(["jiao", "yu", "ju"]))]
        self.assertEqual(names, ["j_i_B", "iao_I", "v_I", "j_v_I", "v_E"])
        self.assertEqual([units.MANDARIN.phones[p] for p in units.MANDARIN.word_phones(["a"])], ["a_S"])


class Lexicon(unittest.TestCase):
    def setUp(self):
        try:
            lexicon.frequencies(), pinyin.first("中")
        except FileNotFoundError as missing:
            self.skipTest(str(missing))

    def test_readings(self):
        for word, wanted in {"银行": "yin hang", "旅游": "lv you", "重庆": "chong qing", "教育局": "jiao yu ju", "女儿": "nv er"}.items():
            self.assertEqual(" ".join(pinyin.readings(word)[0]), wanted)
        self.assertEqual(pinyin.readings("x中"), [])

    def test_tones(self):
        self.assertEqual([pinyin.tone(c, s) for c, s in zip("打开教育", ("da", "kai", "jiao", "yu"))], [3, 1, 4, 4])

    def test_tones_as_said(self):
        self.assertEqual(pinyin.tones("你好吗", ["ni", "hao", "ma"]), [3, 0, 0])  # 好 and 吗 vary
        self.assertEqual(pinyin.tones("语法", ["yu", "fa"]), [2, 3])  # a third tone before another
        self.assertEqual(units.word_tones(["zhong", "e"], [1, 2]), [0, 1, 2])
        self.assertEqual(units.toned(["zh_o", "ong"], [0, 1]), ["zh_o", "ong1"])

    def test_segment(self):
        self.assertEqual(lexicon.segment("打开教育局x去", {"打", "打开", "教育", "教育局"}), ["打开", "教育局", None])

    def test_bigram_chances_add_up_to_one(self):
        """For each history: what it knows, plus what it leaves to the unigram times the unigram's chances."""
        words = ["打开", "教育局", "教育", "局"]
        model = language.Bigram(words)
        for text in ("打开教育局", "打开教育", "打开教育局", "局"):
            model.add(text)
        ids = {w: i + 1 for i, w in enumerate(words)}
        rows = [line.split() for line in model.lines(ids, 1.0, 0.0)]
        arcs, ends = [r for r in rows if len(r) == 5], [r for r in rows if len(r) == 2]
        for state in {r[0] for r in rows}:
            total = sum(math.exp(-float(r[-1])) for r in [*arcs, *ends] if r[0] == state)
            self.assertAlmostEqual(total, 1.0, places=3, msg=state)


class HeldOut(unittest.TestCase):
    def test_six_speakers(self):
        self.assertEqual([n for n in range(1, 29) if recordings.held_out_speaker(f"spk{n:02d}")], [3, 8, 13, 18, 23, 28])


if __name__ == "__main__":
    unittest.main()
