"""graph/ of the English model: its words, their sounds and the open language model."""
import json

from .. import config, graph, language
from . import lexicon, phrases, recordings, sounds
from .language import ENGLISH

LETTERS = [f"{letter}." for letter in "abcdefghijklmnopqrstuvwxyz"]  # as cmudict names them


def vocabulary(count):
    """What people say to the portal and the recordings say (numbers, days, months), the `count` most frequent words and the letters."""
    recorded = [w for r in recordings.prompts() for w in r.text.split()]
    listed = [*phrases.vocabulary(), *lexicon.names(), *recordings.WORDS, *recorded, *lexicon.common(count), *LETTERS]
    return [w for w in dict.fromkeys(listed) if lexicon.pronunciations(w)]


def model(words, texts=()):
    """The open language model: general frequencies, the grammar's commands, column names, the demo pages and `texts`."""
    chances = lexicon.frequencies()
    general = {w: max(chances.get(w, 0), 1e-7) ** 0.75 for w in words}
    made = language.Bigram(words, general, lambda text, known: [w if w in known else None for w in text])
    for sentence in phrases.commands(4000):
        made.add(sentence, 0.2)
    for name in phrases.column_names():
        made.add(name.split(), 3.0)
    for line in [*phrases.page_lines(), *map(phrases.words, texts)]:
        made.add(line)
    return made


def build(folder, temporary, decoder, texts=()):
    """Writes the model directory's graph/."""
    words = vocabulary(config.English.words)
    prons = {w: [(sounds.units(p), 0.7 if i else 0.0) for i, p in enumerate(lexicon.pronunciations(w))] for w in words}
    made = model(words, texts)
    graph.build(ENGLISH.inventory, words, prons, lambda ids: made.lines(ids, decoder.lm_scale, decoder.insertion_penalty), folder, temporary, decoder)
    (folder / "language.json").write_text(json.dumps(dict(scale=decoder.lm_scale, word_bonus=decoder.insertion_penalty)) + "\n")
