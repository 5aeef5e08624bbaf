"""The sounds of a language as net and decoder number them.

Each HMM state is one output of the net (a "pdf"). SIL, one state, is silence and noise, and comes first; GBG, one state, is
speech of other languages, and comes last. The decoder sees four position variants of a unit (_B first in its word, _I
inside, _E last, _S alone); they share the pdfs and exist only so that words get times.

Transition ids are Kaldi's: numbered through (phone, state, pdf) in order, self-loop first, then forward.
"""
SILENCE_UNIT, GARBAGE_UNIT = "SIL", "GBG"
SILENCE = 0  # its pdf


class Inventory:
    """units: {unit: its states}, without SIL and GBG. toned: the units that the decoder knows in `tones` tones as well.

    unknown: what [unk] may sound like, as (from, unit, position, to, share) between the nodes "first", "middle", "end" and any
    others; `share` is how much of a syllable's cost the arc has.
    aside: classes of the net's second output: the tones, or what it learns beside and no decoder reads.
    """

    def __init__(self, units, toned=(), tones=0, aside=None, unknown=()):
        self.units = [SILENCE_UNIT, *units, GARBAGE_UNIT]
        self.aside = tones if aside is None else aside
        self.unknown = list(unknown)
        self.pdfs, self.pdf_count = {}, 0
        for unit in self.units:
            states = units.get(unit, 1)
            self.pdfs[unit] = list(range(self.pdf_count, self.pdf_count + states))
            self.pdf_count += states
        self.garbage = self.pdfs[GARBAGE_UNIT][0]
        self.outputs = self.pdf_count + self.aside
        # What the decoder tells apart: the net's units, and each toned one also in each tone. The first pdf_count decoder pdfs are the
        # net's; one of a toned unit is the net's pdf of the unit and its tone together (export.py).
        self.toned = [(unit, tone) for tone in range(1, tones + 1) for unit in toned]
        self.hmms, self.decoder_pdfs = dict(self.pdfs), self.pdf_count
        for unit, tone in self.toned:
            states = len(self.pdfs[unit])
            self.hmms[f"{unit}{tone}"] = list(range(self.decoder_pdfs, self.decoder_pdfs + states))
            self.decoder_pdfs += states
        names = [*self.units[1:], *(f"{unit}{tone}" for unit, tone in self.toned)]
        self.phones = ["<eps>", SILENCE_UNIT] + [f"{name}_{position}" for name in names for position in "BIES"]
        self.phone_unit = [None, SILENCE_UNIT] + [name for name in names for _ in "BIES"]
        self.phone_id = {phone: i for i, phone in enumerate(self.phones)}
        self.triples, self.transitions = [], {}  # transitions: (phone, state) → (self-loop id, forward id)
        for phone in range(1, len(self.phones)):
            for state, pdf in enumerate(self.hmms[self.phone_unit[phone]]):
                self.triples.append((phone, state, pdf))
                self.transitions[(phone, state)] = (2 * len(self.triples) - 1, 2 * len(self.triples))
        self.transition_count = 2 * len(self.triples)

    def word_phones(self, units):
        """Phone ids of a word, with its units' positions; toned units may have their tone."""
        if len(units) == 1:
            return [self.phone_id[units[0] + "_S"]]
        last = len(units) - 1
        return [self.phone_id[u + ("_B" if i == 0 else "_E" if i == last else "_I")] for i, u in enumerate(units)]
