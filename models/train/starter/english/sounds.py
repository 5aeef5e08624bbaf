"""The English model's sounds: ARPAbet, a consonant before a vowel apart from the same consonant elsewhere.

After S a stop has no breath behind it: "speech" is S B IY CH. A consonant is one HMM state; "T" is the one that opens a syllable and "T." the one that closes it or stands in a cluster: stops are
released or not, L is clear or dark. A vowel is two states.
"""
from .lexicon import CONSONANTS, VOWELS

STATES = {**{v: 2 for v in VOWELS}, **{c + dot: 1 for c in CONSONANTS for dot in ("", ".") if c + dot not in ("W.", "Y.", "HH.")}}


_AFTER_S = {"P": "B", "T": "D", "K": "G"}


def units(phones):
    """A word's ARPAbet phones as units."""
    phones = [_AFTER_S.get(phone, phone) if before == "S" else phone for before, phone in zip([None, *phones], phones)]
    found = []
    for phone, following in zip(phones, [*phones[1:], None]):
        closed = phone not in VOWELS and following not in VOWELS
        found.append(phone + "." if closed and phone + "." in STATES else phone)
    return found
