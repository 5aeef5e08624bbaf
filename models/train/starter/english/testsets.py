"""Held-out English test recordings, made once into tests/ like ../testsets.py's."""
import random
import re
from pathlib import Path

import numpy as np

from .. import config, degrade, features, splicing, synthetic as mandarin_synthetic
from .. import recordings as mandarin_recordings, testsets
from . import lexicon, phrases, recordings, synthetic

_SYNTHETIC = 160  # utterances
_COMMANDS = 150  # of the 500 phrases
_DECODER = Path("/usr/share/pocketsphinx/test/data")


def grammar(size=500):
    """Phrases of a portal: every column name, commands, then names in carriers until there are `size`."""
    names = phrases.column_names()
    rng = random.Random(3)
    found = dict.fromkeys(names)
    found.update(dict.fromkeys(c for c in (" ".join(c) for c in phrases.commands(2000, seed=17)) if 1 < len(c.split()) < 6))
    found = dict.fromkeys(list(found)[:len(names) + _COMMANDS])
    while len(found) < size:
        found[rng.choice(phrases.CARRIERS).replace("X", rng.choice(names))] = None
    return list(found)


def small_grammar():
    """The eight words of recordings.WORDS among the column names."""
    return recordings.WORDS + [n for n in phrases.column_names() if n not in recordings.WORDS]


def prompt_grammar(size=500):
    """Every prompt's text, heard in training or not, then column names until there are `size`."""
    texts = dict.fromkeys(r.text for r in recordings.prompts())
    return list(dict.fromkeys([*texts, *grammar()]))[:size]


def people():
    """[(path, text)] of voices that are in Debian's games, sound tests and decoder tests and that no training hears.

    Only words that the model knows whatever they are here (lexicon.common).
    """
    known = set(lexicon.common(config.English.words))
    listed = [(path, path.stem.split("_")[-1]) for path in sorted(Path("/usr/share/ktuberling/sounds/en").glob("*.ogg"))]
    listed += [(path, path.stem) for path in sorted(Path("/usr/share/klettres/en/syllab").glob("*.ogg"))]
    listed += [(path, path.stem.lower().replace("_", " ")) for path in sorted(Path("/usr/share/sounds/alsa").glob("*_*.wav"))]
    for line in (_DECODER / "cards" / "cards.transcription").read_text().splitlines():
        text, name = re.fullmatch(r"<s> (.*\S)\s+</s> \((.*)\)", line).groups()
        listed.append((_DECODER / "cards" / f"{name}.wav", text))
    listed.append((_DECODER / "goforward.raw", "go forward ten meters"))
    return [(path, text) for path, text in listed if all(w in known for w in text.split())]


def people_grammar():
    """What people() say, among the column names."""
    return list(dict.fromkeys([*(text for _, text in people()), *phrases.column_names()]))


def _people(paths):
    items = []
    for path, text in people():
        if path.suffix == ".raw":
            samples = np.fromfile(path, "<i2").astype("f4") / 32768
        else:
            samples = features.resample(*mandarin_recordings.read(str(path)))
        items.append((path.stem, text, samples))
    return items


def _samples(recording):
    samples, rate = mandarin_recordings.read(recording.path)
    return features.resample(samples, rate)


def _around(samples, i):
    """The utterance in a quiet room."""
    silence = np.zeros(features.RATE // 4)
    joined = np.concatenate([silence, samples / max(0.05, np.abs(samples).max()) * 0.5, silence, silence])
    return joined + np.random.RandomState(i).randn(len(joined)) * 0.0003


def _voice(text, i, rng):
    """(name of a voice never trained on, its samples): every third is flite's."""
    if i % 3 == 0:
        return synthetic.FLITE_TEST, synthetic.flite(text, synthetic.FLITE_TEST, rng)[0]
    voice = f"{rng.choice(synthetic.ACCENTS)}+{rng.choice(mandarin_synthetic.TEST_VOICES)}"
    return voice, synthetic.espeak(text, voice, rng)


def _synthetic(paths):
    """Held-out column names, alone and in carriers, and commands of the test grammar, by voices never trained on."""
    rng, items, listed = random.Random(7), [], grammar()
    names = [p for p in listed if any(synthetic.held_out_name(n) and n in p for n in phrases.column_names())]
    for i in range(_SYNTHETIC):
        text = rng.choice(names if i % 2 else listed[len(phrases.column_names()):][:_COMMANDS])
        voice, samples = _voice(text, i, rng)
        items.append((f"{voice}-{i}", text, _around(samples, i)))
    return items


def _others(paths):
    """Random words that no phrase of the grammar has, by voices never trained on: not to be understood."""
    rng, inside = random.Random(9), {w for p in grammar() for w in p.split()}
    outside = [w for w in lexicon.common(4000) if w not in inside and len(w) > 3]
    texts = [" ".join(rng.sample(outside, rng.choice([1, 2, 3]))) for _ in range(100)]
    return [(f"other-{i}", text, _around(_voice(text, i, rng)[1], i)) for i, text in enumerate(texts)]


def _mandarin(paths):
    """Held-out Mandarin: one take of each word and held-out speaker, and a hundred words of the woman."""
    speakers = [r for r in mandarin_recordings.multi(paths.speech) if r.held_out and r.id.endswith("-1")]
    words = [r for r in mandarin_recordings.words(paths.speech, splicing.held_out_words(paths.speech)) if r.held_out and len(r.text) > 1]
    return [(r.id, "", _samples(r)) for r in [*speakers, *words[:100]]]


def _noise(paths):
    return testsets.noise([_samples(r) for r in mandarin_recordings.multi(paths.speech) if r.held_out][:60])


SETS = {
    "speakers": lambda paths: [(r.id, r.text, _samples(r)) for r in recordings.speakers(paths.speech) if r.held_out],
    "all_speakers": lambda paths: [(r.id, r.text, _samples(r)) for r in recordings.speakers(paths.speech)],
    "prompts": lambda paths: [(r.id, r.text, _samples(r)) for r in recordings.prompts() if r.held_out],
    "people": _people, "synthetic": _synthetic, "others": _others, "mandarin": _mandarin, "noise": _noise,
    **{f"{source}_{name}": (lambda paths, source=source, change=change: testsets.degraded(paths, source, change))
       for source in ("speakers", "synthetic")
       for name, change in (("noisy", lambda x, i: degrade.noisy(x, 10, i)), ("far", testsets.far))},
}
