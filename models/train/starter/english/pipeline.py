"""From recordings, synthetic speech and a Mandarin run to the English model directory: every step that is not done yet."""
import dataclasses
from dataclasses import dataclass

import torch

from .. import align, config, export, net, prepare, train
from . import borrowed, decoding, recordings, synthetic
from .language import ENGLISH

# Between SMALL and WIDE of net.py: the lower layers are the Mandarin net's in whole, the upper ones its strongest channels.
LAYERS = [(name, offsets, {"tdnn1": 384, "tdnn2": 384}.get(name, size)) for name, offsets, size in net.SMALL]


@dataclass(frozen=True)
class Stage:
    name: str
    plan: config.Training
    labels: str  # name of the alignments
    aligner: str = None  # the stage whose net makes them; None: the first guess
    start: str = None  # the stage that it goes on from; None: from the Mandarin net
    language: object = ENGLISH


def stages(options):
    """The stages in order. Up to "sounds" no net hears a person say one of the eight words of recordings.WORDS: a test of all of
    them. "words" hears the training speakers say them, "everything" all."""
    steps, seed = options.steps or 5000, options.seed

    def plan(count, rate, **more):
        return config.Training(steps=count, rate=rate, seed=seed, **more)

    unheard = dataclasses.replace(ENGLISH, shares={s: share for s, share in ENGLISH.shares.items() if s != "speakers"})
    found = [Stage("first", plan(600, 2e-3), "first", language=unheard),
             Stage("second", plan(1000, 1.5e-3), "second", "first", "first", unheard),
             Stage("third", plan(2400, 1.5e-3), "third", "second", "second", unheard),
             Stage("sounds", plan(steps, 1.2e-3), "fourth", "third", "third", unheard),
             Stage("words", plan(800, 8e-4), "fourth", "third", "sounds")]
    if options.everything:
        found.append(Stage("everything", plan(options.everything, 8e-4, everything=True), "fourth", "third", "words"))
    return found


def from_mandarin(checkpoint, inventory):
    """A net with the Mandarin net's lower layers; its sounds become the second output."""
    wide, _ = net.load(checkpoint)
    torch.manual_seed(config.Training.seed)
    made, kept = net.narrow(wide, LAYERS, inventory.outputs)
    with torch.no_grad():
        first, count = inventory.pdf_count, inventory.aside
        made.out.weight[first:] = wide.out.weight[1:1 + count][:, kept]
        made.out.bias[first:] = wide.out.bias[1:1 + count]
    return made


def _people(paths, held_out=False):
    for source, items in (("speakers", recordings.speakers(paths.speech)), ("prompts", recordings.prompts())):
        name = source + "+" if held_out else source
        if not (paths.features / f"{name}.json").exists():
            prepare.prepare(paths, source, [r for r in items if r.held_out == held_out], name)


def _model(paths, folder, checkpoint, texts):
    decoder = config.ENGLISH_DECODER
    decoding.build(folder / "graph", paths.tmp, decoder, texts)
    export.acoustic(ENGLISH.inventory, checkpoint, folder, decoder)
    export.manifest(folder, ENGLISH)
    return folder


def make(options, texts=()):
    """Returns (paths, [model directories]): what ships last, before it the nets that have not heard the tests."""
    paths, mandarin = config.Paths(options.speech, options.out), config.Paths(options.speech, options.mandarin)
    checkpoint = next(c for name in ("aligned", "last", "continued") if (c := mandarin.checkpoints / f"{name}.pt").exists())
    borrowed.run(paths, mandarin)
    _people(paths)
    synthetic.run(paths, "flite", config.English.flite)
    synthetic.run(paths, "espeak", config.English.espeak)
    done, path = paths.checkpoints, None
    for stage in stages(options):
        path = done / f"{stage.name}.pt"
        if path.exists() and net.load(path)[1].get("step", 0) >= stage.plan.steps:
            continue
        if stage.plan.everything:
            _people(paths, held_out=True)
        align.run(paths, stage.language, stage.labels, stage.aligner and done / f"{stage.aligner}.pt")

        def first(_, stage=stage):
            return net.load(done / f"{stage.start}.pt")[0] if stage.start else from_mandarin(checkpoint, ENGLISH.inventory)

        train.run(paths, stage.language, stage.name, stage.plan, first)
    folders = [_model(paths, paths.work / "held-out" / name, done / f"{name}.pt", texts) for name in ("sounds", "words")]
    folders.append(_model(paths, paths.model, path, texts))
    print(f"model: {paths.model}", flush=True)
    return paths, folders
