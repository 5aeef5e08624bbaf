"""Synthetic speech that is no Mandarin (espeak-ng), so that the net learns what is not to be understood."""
import json
import random
import subprocess
import io
from multiprocessing import Pool

import numpy as np
import soundfile

from . import config, degrade, features, portal, prepare, synthetic

COUNT = 1500  # utterances
LANGUAGES = ["en-us", "en-gb", "en-us-nyc", "en-gb-scotland", "en-029"] * 3 + ["de", "fr-fr", "es", "it", "pl", "sv", "nl", "pt", "tr", "id"]


def words():
    """English words of the demo portal's English pages."""
    text = ""
    for line in (portal.PAGES / "english.jsonl").read_text(encoding="utf8").splitlines():
        page = json.loads(line)
        text += f' {page["title"]} {page["body"]}'
    return sorted({w for w in (w.strip(".,:;()?!\"'").lower() for w in text.split()) if len(w) > 2 and w.isascii() and w.isalpha()})


def _utterance(job):
    number, vocabulary = job
    rng = random.Random(f"foreign{number}")
    said = " ".join(rng.choices(vocabulary, k=rng.choice([1, 1, 2, 3, 4])))
    language = rng.choice(LANGUAGES)
    voice = rng.choice(synthetic.VOICES)
    command = ["espeak-ng", "-v", f"{language}+{voice}", "-p", str(rng.randint(15, 85)), "-s", str(rng.randint(110, 230)), "--stdout", said]
    output = subprocess.run(command, capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(output), dtype="float32")
    samples = features.resample(samples, rate)
    if len(samples) < 3000:
        return None
    samples = samples / max(0.05, np.abs(samples).max()) * rng.uniform(0.3, 0.95)
    if rng.random() < 0.35:
        samples = degrade.room(samples, rng, rng.uniform(0.1, 0.6), rng.uniform(0.05, 0.5))
    bands = features.extract(samples, features.RATE, 1.0, rng.choice([None, rng.uniform(0.85, 1.15)])).astype("f2")
    return dict(id=f"foreign-{number}", speaker=language, text=said, speed=1.0, formants=None, pronunciations=[], tones=[]), bands


def run(paths, count=COUNT):
    """`count` utterances as source "foreign", unless they are there."""
    if (paths.features / "foreign.json").exists():
        return
    vocabulary = words()
    with Pool(config.workers()) as pool:
        made = [u for u in pool.imap(_utterance, [(i, vocabulary) for i in range(count)], chunksize=16) if u]
    prepare.save(paths, "foreign", [e for e, _ in made], [b for _, b in made])
