"""Where things lie, and the numbers of a training run.

All numbers that somebody may want to change are fields here, with the reason for their value; the other modules have
none of their own that matter for the result.
"""
import glob
import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Paths:
    """Folders of one run. `work` holds everything that can be made again."""

    speech: Path
    work: Path

    def __post_init__(self):
        for name in ("features", "checkpoints", "tests", "model", "tmp"):
            (self.work / name).mkdir(parents=True, exist_ok=True)

    @property
    def features(self):
        return self.work / "features"

    @property
    def checkpoints(self):
        return self.work / "checkpoints"

    @property
    def tests(self):
        return self.work / "tests"

    @property
    def model(self):
        return self.work / "model"

    @property
    def tmp(self):
        return self.work / "tmp"


@dataclass(frozen=True)
class Training:
    """One stage of training."""

    steps: int = 2000
    batch: int = 32  # sequences a step
    frames: int = 360  # of 10 ms a sequence
    rate: float = 1.2e-3  # Adam's step size after the warm-up
    smoothing: float = 0.05  # label smoothing: boundaries of an alignment are no truth
    tones: float = 0.3  # weight of the tones' loss beside the sounds'
    half: bool = True  # bfloat16 in the layers: 2.2 times as fast where there is avx512_bf16
    everything: bool = False  # hears what is held out, too: for a net that ships, after one that did not shows what it can
    save_every: int = 100  # steps between checkpoints
    seed: int = 5


@dataclass(frozen=True)
class Decoder:
    """What is baked into the model for libvosk's decoder."""

    # Chosen on other sounds than the tests', see README.
    prior_power: float = 0.4  # how much of the prior is divided out
    silence_boost: float = 2.0  # divides silence's prior: training has more pauses and noise than visitors make
    acoustic_scale: float = 0.4
    lm_scale: float = 0.7  # of the open language model; a runtime grammar's weights are libvosk's
    insertion_penalty: float = 3.0  # per word; also acts on runtime grammars, whose phrases libvosk chains freely
    unknown_entry: float = 2.0  # cost of starting [unk]
    unknown_syllable: float = 4.25  # and of each syllable in it: a long command is less often rejected for one bad sound
    garbage_entry: float = 8.0  # cost of hearing [unk] as speech that is no Mandarin
    tone_weight: float = 0.5  # of a tone's log-probability beside its final's
    tone_floor: float = -2.0  # the least that a tone's log-probability counts: voices and lexicon have tones of their own
    no_tone: float = -0.6  # what a final in no certain tone gets instead of a tone's log-probability


# Chosen on training voices, training speakers and other random words than the tests'. English has words of one sound that nobody
# stresses ("the", "a"): at a penalty of 3 they are left out.
ENGLISH_DECODER = Decoder(insertion_penalty=0.5, unknown_entry=1.0, unknown_syllable=4.0, silence_boost=1.0)


@dataclass(frozen=True)
class Sizes:
    words: int = 12000  # most frequent words, with probabilities in the open language model
    grammar_words: int = 20000  # next most frequent, for runtime grammars only
    characters: int = 4500  # single characters, so that any phrase can be spelled
    synthetic: int = 6000  # utterances of synthetic speech


@dataclass(frozen=True)
class English:
    words: int = 10000  # most frequent ordinary words, besides the portal's
    flite: int = 4500  # synthetic utterances, each also as another person
    espeak: int = 3500


def workers():
    """Processes for work that splits; TRAIN_WORKERS overrides."""
    return int(os.environ.get("TRAIN_WORKERS", os.cpu_count() or 1))


def go_module_file(module, path):
    """A file of a Go module in the module cache, such as the segmenter's dictionary.

    Raises FileNotFoundError with what to do.
    """
    root = os.environ.get("GOMODCACHE") or os.path.join(os.environ.get("GOPATH", os.path.expanduser("~/go")), "pkg/mod")
    found = sorted(glob.glob(os.path.join(root, module + "@*", path)))
    if not found:
        raise FileNotFoundError(f"{path} of {module} is not in {root}: run `go mod download` in the repository first")
    return found[-1]
