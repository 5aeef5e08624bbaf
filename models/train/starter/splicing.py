"""Commands joined from recordings of single words, as tests: the recordings are held out of training."""
import numpy as np

from . import features, portal, recordings

LONGEST = 4  # characters; longer recordings are proverbs
_CARRIERS = ["进入", "了解", "如何办理"]


def parts(text, recorded):
    """The text as its longest recorded words, left to right; None when a part was never recorded."""
    found = []
    while text:
        n = next((n for n in range(min(LONGEST, len(text)), 0, -1) if text[:n] in recorded), 0)
        if n == 0:
            return None
        found.append(text[:n])
        text = text[n:]
    return found


def commands(speech):
    """{command: its recorded words} for all column names that can be spliced, every third behind a verb."""
    recorded = {path.stem[4:] for path in (speech / "cmn" / "words").glob("cmn-*.opus")}
    spliced = {}
    for name in portal.column_names():
        choice = recordings.digest(name) % 6
        text = (_CARRIERS[choice] if choice < len(_CARRIERS) else "") + name
        words = parts(text, recorded) or parts(name, recorded)
        if words:
            spliced["".join(words)] = words
    return spliced


def held_out_words(speech):
    return frozenset(word for words in commands(speech).values() for word in words)


def trim(samples):
    """Cuts what is softer than 3 % of the loudest 10 ms, leaving 20 ms on both sides."""
    windows = np.array([np.sqrt(np.mean(samples[i:i + 160] ** 2)) for i in range(0, len(samples) - 160, 160)])
    loud = np.flatnonzero(windows > windows.max() * 0.03)
    return samples[max(0, loud[0] - 2) * 160:(loud[-1] + 3) * 160]


def splice(speech, words, rng):
    """16 kHz samples of the words with 0 to 60 ms between them, in a quiet room."""
    pieces = [np.zeros(int(features.RATE * rng.uniform(0.2, 0.4)))]
    for word in words:
        samples, rate = recordings.read(str(speech / "cmn" / "words" / f"cmn-{word}.opus"))
        samples = trim(features.resample(samples, rate)).copy()
        ramp = np.linspace(0, 1, 80)
        samples[:80] *= ramp
        samples[-80:] *= ramp[::-1]
        pieces += [samples, np.zeros(int(features.RATE * rng.uniform(0, 0.06)))]
    pieces.append(np.zeros(features.RATE // 2))
    joined = np.concatenate(pieces)
    return joined + np.random.RandomState(1).randn(len(joined)) * 0.001
