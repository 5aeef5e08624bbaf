"""Which pdf each 10 ms frame belongs to: a first guess, then Viterbi alignments with the net so far.

Writes features/<source>.labels.npy (int16, one pdf a frame of the original voices, −1 where an utterance is not to be used;
other voices take their original's labels at their pace) and features/<source>.tones.npy (int8, the tone or 0 the same way).
"""
import itertools
import json
from multiprocessing import Pool

import numpy as np
import torch

from . import config, features, net
from .inventory import SILENCE

_NEVER = -1e30


def states(inventory, sounds):
    """(pdfs, optional) of an utterance's units, with optional silence before and after; SIL between them may be missing, too."""
    pdfs = np.array([SILENCE] + [p for unit in sounds for p in inventory.hmms[unit]] + [SILENCE])
    return pdfs, pdfs == SILENCE


def state_tones(inventory, sounds, tones):
    """The tone of each state of states()."""
    return np.array([0] + [tone for unit, tone in zip(sounds, tones) for _ in inventory.pdfs[unit]] + [0], "i1")


def viterbi(scores, pdfs, optional, shortest=2):
    """Best path of frames through states in their order.

    scores [frames, pdfs] are log-likelihoods. Each state lasts `shortest` frames or more (1 if the utterance is too short).
    Returns (score a frame, state index of each frame).
    """
    if len(scores) < shortest * len(pdfs):
        shortest = 1
    copies = np.repeat(np.arange(len(pdfs)), shortest)
    count = len(copies)
    observed = scores[:, pdfs[copies]]
    last = np.zeros(count, bool)
    last[shortest - 1::shortest] = True
    jump = shortest + 1  # from a state's last copy over one optional state
    may_jump = np.zeros(count, bool)
    may_jump[[j * shortest for j in range(2, len(pdfs)) if optional[j - 1]]] = True
    best = np.full(count, _NEVER)
    best[0] = observed[0, 0]
    if optional[0] and len(pdfs) > 1:
        best[shortest] = observed[0, shortest]
    came = np.zeros((len(scores), count), np.int32)
    here = np.arange(count)
    for t in range(1, len(scores)):
        stay = np.where(last, best, _NEVER)
        step = np.concatenate([[_NEVER], best[:-1]])
        over = np.full(count, _NEVER)
        over[jump:] = np.where(may_jump[jump:], best[:-jump], _NEVER)
        choices = np.stack([stay, step, over])
        choice = choices.argmax(0)
        best = choices[choice, here] + observed[t]
        came[t] = here - np.array([0, 1, jump])[choice]
    ends = [count - 1] + ([count - 1 - shortest] if optional[-1] and len(pdfs) > 1 else [])
    return _trace(best, came, ends, copies)


def _trace(best, came, ends, copies):
    at = max(ends, key=lambda end: best[end])
    score = best[at] / len(came)
    path = np.zeros(len(came), np.int32)
    for t in range(len(came) - 1, -1, -1):
        path[t] = copies[at]
        at = came[t, at]
    return score, path


