"""The held-out English table, each test decoded by libvosk itself."""
from .. import evaluate, testsets as common
from . import lexicon, testsets

GRAMMARS = {"100": testsets.small_grammar, "500": testsets.grammar, "prompts": testsets.prompt_grammar, "people": testsets.people_grammar}
TESTS = [
    ("6 held-out speakers, 8 words among 100 names", "speakers", "100", "exact"),
    ("the same, + [unk]", "speakers", "100+", "exact"),
    ("the same, 10 dB pink noise", "speakers_noisy", "100", "exact"),
    ("the same, far away", "speakers_far", "100", "exact"),
    ("the same, open vocabulary", "speakers", None, "errors"),
    ("all 28 speakers, 8 words among 100 names", "all_speakers", "100", "exact"),
    ("the same, + [unk]", "all_speakers", "100+", "exact"),
    ("words of other people, among 100 names and theirs", "people", "people", "exact"),
    ("the same, + [unk]", "people", "people+", "exact"),
    ("the same, open vocabulary", "people", None, "errors"),
    ("prompts of one woman, 500 phrases", "prompts", "prompts", "exact"),
    ("the same, + [unk]", "prompts", "prompts+", "exact"),
    ("the same, open vocabulary", "prompts", None, "errors"),
    ("synthetic voices, 500 phrases", "synthetic", "500", "exact"),
    ("the same, + [unk]", "synthetic", "500+", "exact"),
    ("the same, 10 dB pink noise", "synthetic_noisy", "500", "exact"),
    ("the same, far away", "synthetic_far", "500", "exact"),
    ("the same, open vocabulary", "synthetic", None, "errors"),
    ("false accepts: noise, 500 + [unk]", "noise", "500+", "accepts"),
    ("false accepts: noise, open vocabulary", "noise", None, "accepts"),
    ("false accepts: Mandarin, 100 + [unk]", "mandarin", "100+", "accepts"),
    ("false accepts: Mandarin, 500 + [unk]", "mandarin", "500+", "accepts"),
    ("false accepts: words not in 500 + [unk]", "others", "500+", "accepts"),
]


def phrases(kind, known):
    """A grammar of TESTS, without phrases that have a word which the model does not know."""
    if kind is None:
        return None
    return [p for p in GRAMMARS[kind.rstrip("+")]() if all(w in known for w in p.split())] + (["[unk]"] if kind.endswith("+") else [])


def _sound(words):
    """How the words sound: "two" as "to"."""
    return [phone for word in words for phone in (lexicon.pronunciations(word) or [[word]])[0]]


class Score(evaluate.Score):
    """Counts words instead of characters, and sounds instead of syllables."""

    def add(self, wanted, heard):
        said, wanted = heard.replace("[unk]", "").split(), wanted.split()
        self.count += 1
        self.accepted += bool(said)
        self.exact += heard.split() == wanted
        self.sounds += _sound(heard.split()) == _sound(wanted)
        self.edits += evaluate.distance(wanted, said)
        self.characters += len(wanted)

    def text(self, measure):
        if measure == "accepts":
            return super().text(measure)
        exact = f"{100 * self.exact / self.count:.1f} / {100 * self.sounds / self.count:.1f} %"
        return exact if measure == "exact" else f"{exact}; WER {100 * self.edits / max(1, self.characters):.1f} %"


def run(paths, folders, tests=None):
    """As evaluate.run, with the English tests."""
    common.make(paths, testsets.SETS)
    return evaluate.table(paths, folders, tests or TESTS, phrases, Score)
