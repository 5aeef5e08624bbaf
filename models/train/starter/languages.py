"""What training needs to know of a language: its sounds, and the recordings that it hears."""
from dataclasses import dataclass

from . import units
from .inventory import Inventory


@dataclass(frozen=True)
class Language:
    code: str
    model: str  # name of the model that ships
    inventory: Inventory
    shares: dict  # source: its share of the training sequences
    paces: dict  # source: paces against the recordings (words read one by one are slow, a visitor is not)
    by_voice: tuple  # sources of one speaker, whose other voices are kept apart
    garbage: tuple  # sources of speech whose sounds have no names here
    noise: str  # the source whose pauses are real microphone noise
    labelled: tuple = ()  # sources that come with their labels
    clean: tuple = ()  # sources without noise around the speech
    long: tuple = ()  # sources whose utterances are too long for a first guess without a net

    def sources(self):
        """All sources in order; those ending in "+" are held out, and there when a stage hears everything."""
        return [*self.shares, *(source + "+" for source in self.shares)]


MANDARIN = Language(
    code="zh-CN", model="starter-zh", inventory=units.MANDARIN,
    shares={"multi": 0.25, "syllables": 0.06, "words": 0.36, "synthetic": 0.27, "garbage": 0.03, "foreign": 0.03},
    paces={"words": (0.9, 1.6), "syllables": (1.0, 1.8), "multi": (0.8, 1.3), "synthetic": (0.8, 1.25), "garbage": (0.8, 1.3),
           "foreign": (0.8, 1.25)},
    by_voice=("words", "syllables"), garbage=("garbage", "foreign"), noise="multi", long=("synthetic",))
