"""The open language model: a bigram over words with back-off, from word frequencies, phrases people say and titles."""
import collections
import math

from . import lexicon, portal

_END = "</s>"
_START = "<s>"


class Bigram:
    """Interpolated absolute discounting over a unigram that mixes the text's words with the segmenter's frequencies.

    words: the vocabulary. general: {word: weight} of the language at large, the segmenter's without. split(text, words): its words.
    add() counts text. lines() gives the acceptor's arcs, the costs scaled for the decoder.
    """

    discount = 0.6
    own_share = 0.3  # of the unigram's mass for words of the text; the rest is the segmenter's, flattened
    power = 0.75
    end = 0.15  # chance of an end after a word with no bigram of its own

    def __init__(self, words, general=None, split=lexicon.segment):
        self.words, self.general, self.split = set(words), general, split
        self.order = list(words)
        self.unigrams = collections.Counter()
        self.bigrams = collections.defaultdict(collections.Counter)

    def add(self, text, weight=1.0):
        """Counts a phrase. A character outside the vocabulary cuts it."""
        previous = _START
        for word in [*self.split(text, self.words), _END]:
            if word is not None:
                if previous is not None:
                    self.bigrams[previous][word] += weight
                if word != _END:
                    self.unigrams[word] += weight
            previous = word

    def unigram(self):
        general = self.general
        if general is None:
            counts = lexicon.frequencies()
            general = {w: max(counts.get(w, 0), 3) ** self.power for w in self.order}
        total, own = sum(general.values()), max(1e-9, sum(self.unigrams.values()))
        share = self.own_share if self.unigrams else 0.0
        return {w: (1 - share) * general[w] / total + share * self.unigrams[w] / own for w in self.order}

    def lines(self, ids, scale, bonus):
        """Acceptor lines; `scale` times the costs, less `bonus` a word (HCL's insertion penalty, given back)."""
        states = {history: i for i, history in enumerate([_START] + sorted(h for h in self.bigrams if h != _START))}
        back_off = len(states)
        out = []

        def arc(source, word, chance):
            cost = -math.log(chance) * scale
            if word == _END:
                out.append(f"{source} {cost:.4f}")
            else:
                out.append(f"{source} {states.get(word, back_off)} {ids[word]} {ids[word]} {cost - bonus:.4f}")

        for history, state in states.items():
            followers = self.bigrams[history]
            total = sum(followers.values())
            taken = {w: max(0.0, c - self.discount * min(1.0, c)) / total for w, c in followers.items()}
            for word, chance in sorted(taken.items()):
                if chance > 0:
                    arc(state, word, chance)
            out.append(f"{state} {back_off} 0 0 {-math.log(max(1e-4, 1 - sum(taken.values()))) * scale:.4f}")
        for word, chance in self.unigram().items():
            arc(back_off, word, chance * (1 - self.end))
        arc(back_off, _END, self.end)
        return out


def portal_model(words, texts=()):
    """The model that ships: portal phrases, the demo portal's titles, and `texts` (lines of a site's own)."""
    model = Bigram(words)
    for phrase in portal.phrases():
        model.add(phrase, 0.2)  # made from patterns: each says little
    for name in portal.column_names():
        model.add(name, 3.0)
    for word in lexicon.SPOKEN:
        model.add(word, 2.0)
    for title in [*portal.page_titles(), *texts]:
        model.add(title)
    return model
