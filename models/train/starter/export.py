"""A checkpoint and a graph → a model directory that libvosk loads."""
import hashlib
import json

import numpy as np

from . import config, features, graph, kaldi, language, lexicon, net, pinyin, units
from .inventory import SILENCE, SILENCE_UNIT

FEATURE_OPTIONS = ["--use-energy=false", f"--sample-frequency={features.RATE}", f"--num-mel-bins={features.BANDS}",
                   f"--num-ceps={features.BANDS}", f"--low-freq={features.LOW:.0f}", f"--high-freq={features.HIGH:.0f}", "--dither=0",
                   "--allow-upsample=true"]  # or libvosk refuses 8 kHz


def priors(inventory, stored, decoder):
    """What libvosk divides the joined outputs by. A toned final's share is its final's: tones are about equally frequent."""
    shares = stored.numpy() ** decoder.prior_power
    shares[SILENCE] /= decoder.silence_boost
    return shares[[*range(inventory.pdf_count), *(plain for plain, _ in _toned_pdfs(inventory))]] / shares.sum()


def _toned_pdfs(inventory):
    """(the net's pdf, tone) of each decoder pdf after the net's own, in their order."""
    return [(pdf, tone) for unit, tone in inventory.toned for pdf in inventory.pdfs[unit]]


def join(inventory, decoder):
    """(weight, bias) that turn heads() into scores of the decoder's pdfs: log-probabilities of the net's pdfs, and of its
    tones how much they are over the floor."""
    count = inventory.pdf_count
    weight = np.zeros((inventory.decoder_pdfs, inventory.outputs if inventory.toned else count), "f4")
    bias = np.zeros(inventory.decoder_pdfs, "f4")
    weight[range(count), range(count)] = 1
    for i, (pdf, tone) in enumerate(_toned_pdfs(inventory)):
        weight[count + i, pdf] = 1
        weight[count + i, count + tone - 1] = decoder.tone_weight
        bias[count + i] = decoder.tone_weight * decoder.tone_floor
        bias[pdf] = decoder.tone_weight * decoder.no_tone
    return weight, bias


def heads(inventory, output, decoder):
    """The last of net.plain_layers for kaldi.acoustic_model: sounds and, where the decoder knows them, tones."""
    weight, bias, n = output["weight"], output["bias"], inventory.pdf_count
    tones = [("tones", weight[n:], bias[n:], decoder.tone_floor)] if inventory.toned else []
    return [("sounds", weight[:n], bias[:n], None), *tones]


def acoustic(inventory, checkpoint, folder, decoder):
    """am/final.mdl and conf/ from a checkpoint."""
    model, stored = net.load(checkpoint)
    *layers, output = model.plain_layers()
    kaldi.write(folder / "am" / "final.mdl", inventory, layers, heads(inventory, output, decoder), join(inventory, decoder), features.BANDS,
                priors(inventory, stored["prior"], decoder))
    (folder / "conf").mkdir(parents=True, exist_ok=True)
    (folder / "conf" / "mfcc.conf").write_text("\n".join(FEATURE_OPTIONS) + "\n")
    options = {"min-active": 200, "max-active": 3000, "beam": 12.0, "lattice-beam": 4.0, "acoustic-scale": decoder.acoustic_scale,
               "frame-subsampling-factor": net.STRIDE, "endpoint.silence-phones": inventory.phone_id[SILENCE_UNIT],
               "endpoint.rule2.min-trailing-silence": 0.5, "endpoint.rule3.min-trailing-silence": 0.75,
               "endpoint.rule4.min-trailing-silence": 1.0,
               "frames-per-chunk": 24}  # the net is read from memory once a chunk: with 12, a third fewer streams fit
    (folder / "conf" / "model.conf").write_text("".join(f"--{k}={v}\n" for k, v in options.items()))


def pronunciations(paths, words):
    """{word: [(units, cost)]}; the reading that the alignment chose for a recorded word comes first and alone."""
    chosen_file = paths.features / "readings.json"
    chosen = json.loads(chosen_file.read_text()) if chosen_file.exists() else {}
    out = {}
    for word in words:
        sounds = [units.toned(u, units.word_tones(s, pinyin.tones(word, s))) for s, u in lexicon.pronunciations(word)]
        if word in chosen and chosen[word] < len(sounds):
            sounds = [sounds[chosen[word]]]
        different = list(dict.fromkeys(map(tuple, sounds)))
        out[word] = [(list(u), 1.5 if i else 0.0) for i, u in enumerate(different)]
    return out


def decoding(paths, folder, decoder, sizes, texts=()):
    """graph/: the words, their sounds and the open language model."""
    frequent, more = lexicon.vocabulary(sizes)
    words = frequent + more
    model = language.portal_model(frequent, texts)
    graph.build(units.MANDARIN, words, pronunciations(paths, words),
                lambda ids: model.lines(ids, decoder.lm_scale, decoder.insertion_penalty), folder / "graph", paths.tmp, decoder)
    # Without these numbers Gr.fst's costs cannot be turned back into chances ("tingdong models adapt" does).
    scaling = dict(scale=decoder.lm_scale, word_bonus=decoder.insertion_penalty)
    (folder / "graph" / "language.json").write_text(json.dumps(scaling) + "\n")


def manifest(folder, language):
    """manifest.json in the form of package models (its tests compare them)."""
    described = dict(name=language.model, language=language.code, sample_rate=features.RATE, licence="CC-BY-SA-4.0",
                     source="trained for this project; see README.md")
    previous = folder / "manifest.json"
    if not previous.exists():
        previous = config.REPOSITORY / "models" / language.model / "manifest.json"
    if previous.exists():
        described = {k: v for k, v in json.loads(previous.read_text(encoding="utf8")).items() if k != "files"}
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in ("manifest.json", "README.md"))
    described["files"] = [dict(path=p.relative_to(folder).as_posix(), size=p.stat().st_size, sha256=hashlib.sha256(p.read_bytes()).hexdigest())
                          for p in files]
    (folder / "manifest.json").write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n", encoding="utf8")
