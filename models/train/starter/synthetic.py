"""Synthetic speech (espeak-ng) for training: portal phrases, confusable syllables and random words in many voices.

espeak-ng's Mandarin has no characters in Debian, so it gets pinyin with tone numbers.
"""
import functools
import io
import random
import subprocess
from multiprocessing import Pool

import numpy as np
import soundfile

from . import config, degrade, features, lexicon, pinyin, portal, prepare, recordings, units

TEST_VOICES = "m7 f5 klatt5 Andy belinda steph Mario Henrique Nguyen sandro Marcelo Pedro".split()  # never trained on
VOICES = """m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f4 klatt klatt2 klatt3 klatt4 adam ed edward edward2 linda anika Alex Alicia Andrea Annie Denis
Diogo Gene Gene2 Gustave Hugo Jacky Lee Marco Michael Miguel Mike max michel norbert pablo paul quincy rob robert shelby steph2 steph3
travis zac antonio benjamin boris caleb david iven iven2 iven3 john victor aunty grandma grandpa Storm""".split()
CONFUSABLE = """zhi zi|chi ci|shi si|zhang zang|chang cang|shan san|zhong zong|lan nan|lian nian|lu nu|fei hui|fang huang|jin jing|xin xing|
lin ling|yin ying|shen sheng|chen cheng|zhen zheng|ren reng|fen feng|ban bang|dan dang|shu su|zhu zu|chu cu|ri yi|hua fa|qu chu|ju zhu|xu shu|
xia sha|jia zha|qiao chao|ji qi|ba pa|da ta|ge ke|zhuan chuan|yan yuan|jie xie|bei mei|sou shou|tou dou""".replace("\n", "").split("|")


def held_out_name(name):
    """Column names that no synthetic training sentence says."""
    return recordings.digest(name) % 5 == 0


def sentence(rng):
    """What one training utterance says: a list of words, each its syllables with tones, and the text."""
    kind = rng.random()
    if kind < 0.5:
        name = rng.choice(_names())
        text = rng.choice(portal.CARRIERS).replace("X", name) if rng.random() < 0.7 else name
        words = lexicon.segment(text, _words())
    elif kind < 0.65:
        pair = [s for p in rng.sample(CONFUSABLE, rng.choice([1, 2, 3])) for s in p.split()]
        rng.shuffle(pair)
        return [[(s, rng.choice([1, 2, 3, 4]))] for s in pair], " ".join(pair)
    else:
        words = rng.choices(*_weighted(), k=rng.choice([1, 2, 2, 3, 3, 4, 5]))
    spoken = [(w, lexicon.pronunciations(w)) for w in words if w]
    toned = [[(s, pinyin.tone(c, s)) for c, s in zip(w, p[0][0])] for w, p in spoken if p]
    return toned, "".join(w for w, p in spoken if p)


def speak(words, voice, rng):
    """16 kHz samples of words (syllables with tones) in a voice of espeak-ng, its pitch and pace from rng."""
    text = " ".join("".join(s.replace("nv", "nü").replace("lv", "lü") + str(t) for s, t in word) for word in words)
    command = ["espeak-ng", "-v", "cmn-latn-pinyin+" + voice, "-p", str(rng.randint(15, 85)), "-s", str(rng.randint(110, 250)),
               "-g", str(rng.choice([0, 0, 0, 1, 3])), "--stdout", text]
    output = subprocess.run(command, capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(output), dtype="float32")
    samples = features.resample(samples, rate)
    return samples / max(0.05, np.abs(samples).max()) * rng.uniform(0.3, 0.95) if len(samples) else samples


@functools.lru_cache(maxsize=None)
def _names():
    return [n for n in portal.column_names() if not held_out_name(n)]


@functools.lru_cache(maxsize=None)
def _words():
    return set(lexicon.vocabulary()[0])


@functools.lru_cache(maxsize=None)
def _weighted():
    """(words, weights): flattened frequencies, so that rare sounds are heard too."""
    words, counts = lexicon.vocabulary()[0], lexicon.frequencies()
    return words, [max(counts.get(w, 0), 50) ** 0.35 * (1.5 if len(w) > 1 else 0.7) for w in words]


def _utterance(number):
    rng = random.Random(f"train{number}")
    words, text = sentence(rng)
    voice = rng.choice(VOICES)
    samples = speak(words, voice, rng) if words else np.zeros(0)
    if len(samples) < 3000:
        return None
    samples = degrade.worn(samples, rng)
    formants = rng.choice([None, None, rng.uniform(0.85, 1.15)])
    bands = features.extract(samples, features.RATE, 1.0, formants).astype("f2")
    sounds = [u for word in words for u in (units.word_units([s for s, _ in word]) or [])]
    return dict(id=f"synthetic-{number}", speaker=voice, text=text, speed=1.0, formants=formants, pronunciations=[sounds],
                tones=[tones_of(words)]), bands


def tones_of(words):
    """The tone of each unit. espeak-ng says a third tone before another as a second, across words too."""
    said = [s for word in words if units.word_units([s for s, _ in word]) for s in word]
    tones = [t if t <= 4 else 0 for _, t in said]
    tones = [2 if t == 3 and following == 3 else t for t, following in zip(tones, tones[1:] + [0])]
    return units.word_tones([s for s, _ in said], tones)


def run(paths, count):
    """`count` utterances as source "synthetic", unless they are there."""
    if (paths.features / "synthetic.json").exists():
        return
    with Pool(config.workers()) as pool:
        made = [u for u in pool.imap(_utterance, range(count), chunksize=16) if u]
    prepare.save(paths, "synthetic", [e for e, _ in made], [b for _, b in made])
