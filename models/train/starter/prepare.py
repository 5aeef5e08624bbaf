"""Recordings → log band energies on disk, each recording also as other voices.

Writes features/<source>.npy (float16 [frames, 40]) and features/<source>.json (one entry an utterance and voice: where its
frames lie, what is said); <source>+ is what is held out, for a last stage that hears everything. An entry of another voice names its original in `base`; `speed` is its pace against it.
"""
import json
import random
from multiprocessing import Pool

import numpy as np

from . import config, features, recordings, splicing

# ((speed from, to), (formants from, to)): a woman as a man, a low woman, a child. Men are the scarcest in the data.
_MAN, _LOW, _CHILD = ((0.55, 0.70), (0.79, 0.92)), ((0.72, 0.9), (0.84, 0.98)), ((1.05, 1.3), (1.0, 1.15))
_ANY = ((0.8, 1.22), (0.88, 1.12))
VOICES = {"words": [_MAN, (_LOW, _CHILD)], "syllables": [_MAN, _ANY], "multi": [_ANY, (_LOW, _CHILD), _ANY], "garbage": [_ANY, (_LOW, _CHILD)],
          "speakers": [_ANY, (_LOW, _CHILD), _ANY], "prompts": [_MAN, (_LOW, _CHILD), _ANY]}


def voices(recording):
    """(speed, formants) of the recording's voices, the original first; seeded by its name."""
    rng = random.Random(recordings.digest(recording.id))
    out = [(1.0, None)]
    for ranges in VOICES[recording.source]:
        if isinstance(ranges[0][0], tuple):
            ranges = rng.choice(ranges)
        out.append(tuple(round(rng.uniform(*r), 3) for r in ranges))
    return out


def other_voice(rng):
    """(speed, formants) of another person than the one who speaks."""
    return tuple(round(rng.uniform(*r), 3) for r in rng.choice([_LOW, _CHILD, _ANY]))


def _extract(recording):
    samples, rate = recordings.read(recording.path)
    samples = samples * random.Random(recordings.digest(recording.id)).uniform(0.5, 1.0)
    return recording, [(s, f, features.extract(samples, rate, s, f).astype("f2")) for s, f in voices(recording)]


def save(paths, source, entries, frames):
    """Writes one source's features; `entries` have no `start` and `frames` yet."""
    start = 0
    for entry, of_entry in zip(entries, frames):
        entry.update(start=start, frames=len(of_entry))
        start += len(of_entry)
    np.save(paths.features / f"{source}.npy", np.concatenate(frames))
    (paths.features / f"{source}.json").write_text(json.dumps(entries, ensure_ascii=False))
    print(f"{source}: {len(entries)} utterances and voices, {start / 360000:.2f} h", flush=True)


def prepare(paths, source, items, name=None):
    """Extracts recordings of a source as features/<name>, the source's own name if none is given."""
    entries, frames = [], []
    with Pool(config.workers()) as pool:
        for recording, variants in pool.imap(_extract, items, chunksize=16):
            for speed, formants, bands in variants:
                if len(bands) < 12:
                    continue
                entries.append(dict(id=recording.id, speaker=recording.speaker, text=recording.text, speed=speed,
                                    formants=formants, pronunciations=recording.pronunciations, tones=recording.tones))
                frames.append(bands)
    save(paths, name or source, entries, frames)


def run(paths, held_out=False):
    """All human sources that are not prepared yet; with `held_out` the recordings held out of them, as <source>+."""
    items = {"garbage": lambda: recordings.multi_english(paths.speech), "multi": lambda: recordings.multi(paths.speech),
             "syllables": lambda: recordings.syllables(paths.speech),
             "words": lambda: recordings.words(paths.speech, splicing.held_out_words(paths.speech))}
    for source, make in items.items():
        name = source + "+" if held_out else source
        if not (paths.features / f"{name}.json").exists() and (source != "syllables" or not held_out):
            prepare(paths, source, [r for r in make() if r.held_out == held_out], name)
