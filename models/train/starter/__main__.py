"""python3 -m starter SPEECH_DIR OUT_DIR: from recordings to a verified model directory, and the evaluation of one."""
import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import torch

from . import align, config, evaluate, export, foreign, net, prepare, synthetic, train
from .english import evaluate as english_evaluate, pipeline as english
from .languages import MANDARIN


@dataclass(frozen=True)
class Stage:
    name: str
    plan: config.Training
    labels: str  # name of the alignments; stages that share it share them
    aligner: Path = None  # checkpoint that they are made with; None: evenly split words
    start: Path = None  # checkpoint to start from; None: from nothing


def stages(options):
    """The stages of a run, in order."""
    def plan(steps, rate, **more):
        return config.Training(steps=steps, rate=rate, seed=options.seed, **more)

    def path(name):
        return options.out / "checkpoints" / f"{name}.pt"

    steps = options.steps
    if options.start:
        found = [Stage("continued", plan(steps or 2000, 8e-4), "continued", options.start, options.start)]
    elif options.aligner:
        found = [Stage("aligned", plan(steps or 10000, 2e-3), "aligned", options.aligner)]
    else:
        # A first net from evenly split words, then three rounds of aligning with the net so far and training on.
        found = [Stage("flat", plan(500, 3e-3), "flat")]
        for name, count, rate in [("second", 1500, 2e-3), ("third", 3000, 2e-3), ("last", steps or 6000, 1.5e-3)]:
            found.append(Stage(name, plan(count, rate), name, path(found[-1].name), path(found[-1].name)))
    if options.everything:
        last = found[-1]
        found.append(Stage("everything", plan(options.everything, 8e-4, everything=True), last.labels, last.aligner, path(last.name)))
    return found


def make(options):
    """Every step that is not done yet. Returns the model directory."""
    paths = config.Paths(options.speech, options.out)
    sizes = config.Sizes(synthetic=options.synthetic)
    prepare.run(paths)
    synthetic.run(paths, sizes.synthetic)
    foreign.run(paths)
    layers = net.WIDE if options.wide else net.SMALL
    checkpoint = None
    for stage in stages(options):
        checkpoint = paths.checkpoints / f"{stage.name}.pt"
        if checkpoint.exists() and net.load(checkpoint)[1].get("step", 0) >= stage.plan.steps:
            continue
        if stage.plan.everything:
            prepare.run(paths, held_out=True)
        align.run(paths, MANDARIN, stage.labels, stage.aligner)

        def first(data, stage=stage):
            return train.start_from(stage.start, layers, MANDARIN.inventory.outputs) if stage.start else train.new_net(data, stage.plan, layers)

        train.run(paths, MANDARIN, stage.name, stage.plan, first)
    decoder = config.Decoder()
    export.decoding(paths, paths.model, decoder, sizes, lines(options.text))
    export.acoustic(MANDARIN.inventory, checkpoint, paths.model, decoder)
    export.manifest(paths.model, MANDARIN)
    print(f"model: {paths.model}", flush=True)
    return paths


def lines(path):
    return [] if path is None else [line.strip() for line in path.read_text(encoding="utf8").splitlines() if line.strip()]


def parse():
    parser = argparse.ArgumentParser(prog="starter", description=__doc__)
    parser.add_argument("speech", type=Path, help="folder with cmn/ and multi/ (see README)")
    parser.add_argument("out", type=Path, help="work folder; the model is its model/")
    parser.add_argument("--from", dest="start", type=Path, help="checkpoint to go on from, instead of from nothing")
    parser.add_argument("--align-with", dest="aligner", metavar="CHECKPOINT", type=Path,
                        help="a net from nothing, in one stage, with the alignments of another net")
    parser.add_argument("--steps", type=int, help="steps of the last stage but --everything")
    parser.add_argument("--everything", type=int, metavar="N", help="N steps more that hear what is held out, too")
    parser.add_argument("--synthetic", type=int, default=config.Sizes.synthetic, help="synthetic utterances")
    parser.add_argument("--wide", action="store_true", help="the net of 2.0 instead of 1.0 million parameters")
    parser.add_argument("--language", choices=["zh", "en"], default="zh")
    parser.add_argument("--mandarin", metavar="OUT", type=Path, help="work folder of a Mandarin run, which an English one starts from")
    parser.add_argument("--seed", type=int, default=config.Training.seed)
    parser.add_argument("--text", type=Path, help="a site's own titles and sentences for the language model, one a line")
    parser.add_argument("--evaluate", action="append", default=[], metavar="MODEL", type=Path,
                        help="print the held-out table for this model directory instead of training; may be repeated")
    return parser.parse_args()


def main():
    options = parse()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
    tests = english_evaluate if options.language == "en" else evaluate
    if options.evaluate:
        tests.run(config.Paths(options.speech, options.out), options.evaluate)
    elif options.language == "en":
        tests.run(*english.make(options, lines(options.text)))
    else:
        paths = make(options)
        tests.run(paths, [config.REPOSITORY / "models" / "starter-zh", paths.model])


if __name__ == "__main__":
    main()
