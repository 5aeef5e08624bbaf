"""Training batches of log band energies, cut and joined from the prepared utterances, always the same for a step number."""
import json

import numpy as np
import torch

from . import features
from .inventory import SILENCE

UNUSED, UNNAMED = -1, -2  # labels: of an utterance that is not to be heard, of a sound that the first output has no name for
PAUSE = 0.25  # chance of a pause between two utterances
ONLY_NOISE = 0.06  # chance of a sequence without any speech


class Data:
    """All prepared sources in memory."""

    def __init__(self, paths, language, everything=False):
        """`everything`: what is held out too."""
        self.language, self.entries, self.groups = language, [], {}
        bands, labels, tones, offset = [], [], [], 0
        for source in language.sources() if everything else language.shares:
            if not (paths.features / f"{source}.labels.npy").exists():
                continue
            bands.append(np.load(paths.features / f"{source}.npy"))
            labels.append(np.load(paths.features / f"{source}.labels.npy"))
            tones.append(np.load(paths.features / f"{source}.tones.npy"))
            entries = json.loads((paths.features / f"{source}.json").read_text())
            self._add(source.rstrip("+"), entries, labels[-1], offset)
            offset += len(bands[-1])
        self.bands = torch.from_numpy(np.concatenate(bands))
        self.labels, self.tones = np.concatenate(labels), np.concatenate(tones)
        self.floors = self.noises()

    def _add(self, source, entries, labels, offset):
        originals = {e["id"]: e for e in entries if e["speed"] == 1.0}
        groups = self.groups.setdefault(source, {})
        for entry in entries:
            original = originals[entry["id"]]
            if labels[original["start"]] == UNUSED:
                continue
            kind = "original" if entry["speed"] == 1.0 else "lower" if entry["speed"] < 0.75 else "other"
            group = kind if source in self.language.by_voice else entry["speaker"]
            groups.setdefault(group, []).append(len(self.entries))
            self.entries.append(dict(start=offset + entry["start"], frames=entry["frames"], speed=entry["speed"],
                                     labels=offset + original["start"], labelled=original["frames"], source=source))

    def speech(self, entry):
        """(first, last) frame of the entry's speech in its own frames."""
        spoken = np.flatnonzero(self.labels[entry["labels"]:entry["labels"] + entry["labelled"]] != SILENCE)
        return (spoken[0] / entry["speed"], spoken[-1] / entry["speed"]) if len(spoken) else (0, entry["frames"] - 1)

    def noises(self):
        """(start, end) of stretches of real microphone noise: what surrounds the speech of such recordings."""
        found = []
        for entry in self.entries:
            if entry["source"] == self.language.noise and entry["speed"] == 1.0:
                first, last = self.speech(entry)
                found += [(entry["start"] + a, entry["start"] + b) for a, b in ((0, int(first) - 8), (int(last) + 12, entry["frames"]))
                          if b - a >= 35]
        return found

    def real_noise(self, batch, frames, rng):
        """Band powers [batch, frames, 40] of real noise, mean 1 a sequence."""
        index = np.zeros((batch, frames), "i8")
        for row in index:
            t = 0
            while t < frames:
                start, end = rng.choice(self.floors)
                n = min(frames - t, end - start)
                row[t:t + n] = np.arange(start, start + n)
                t += n
        powers = torch.exp(self.bands[torch.from_numpy(index.ravel())].view(batch, frames, -1).float())
        return powers / powers.mean((1, 2), keepdim=True)

    def batch(self, count, frames, rng):
        """(log band energies [count, frames, 40], pdfs [count, frames], tones or 0, True where there is speech)."""
        rows = [self._sequence(frames, rng) for _ in range(count)]
        position, ends, labels = (np.stack(part) for part in zip(*rows))
        below = np.floor(np.maximum(position, 0)).astype("i8")
        above = np.minimum(below + 1, ends)
        weight = torch.from_numpy((np.maximum(position, 0) - below).astype("f4"))[..., None]
        shape = (count, frames, features.BANDS)
        low = self.bands[torch.from_numpy(below.ravel())].view(shape).float()
        high = self.bands[torch.from_numpy(above.ravel())].view(shape).float()
        pdfs = np.where(labels >= 0, self.labels[np.maximum(labels, 0)], SILENCE).astype("i8")
        tones = np.where(labels >= 0, self.tones[np.maximum(labels, 0)], 0).astype("i8")
        return low * (1 - weight) + high * weight, torch.from_numpy(pdfs), torch.from_numpy(tones), torch.from_numpy(labels >= 0)

    def _sequence(self, frames, rng):
        """Utterances of one group, one after the other: (positions, last frames of them, label indices or −1) [frames]."""
        position, end, label = np.zeros(frames), np.zeros(frames, "i8"), np.full(frames, -1, "i8")
        if rng.random() < ONLY_NOISE:
            return position, end, label
        shares = {s: share for s, share in self.language.shares.items() if self.groups.get(s)}
        source = rng.choices(list(shares), list(shares.values()))[0]
        members = self.groups[source][rng.choice(sorted(self.groups[source]))]
        pace, trimmed, t = rng.uniform(*self.language.paces[source]), rng.random() < 0.65, 0
        if rng.random() < 0.3:
            t = rng.randrange(5, 120)  # the microphone was open before the first word
        while t < frames:
            entry = self.entries[rng.choice(members)]
            step = pace * rng.uniform(0.92, 1.08) / entry["speed"]
            first, last = 0.0, entry["frames"] - 1.0
            if (trimmed and source != "synthetic") or rng.random() < 0.3:
                a, b = self.speech(entry)
                first = max(first, a - rng.choice([0, 0, 1, 2, 4, 10, 20]) / entry["speed"])
                last = min(last, b + rng.choice([0, 0, 1, 2, 4, 10, 25]) / entry["speed"])
            at = np.arange(first, last, step)[:frames - t]
            span = slice(t, t + len(at))
            position[span] = entry["start"] + at
            end[span] = entry["start"] + entry["frames"] - 1
            label[span] = entry["labels"] + np.minimum((at * entry["speed"] + 0.5).astype(int), entry["labelled"] - 1)
            t += max(1, len(at)) + (rng.randrange(8, 100) if rng.random() < PAUSE else 0)
        return position, end, label
