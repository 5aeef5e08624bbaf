"""Mandarin recordings for the English net, with their alignments: from the work folder of a Mandarin run."""
import shutil

import numpy as np

from ..batches import UNNAMED, UNUSED
from ..inventory import SILENCE
from ..languages import MANDARIN
from .language import ENGLISH

# Mandarin sounds that are near enough to an English one: an initial, or the two halves of a final; "-" is near none.
NEAR = {sound: near.split() for sound, near in {
    "b": "B", "p": "P", "m": "M", "f": "F", "d": "D", "t": "T", "n": "N", "l": "L", "g": "G", "k": "K", "h": "HH", "j": "JH", "q": "CH",
    "x": "SH", "zh": "JH", "ch": "CH", "sh": "SH", "r": "R", "s": "S",
    "a": "AA AA", "o": "AO AO", "e": "AH AH", "i": "IY IY", "u": "UW UW", "ai": "AY AY", "ei": "EY EY", "ao": "AW AW", "ou": "OW OW",
    "ia": "Y AA", "ie": "Y EH", "ua": "W AA", "uo": "W AO", "ve": "- EH", "iao": "Y AW", "iou": "Y OW", "uai": "W AY", "uei": "W EY",
    "an": "AA N.", "en": "AH N.", "ang": "AA NG.", "eng": "AH NG.", "ong": "UW NG.", "ian": "EH N.", "in": "IY N.", "iang": "- NG.",
    "ing": "IH NG.", "iong": "- NG.", "uan": "- N.", "uen": "- N.", "uang": "- NG.", "van": "- N.", "vn": "- N.", "er": "- R."}.items()}


_SOFT = 8  # frames


def near_labels():
    """For each pdf of Mandarin the English one that is near, or UNNAMED."""
    mandarin, english = MANDARIN.inventory.pdfs, ENGLISH.inventory.pdfs
    table = np.full(MANDARIN.inventory.pdf_count, UNNAMED, "i2")
    table[SILENCE] = SILENCE
    for unit, pdfs in mandarin.items():
        for i, (pdf, near) in enumerate(zip(pdfs, NEAR.get(unit.split("_")[0], []))):
            if near in english:
                table[pdf] = english[near][min(i, len(english[near]) - 1)]
    return table


def unsure(labels):
    """Silence just before a sound as UNNAMED: a soft S or SH may begin in it."""
    spoken = np.convolve(labels != SILENCE, np.ones(_SOFT + 1), "full")[_SOFT:] > 0
    return np.where((labels == SILENCE) & spoken, UNNAMED, labels).astype("i2")


def run(paths, mandarin):
    """features/zh-<source> for the sources of ENGLISH, unless they are there; `mandarin` are the other run's paths.

    A Mandarin sound is the second output's class of its pdf, less one for silence (0 is none, see align.py).
    """
    table = near_labels()
    for name in ("multi", "words", "synthetic", "multi+"):
        mark = paths.features / f"zh-{name}.json"
        if mark.exists() or not (mandarin.features / f"{name}.labels.npy").exists():
            continue
        link = paths.features / f"zh-{name}.npy"
        link.unlink(missing_ok=True)
        link.symlink_to((mandarin.features / f"{name}.npy").resolve())
        if name != "synthetic":  # aligned as garbage
            labels = np.load(mandarin.features / f"{name}.labels.npy")
            np.save(paths.features / f"zh-{name}.labels.npy", np.where(labels == UNUSED, UNUSED, unsure(table[labels])))
            np.save(paths.features / f"zh-{name}.tones.npy", np.maximum(labels, 0).astype("i2"))
        shutil.copy(mandarin.features / f"{name}.json", mark)
