"""English recordings of people: eight words by 28 speakers, and the prompts of Debian's asterisk-core-sounds-en.

Held out, by names alone: the speakers of ../recordings.py, and prompts whose text's SHA-256 leaves 0 when divided by 6.
"""
import gzip
import re
from pathlib import Path

from .. import recordings
from . import phrases, synthetic

WORDS = "speech speaker signal process print open close project".split()
_PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
_TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
# Digits in these are said otherwise than phrases.words says them, or the text is no transcript.
_UNSURE = re.compile(r"\[|<|\(|\*|#|@|\bH\.323|silence/|spy-|digits/oclock|letters/ascii|letters/(dash|dollar|dot|equals|excl|plus|slash|space)")
_LONGEST = 16  # words: longer ones have pauses and small changes of the text


def speakers(speech):
    """The eight words of `multi`; those of the held-out speakers are held out."""
    for path in sorted((speech / "multi").glob("spk*.opus")):
        speaker, label, _ = path.stem.split("-")
        number = int(label) - len(recordings.MULTI_WORDS)
        if number >= 0:
            candidates = synthetic.units([WORDS[number]])
            yield recordings.Recording(path.stem, "speakers", speaker, WORDS[number], str(path), candidates,
                                       [[0] * len(c) for c in candidates], recordings.held_out_speaker(speaker))


def prompts():
    """One woman's telephone prompts, at 16 kHz."""
    for line in gzip.decompress(_TEXTS.read_bytes()).decode("utf8").splitlines():
        name, _, text = line.partition(":")
        path = _PROMPTS / f"{name}.g722"
        words = phrases.words(text)
        if _UNSURE.search(line) or not path.exists() or not 0 < len(words) <= _LONGEST:
            continue
        if re.match("letters/.$|digits/[ap]-m", name):
            words = [words[0] + "."] if name[0] == "l" else [f"{words[0]}.", "m."]
        candidates = synthetic.units(words)
        if candidates:
            yield recordings.Recording("prompt-" + name, "prompts", "allison", " ".join(words), str(path), candidates,
                                       [[0] * len(c) for c in candidates], recordings.digest(" ".join(words)) % 6 == 0)
