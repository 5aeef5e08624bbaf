"""The English model as training sees it: its sounds and what it hears."""
from ..inventory import Inventory
from ..languages import MANDARIN, Language
from . import lexicon, sounds

_CONSONANT = 0.3  # of what a syllable costs in [unk]


def _unknown():
    """[unk]'s sounds: consonants that open, a vowel, others, in any order that a word may have them."""
    found = []
    for vowel in lexicon.VOWELS:
        found += [(source, vowel, position, target, 1) for source in ("first", "middle", "open")
                  for position, target in (("S" if source == "first" else "E", "end"), ("B" if source == "first" else "I", "middle"))]
    for unit in sounds.STATES:
        if unit in lexicon.CONSONANTS:
            found += [("first", unit, "B", "open", _CONSONANT), ("middle", unit, "I", "open", _CONSONANT)]
        elif unit not in lexicon.VOWELS:
            found += [("first", unit, "B", "middle", _CONSONANT), ("middle", unit, "I", "middle", _CONSONANT), ("middle", unit, "E", "end", _CONSONANT)]
    return found


# Mandarin recordings of people teach the layers below both outputs how people and microphones sound. Their sounds have names in
# the second output only: if the first called them no English, it would call all these speakers so. No English is
# espeak-ng's Mandarin, in voices that also speak English.
ENGLISH = Language(
    code="en-US", model="starter-en",
    inventory=Inventory(sounds.STATES, aside=MANDARIN.inventory.pdf_count - 1, unknown=_unknown()),
    shares={"flite": 0.3, "espeak": 0.14, "prompts": 0.14, "speakers": 0.06, "zh-multi": 0.18, "zh-words": 0.12, "zh-synthetic": 0.06},
    paces={"flite": (0.85, 1.25), "espeak": (0.8, 1.25), "prompts": (0.8, 1.3), "speakers": (0.8, 1.3), "zh-multi": (0.8, 1.3),
           "zh-words": (0.9, 1.6), "zh-synthetic": (0.8, 1.25)},
    by_voice=("prompts", "zh-words"), garbage=("zh-synthetic",), noise="zh-multi", labelled=("zh-multi", "zh-words"),
    clean=("flite", "espeak", "prompts"), long=("espeak", "prompts"))
