"""Features against a slow reference written from Kaldi's documented definition, one frame and one band at a time."""
import cmath
import math
import unittest

import numpy as np

from starter import degrade, features


def reference(samples, frame):
    """MFCC of one frame with plain loops."""
    cut = [float(v) for v in samples[frame * 160:frame * 160 + 400]]
    mean = sum(cut) / 400
    cut = [v - mean for v in cut]
    cut = [v - 0.97 * cut[max(0, i - 1)] for i, v in enumerate(cut)]
    cut = [v * (0.5 - 0.5 * math.cos(2 * math.pi * i / 399)) ** 0.85 for i, v in enumerate(cut)]
    power = [abs(sum(v * cmath.exp(-2j * math.pi * k * i / 512) for i, v in enumerate(cut))) ** 2 for k in range(256)]

    def mel(hz):
        return 1127 * math.log(1 + hz / 700)

    edges = [mel(20) + b * (mel(7600) - mel(20)) / 41 for b in range(42)]
    bands = []
    for left, center, right in zip(edges, edges[1:], edges[2:]):
        total = 0.0
        for k, p in enumerate(power):
            m = mel(k * 16000 / 512)
            if left < m < right:
                total += p * ((m - left) / (center - left) if m <= center else (right - m) / (right - center))
        bands.append(math.log(total))
    out = []
    for c in range(40):
        value = sum(b * math.cos(math.pi / 40 * (j + 0.5) * c) for j, b in enumerate(bands)) * math.sqrt((1 if c == 0 else 2) / 40)
        out.append(value * (1 + 11 * math.sin(math.pi * c / 22)))
    return out


class Features(unittest.TestCase):
    def test_against_reference(self):
        samples = np.random.RandomState(1).randn(2000) * 3000
        found = features.mfcc(features.log_mel(features.power(samples)))
        self.assertEqual(found.shape, (11, 40))
        for frame in (0, 7):
            np.testing.assert_allclose(found[frame], reference(samples, frame), atol=0.02)

    def test_too_short(self):
        self.assertEqual(features.log_mel(features.power(np.zeros(399))).shape, (0, 40))

    def test_speed_moves_pitch(self):
        tone = np.sin(2 * np.pi * 1000 * np.arange(32000) / 16000)
        for speed, wanted in ((1.0, 1000), (0.5, 500), (2.0, 2000)):
            spectrum = np.abs(np.fft.rfft(features.resample(tone, 16000, speed)[:8000]))
            self.assertAlmostEqual(spectrum.argmax() * 2, wanted, delta=4)

    def test_formants_back_in_place(self):
        """A vowel played at 0.6 and put back has its envelope's peak where it was, its pitch lower."""
        pulses = np.zeros(16000)
        pulses[::80] = 1.0
        response = np.sin(2 * np.pi * 1500 * np.arange(400) / 16000) * np.exp(-np.arange(400) / 40)
        vowel = np.convolve(pulses, response)[:16000]
        slow = features.extract(vowel, 16000, 0.6).mean(0)
        moved = features.extract(vowel, 16000, 0.6, 1.0).mean(0)
        self.assertLess(features.CENTERS[slow.argmax()], 1100)
        self.assertAlmostEqual(features.CENTERS[moved.argmax()], 1500, delta=200)


class Degrade(unittest.TestCase):
    def test_noise_has_its_level(self):
        speech = np.sin(np.arange(32000) * 0.3)
        added = degrade.noisy(speech, 10, 1) - speech
        self.assertAlmostEqual(10 * np.log10(0.5 / np.mean(added ** 2)), 10, delta=0.1)

    def test_band(self):
        kept = [np.std(degrade.band(np.sin(2 * np.pi * hz * np.arange(16000) / 16000), 300, 3400)[4000:]) for hz in (100, 1000, 6000)]
        self.assertGreater(kept[1], 0.6)
        self.assertLess(max(kept[0], kept[2]), 0.05)


if __name__ == "__main__":
    unittest.main()