def _energy(bands, lowest, width):
    """Mean log energy of the bands from `lowest` on, smoothed over `width` frames."""
    energy = np.pad(bands[:, lowest:].astype("f4").mean(1), width // 2, "edge")
    return np.convolve(energy, np.ones(width) / width, "valid")


def equal_split(inventory, bands, sounds, tones):
    """The first guess: the louder part of a recording, split evenly among its states. (pdfs, tones)"""
    energy = _energy(bands, 3, 5)
    low, high = np.percentile(energy, 5), np.percentile(energy, 95)
    loud = np.flatnonzero(energy > low + 0.35 * (high - low))
    first, end = (loud[0], loud[-1] + 1) if len(loud) else (0, len(energy))
    pdfs, toned = states(inventory, sounds)[0][1:-1], state_tones(inventory, sounds, tones)[1:-1]
    edges = first + np.round(np.arange(len(pdfs) + 1) / len(pdfs) * (end - first)).astype(int)
    labels, tone_labels = np.full(len(bands), SILENCE), np.zeros(len(bands), "i1")
    for pdf, tone, a, b in zip(pdfs, toned, edges, edges[1:]):
        labels[a:b], tone_labels[a:b] = pdf, tone
    return labels, tone_labels


def timed(inventory, frames, times):
    """Labels by (unit, its end in seconds): its states share its time evenly."""
    middles, labels, begin = 0.01 * np.arange(frames) + 0.0125, np.full(frames, SILENCE), 0.0
    for unit, end in times:
        pdfs = inventory.pdfs[unit]
        inside = np.flatnonzero((middles >= begin) & (middles < end))
        labels[inside] = [pdfs[int((m - begin) / (end - begin) * len(pdfs))] for m in middles[inside]]
        begin = end
    return labels


def outside(bands):
    """True for frames clearly before or after the speech, but for 60 ms.

    Without this, the noise around a recording is learned as u or f, and later heard as words.
    """
    energy = _energy(bands, 2, 7)
    low, high = np.percentile(energy, 8), np.percentile(energy, 97)
    loud = np.flatnonzero(energy > low + max(1.2, 0.25 * (high - low)))
    mask = np.ones(len(energy), bool)
    if len(loud):
        mask[max(0, loud[0] - 6):loud[-1] + 7] = False
    return mask


def nowhere(bands):
    """outside() of a recording without noise: a soft S at its beginning is no silence."""
    return np.zeros(len(bands), bool)


def likelihoods(model, utterances, log_prior):
    """[frames, pdfs] of each array of log band energies, every 10 ms."""
    found, margin = [], model.context
    for bands in utterances:
        padded = np.pad(bands.astype("f4"), ((margin, margin), (0, 0)), "edge")
        with torch.no_grad():
            scores = torch.log_softmax(model(torch.from_numpy(features.mfcc(padded))[None], every_frame=True)[:, :len(log_prior)], 1)
        found.append((scores[0].T.numpy() - log_prior).astype("f2"))
    return found


def _align(job):
    inventory, scores, candidates, tones, silent = job
    scores = scores.astype("f4")
    scores[silent, SILENCE] = np.maximum(scores[silent, SILENCE], scores[silent].max(1)) + 2.0
    paths = []
    for k, sounds in enumerate(candidates):
        pdfs, optional = states(inventory, sounds)
        score, path = viterbi(scores, pdfs, optional)
        paths.append((score, k, pdfs[path], state_tones(inventory, sounds, tones[k])[path]))
    return max(paths, key=lambda p: p[0])


def _source(paths, source):
    entries = json.loads((paths.features / f"{source}.json").read_text())
    return np.load(paths.features / f"{source}.npy", mmap_mode="r"), [e for e in entries if e["speed"] == 1.0]


def realign(paths, language, checkpoint, source, name):
    """Aligns one source with a checkpoint's net; drops the worst 1.5 %, which are mostly wrong pronunciations."""
    model, stored = net.load(checkpoint)
    log_prior = 0.6 * np.log(stored["prior"].numpy())
    bands, entries = _source(paths, source)
    labels, tones = np.full(len(bands), -1, "i2"), np.zeros(len(bands), "i1")
    scores, chosen = [], {}
    around = nowhere if source.rstrip("+") in language.clean else outside
    with Pool(config.workers()) as pool:
        for i in range(0, len(entries), 400):
            some = entries[i:i + 400]
            frames = [bands[e["start"]:e["start"] + e["frames"]] for e in some]
            jobs = zip(itertools.repeat(language.inventory), likelihoods(model, frames, log_prior), [e["pronunciations"] for e in some],
                       [e["tones"] for e in some], map(around, frames))
            for entry, (score, k, path, toned) in zip(some, pool.imap(_align, jobs, chunksize=25)):
                span = slice(entry["start"], entry["start"] + entry["frames"])
                labels[span], tones[span] = path, toned
                scores.append(score)
                if len(entry["pronunciations"]) > 1:
                    chosen[entry["text"]] = k
    threshold = np.percentile(scores, 1.5)
    for entry, score in zip(entries, scores):
        if score < threshold:
            labels[entry["start"]] = -1
    _write(paths, source, name, labels, tones)
    if source == "words":
        (paths.features / "readings.json").write_text(json.dumps(chosen, ensure_ascii=False))
    print(f"{source}: {len(entries)} aligned with {checkpoint.name}, mean score {np.mean(scores):.3f}", flush=True)


def flat(paths, language, source, name):
    """The first guess for one source: the synthesiser's own times, or an even split. What is too long for one waits for a net."""
    bands, entries = _source(paths, source)
    labels, tones = np.full(len(bands), -1, "i2"), np.zeros(len(bands), "i1")
    for entry in entries if source not in language.long else []:
        span = slice(entry["start"], entry["start"] + entry["frames"])
        if entry.get("times"):
            labels[span] = timed(language.inventory, entry["frames"], entry["times"])
        else:
            labels[span], tones[span] = equal_split(language.inventory, bands[span], entry["pronunciations"][0], entry["tones"][0])
    _write(paths, source, name, labels, tones)


def garbage(paths, language, source, name):
    """Speech of other languages has one sound."""
    bands, entries = _source(paths, source)
    labels = np.full(len(bands), -1, "i2")
    for entry in entries:
        span = slice(entry["start"], entry["start"] + entry["frames"])
        labels[span] = np.where(outside(bands[span]), SILENCE, language.inventory.garbage)
    _write(paths, source, name, labels, np.zeros(len(bands), "i1"))


def _write(paths, source, name, labels, tones):
    np.save(paths.features / f"{source}.tones.npy", tones)
    np.save(paths.features / f"{source}.labels.npy", labels)
    (paths.features / f"{source}.labels").write_text(name)


def run(paths, language, name, checkpoint=None):
    """Labels of all prepared sources under a stage's name, unless they are there already."""
    for source in language.sources():
        mark = paths.features / f"{source}.labels"
        if not (paths.features / f"{source}.json").exists() or (mark.exists() and mark.read_text() == name):
            continue
        if source.rstrip("+") in language.labelled:
            continue
        if source.rstrip("+") in language.garbage:
            garbage(paths, language, source, name)
        elif checkpoint is None:
            flat(paths, language, source, name)
        else:
            realign(paths, language, checkpoint, source, name)
