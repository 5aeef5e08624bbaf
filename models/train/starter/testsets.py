"""Held-out test recordings, made once into tests/: <set>.json with what is said and where, <set>.pcm with the sound.

None of it is trained on by this pipeline: see recordings.py and synthetic.py for the rules.
"""
import json
import random

import numpy as np

from . import degrade, features, lexicon, pinyin, portal, recordings, splicing, synthetic

_SYNTHETIC = 160  # utterances
_QUIET = 0.0003  # of a quiet room's noise


def grammar(size=500):
    """Phrases of a portal: every column name, then names in carriers until there are `size`."""
    names = portal.column_names()
    rng = random.Random(3)
    phrases = dict.fromkeys(names)
    while len(phrases) < size:
        phrases[rng.choice(portal.CARRIERS).replace("X", rng.choice(names))] = None
    return list(phrases)[:size]


def _write(paths, name, items):
    """items: (id, text, 16 kHz float samples)."""
    listed, sounds, start = [], [], 0
    for key, text, samples in items:
        pcm = np.clip(samples * 32767, -32768, 32767).astype("<i2")
        listed.append(dict(id=key, text=text, start=start, samples=len(pcm)))
        sounds.append(pcm)
        start += len(pcm)
    np.concatenate(sounds).tofile(paths.tests / f"{name}.pcm")
    (paths.tests / f"{name}.json").write_text(json.dumps(listed, ensure_ascii=False))


def read(paths, name):
    """[(id, text, int16 samples as bytes)] of a set."""
    sound = (paths.tests / f"{name}.pcm").read_bytes()
    listed = json.loads((paths.tests / f"{name}.json").read_text())
    return [(t["id"], t["text"], sound[2 * t["start"]:2 * (t["start"] + t["samples"])]) for t in listed]


def _samples(recording):
    samples, rate = recordings.read(recording.path)
    return features.resample(samples, rate)


def _speakers(paths):
    return [(r.id, r.text, _samples(r)) for r in recordings.multi(paths.speech) if r.held_out]


def _english(paths):
    return [(r.id, "", _samples(r)) for r in recordings.multi_english(paths.speech) if r.held_out]


def _commands(paths):
    rng = random.Random(1)
    return [(text, text, splicing.splice(paths.speech, words, rng)) for text, words in splicing.commands(paths.speech).items()]


def _words(paths):
    """Isolated held-out words that no test grammar has and that the open language model could."""
    spliced = splicing.held_out_words(paths.speech)
    outside = set(lexicon.vocabulary()[0]) - set(grammar())
    return [(r.id, r.text, _samples(r)) for r in recordings.words(paths.speech, spliced) if r.held_out and r.text in outside
            and len(r.text) > 1]


def _synthetic(paths):
    """Column names that synthetic training never said, in voices that it never used."""
    rng = random.Random(7)
    names = [n for n in portal.column_names() if synthetic.held_out_name(n)]
    known = {word for part in lexicon.vocabulary() for word in part}
    items = []
    while len(items) < _SYNTHETIC:
        text = rng.choice(names)
        words = lexicon.segment(text, known)
        voice = rng.choice(synthetic.TEST_VOICES)
        said = [[(s, pinyin.tone(c, s)) for c, s in zip(w, lexicon.pronunciations(w)[0][0])] for w in words]
        samples = synthetic.speak(said, voice, rng)
        around = np.zeros(features.RATE // 4)
        joined = np.concatenate([around, samples * 0.6, around, around])
        items.append((f"{voice}-{len(items)}", text, joined + np.random.RandomState(len(items)).randn(len(joined)) * _QUIET))
    return items


def noise(voices):
    """Four minutes without a word to the portal: rooms, fans, hum, knocks, a waiting room of `voices`, digital silence; 40 × 6 s."""
    rng, count = random.Random(11), 6 * features.RATE
    time = np.arange(count) / features.RATE
    items = []
    for i in range(40):
        volume, random_state = 10 ** rng.uniform(-3, -0.7), np.random.RandomState(i)
        kind = ["white", "pink", "dark", "hum", "knocks", "voices", "music", "silence"][i % 8]
        if kind == "white":
            sound = random_state.randn(count)
        elif kind == "pink":
            sound = degrade.pink(count, i)
        elif kind == "dark":
            sound = np.cumsum(degrade.pink(count, i) - np.mean(degrade.pink(count, i)))
            sound = sound / np.std(sound)
        elif kind == "hum":
            sound = sum(np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 8)) + 0.1 * random_state.randn(count)
        elif kind == "knocks":
            sound = random_state.randn(count) * 0.02
            for at in random_state.randint(0, count - 2000, 12):
                sound[at:at + 2000] += random_state.randn(2000) * np.exp(-np.arange(2000) / 250) * 2
        elif kind == "voices":
            sound = degrade.babble(rng.sample(voices, 6), count)
        elif kind == "music":
            notes = 220 * 2 ** (random_state.randint(0, 24, 24) / 12)
            sound = np.concatenate([np.sin(2 * np.pi * f * time[:count // 24]) * np.exp(-3 * time[:count // 24]) for f in notes])
        else:
            sound = np.zeros(count)
        items.append((f"{kind}-{i}", "", np.clip(sound * volume * 0.3, -1, 1)))
    return items


def degraded(paths, source, change):
    return [(key, text, change(np.frombuffer(pcm, "<i2").astype("f4") / 32768, i)) for i, (key, text, pcm) in enumerate(read(paths, source))]


def far(samples, i):
    """Two metres away in a hall, a fan running."""
    return degrade.noisy(degrade.room(samples, random.Random(i), 0.5, 0.6), 18, i)


def _telephone(samples, i):
    return degrade.noisy(degrade.clip(degrade.band(samples, 300, 3400), 2.0), 25, i)


SETS = {
    "speakers": _speakers, "english": _english, "commands": _commands, "words": _words, "synthetic": _synthetic, "noise": lambda paths: noise([s for _, _, s in _english(paths)]),
    **{f"{source}_{name}": (lambda paths, source=source, change=change: degraded(paths, source, change))
       for source in ("speakers", "commands", "synthetic")
       for name, change in (("noisy", lambda x, i: degrade.noisy(x, 10, i)), ("far", far), ("telephone", _telephone))},
}


def make(paths, sets=None):
    """Builds the sets that are not there yet; SETS if none are given."""
    for name, build in (sets or SETS).items():
        if not (paths.tests / f"{name}.json").exists():
            _write(paths, name, build(paths))
