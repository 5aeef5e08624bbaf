"""Synthetic English for training: commands, column names and random words, by flite and espeak-ng.

flite's voices are made of recordings of people, and it says when each sound ends: the first alignment. espeak-ng has many more
voices and accents.
"""
import functools
import io
import random
import re
import subprocess
import tempfile
from multiprocessing import Pool

import numpy as np
import soundfile

from .. import config, degrade, features, prepare, recordings, synthetic
from . import lexicon, phrases, sounds

FLITE = ["slt", "awb", "rms"]
FLITE_TEST = "kal16"  # never trained on, like the voices of synthetic.TEST_VOICES
ACCENTS = ["en-us"] * 5 + ["en-gb", "en-gb-x-rp", "en-us-nyc", "en-029", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd"]
_OTHER_NAMES = {"AX": "AH", "AXR": "ER", "PAU": "SIL"}  # of flite's


def held_out_name(name):
    """Column names that no synthetic training sentence says."""
    return recordings.digest(name) % 5 == 0


@functools.lru_cache(maxsize=None)
def _names():
    return [n for n in phrases.column_names() if not held_out_name(n)]


@functools.lru_cache(maxsize=None)
def _weighted():
    """(words, weights): flattened frequencies, so that rare sounds are heard too."""
    chances = lexicon.frequencies()
    words = lexicon.common(config.English.words)
    return words, [max(chances.get(w, 0), 1e-6) ** 0.35 for w in words]


def sentence(rng):
    """What one training utterance says, as words."""
    kind = rng.random()
    if kind < 0.3:
        return phrases.command(rng, _names())
    if kind < 0.45:
        name = rng.choice(_names())
        return phrases.words(rng.choice(phrases.CARRIERS).replace("X", name) if rng.random() < 0.5 else name)
    if kind < 0.55:
        line = rng.choice(phrases.page_lines())
        start = rng.randrange(len(line))
        return line[start:start + rng.choice([2, 3, 4, 5])]
    return rng.choices(*_weighted(), k=rng.choice([1, 1, 2, 2, 3, 4]))


def units(words, limit=5):
    """Candidate lists of units for words said in a row, a pause possible between any two: each word's likely pronunciation,
    and that with one word otherwise. Empty if one cannot be said."""
    options = [lexicon.pronunciations(w) for w in words]
    if not words or not all(options):
        return []
    choices = [[o[0] for o in options]]
    for i, option in enumerate(options):
        choices += [[*choices[0][:i], other, *choices[0][i + 1:]] for other in option[1:]]
    found = []
    for choice in choices[:limit]:
        found.append([unit for i, phones in enumerate(choice) for unit in (["SIL"] if i else []) + sounds.units(phones)])
    return found


def flite(text, voice, rng):
    """(16 kHz samples, [(unit, its end in seconds)]) of a voice of flite, pitch and pace from rng."""
    pitch = {"slt": 170, "awb": 140, "rms": 105}.get(voice, 110) * rng.uniform(0.8, 1.25)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        command = ["flite", "-voice", voice, "-psdur", "--setf", f"duration_stretch={rng.uniform(0.75, 1.35):.3f}",
                   "--setf", f"int_f0_target_mean={pitch:.0f}", "-t", text, "-o", file.name]
        said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        samples, rate = soundfile.read(file.name, dtype="float32")
    phones, ends = zip(*((_OTHER_NAMES.get(p.upper(), p.upper()), float(end)) for p, end in re.findall(r"([a-z]+):([\d.]+)", said)))
    return features.resample(samples, rate), list(zip(sounds.units(phones), ends))


def espeak(text, voice, rng, pace=(110, 230)):
    """16 kHz samples of a voice of espeak-ng ("en-us+m3"), pitch and pace from rng."""
    command = ["espeak-ng", "-v", voice, "-p", str(rng.randint(15, 85)), "-s", str(rng.randint(*pace)),
               "-g", str(rng.choice([0, 0, 0, 1, 3])), "--stdout", text]
    output = subprocess.run(command, capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(output), dtype="float32")
    return features.resample(samples, rate)


def _loud(samples, rng):
    return samples / max(0.05, np.abs(samples).max()) * rng.uniform(0.3, 0.95)


def _utterance(job):
    """[(entry, band energies)]: one of espeak-ng, two of flite, the second as another person."""
    source, number = job
    rng = random.Random(f"{source}{number}")
    words = sentence(rng)
    candidates, times = units(words), None
    if not candidates:
        return []
    if source == "flite":
        voice = FLITE[number % len(FLITE)]
        samples, times = flite(" ".join(words), voice, rng)
    else:
        voice = rng.choice(synthetic.VOICES)
        samples = espeak(" ".join(words), f"{rng.choice(ACCENTS)}+{voice}", rng)
    if len(samples) < 3000:
        return []
    samples = degrade.worn(_loud(samples, rng), rng)
    made = []
    for speed, formants in [(1.0, None), prepare.other_voice(rng)][:2 if source == "flite" else 1]:
        entry = dict(id=f"{source}-{number}", speaker=voice, text=" ".join(words), speed=speed, formants=formants, pronunciations=candidates,
                     tones=[[0] * len(c) for c in candidates], times=times)
        made.append((entry, features.extract(samples, features.RATE, speed, formants).astype("f2")))
    return made


def run(paths, source, count):
    """`count` utterances as source "flite" or "espeak", unless they are there."""
    if (paths.features / f"{source}.json").exists():
        return
    with Pool(config.workers()) as pool:
        made = [u for some in pool.imap(_utterance, [(source, i) for i in range(count)], chunksize=16) for u in some]
    prepare.save(paths, source, [e for e, _ in made], [b for _, b in made])
