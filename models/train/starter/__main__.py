"""python3 -m starter SPEECH_DIR OUT_DIR: from recordings to a verified model directory, and the evaluation of one."""
import argparse
import os
from pathlib import Path

import torch

from . import align, config, evaluate, export, foreign, net, prepare, synthetic, train


def stages(options):
    """(name, plan, checkpoint to align with or None, checkpoint to start from or None) of each stage, in order."""
    if options.start:
        first = Path(options.start)
        plan = config.Training(steps=options.steps or config.Training.steps, rate=8e-4, seed=options.seed)
        return [("continued", plan, first, first)]
    if options.aligner:
        plan = config.Training(steps=options.steps or 9000, rate=2e-3, seed=options.seed)
        return [("aligned", plan, Path(options.aligner), None)]
    # A first net from evenly split words, then three rounds of aligning with the net so far and training on.
    rounds = [("flat", 500, 3e-3), ("second", 1500, 2e-3), ("third", 3000, 2e-3), ("last", options.steps or 6000, 1.5e-3)]
    out, previous = [], None
    for name, steps, rate in rounds:
        plan = config.Training(steps=steps, rate=rate, seed=options.seed)
        out.append((name, plan, previous, previous))
        previous = options.out / "checkpoints" / f"{name}.pt"
    return out


def make(options):
    """Every step that is not done yet. Returns the model directory."""
    paths = config.Paths(options.speech, options.out)
    sizes = config.Sizes(synthetic=options.synthetic)
    prepare.run(paths)
    synthetic.run(paths, sizes.synthetic)
    foreign.run(paths)
    layers = net.WIDE if options.wide else net.SMALL
    checkpoint = None
    for name, plan, aligned_with, start in stages(options):
        checkpoint = paths.checkpoints / f"{name}.pt"
        if checkpoint.exists() and net.load(checkpoint)[1].get("step", 0) >= plan.steps:
            continue
        align.run(paths, name, aligned_with)

        def first(data, start=start, plan=plan):
            return train.start_from(start, layers) if start else train.new_net(data, plan, layers)

        train.run(paths, name, plan, first)
    decoder = config.Decoder()
    export.decoding(paths, paths.model, decoder, sizes, lines(options.text))
    export.acoustic(checkpoint, paths.model, decoder)
    export.manifest(paths.model)
    print(f"model: {paths.model}", flush=True)
    return paths


def lines(path):
    return [] if path is None else [line.strip() for line in path.read_text(encoding="utf8").splitlines() if line.strip()]


def parse():
    parser = argparse.ArgumentParser(prog="starter", description=__doc__)
    parser.add_argument("speech", type=Path, help="folder with cmn/ and multi/ (see README)")
    parser.add_argument("out", type=Path, help="work folder; the model is its model/")
    parser.add_argument("--from", dest="start", help="checkpoint to go on from, instead of from nothing")
    parser.add_argument("--align-with", dest="aligner", metavar="CHECKPOINT",
                        help="a net from nothing, in one stage, with the alignments of another net")
    parser.add_argument("--steps", type=int, help="steps of the last stage")
    parser.add_argument("--synthetic", type=int, default=config.Sizes.synthetic, help="synthetic utterances")
    parser.add_argument("--wide", action="store_true", help="the net of 3.6 instead of 1.0 million parameters")
    parser.add_argument("--seed", type=int, default=config.Training.seed)
    parser.add_argument("--text", type=Path, help="a site's own titles and sentences for the language model, one a line")
    parser.add_argument("--evaluate", action="append", default=[], metavar="MODEL", type=Path,
                        help="print the held-out table for this model directory instead of training; may be repeated")
    return parser.parse_args()


def main():
    options = parse()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
    if options.evaluate:
        evaluate.run(config.Paths(options.speech, options.out), options.evaluate)
        return
    paths = make(options)
    evaluate.run(paths, [config.REPOSITORY / "models" / "starter-zh", paths.model])


if __name__ == "__main__":
    main()
