"""English words: how they sound, how often they are said.

Pronunciations are cmudict's (Debian: pocketsphinx-en-us) in ARPAbet without stress; names that it does not have are in
names.txt beside this file, and any other word is spelled by espeak-ng. Frequencies are the unigrams of pocketsphinx's
language model.
"""
import functools
import re
import subprocess
from pathlib import Path

import numpy as np

_MODEL = Path("/usr/share/pocketsphinx/model/en-us")
_COMMON = Path("/usr/share/dict/american-english-small")
VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split()
CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split()

# espeak-ng's names of English sounds. A name that is longer than one of these by marks (#, 2, -) is the same sound.
_ESPEAK = {name: phones.split() for name, phones in {
    "aI": "AY", "aU": "AW", "OI": "OY", "eI": "EY", "oU": "OW", "i:": "IY", "i": "IY", "I": "IH", "E": "EH", "a": "AE", "aa": "AE",
    "A:": "AA", "A": "AA", "0": "AA", "O:": "AO", "O": "AO", "u:": "UW", "U": "UH", "V": "AH", "@": "AH", "3": "ER", "3:": "ER",
    "@L": "AH L", "O@": "AO R", "o@": "AO R", "A@": "AA R", "e@": "EH R", "i@": "IY AH", "i@3": "IH R", "U@": "UH R", "aI@": "AY AH",
    "aI3": "AY ER", "aU@": "AW ER", "e": "EY", "o": "OW", "tS": "CH", "dZ": "JH", "T": "TH", "D": "DH", "S": "SH", "Z": "ZH",
    "h": "HH", "N": "NG", "j": "Y", "x": "K", "?": "", **{c.lower(): c for c in CONSONANTS if len(c) == 1 and c != "Y"}}.items()}


def available():
    """Whether the Debian packages with dictionary and word list are installed."""
    return _COMMON.exists() and _MODEL.exists()


def _read(path):
    """{word: pronunciations} of a file with a word and its phones on each line."""
    found = {}
    for line in path.read_text(encoding="latin1").splitlines():
        if line and line[0] != "#":
            word, *phones = line.split()
            found.setdefault(re.sub(r"\(\d+\)$", "", word), []).append(phones)
    return found


@functools.lru_cache(maxsize=None)
def names():
    """{name: pronunciations} of names.txt."""
    return _read(Path(__file__).with_name("names.txt"))


@functools.lru_cache(maxsize=None)
def _dictionary():
    return {**_read(_MODEL / "cmudict-en-us.dict"), **names()}


@functools.lru_cache(maxsize=None)
def spelled(word):
    """How espeak-ng would say the word, as ARPAbet; None when it uses a sound that English has not."""
    output = subprocess.run(["espeak-ng", "-q", "-x", "--sep=_", "-v", "en-us", word], capture_output=True, check=True, text=True).stdout
    phones = []
    for name in re.split(r"[\s_]+", re.sub("[',%=|;]", "", output.strip())):
        while name and name not in _ESPEAK and name[-1] in "#2-:3":
            name = name[:-1]
        if name and name not in _ESPEAK:
            return None
        phones += _ESPEAK.get(name, [])
    return phones or None


def pronunciations(word):
    """ARPAbet pronunciations, the most likely first; empty for what cannot be said."""
    known = _dictionary().get(word)
    if known:
        return known[:3]
    made = spelled(word) if re.fullmatch("[a-z']+", word) else None
    return [made] if made else []


@functools.lru_cache(maxsize=None)
def frequencies():
    """{word: chance} of general English: the unigrams of pocketsphinx's model.

    The file: a name of 19 bytes, the order (one byte), n-gram counts, the kind of quantisation and its tables (65536 floats for
    each column of probabilities and back-offs but the unigrams'), 12 bytes a unigram (log to base 1.0001, back-off, next),
    other n-grams, and the words in the unigrams' order, each with a zero byte behind.
    """
    content = (_MODEL / "en-us.lm.bin").read_bytes()
    order = content[19]
    count = int.from_bytes(content[20:24], "little")
    start = 20 + 4 * order + 4 + 4 * 65536 * (2 * (order - 2) + 1)
    logs = np.frombuffer(content, "<f4", 3 * count, start)[::3].astype("f8")
    words = content.split(b"\0")[-count - 1:-1]
    return {word.decode("latin1"): float(1.0001 ** log) for word, log in zip(words, logs)}


@functools.lru_cache(maxsize=None)
def common(count):
    """The `count` most frequent ordinary words of more than a letter, no names."""
    chances, listed = frequencies(), set(_COMMON.read_text(encoding="utf8").split())
    known = [w for w in listed if re.fullmatch("[a-z]+('[a-z]+)?", w) and (len(w) > 1 or w in "ai") and w in _dictionary()]
    return sorted(known, key=lambda w: (-chances.get(w, 0), w))[:count]
