"""Mandarin recordings for the English net, with their alignments: from the work folder of a Mandarin run."""
import shutil

import numpy as np

from ..batches import UNNAMED, UNUSED
from ..inventory import SILENCE


def run(paths, mandarin):
    """features/zh-<source> for the sources of ENGLISH, unless they are there; `mandarin` are the other run's paths.

    A Mandarin sound is the second output's class of its pdf, less one for silence (0 is none, see align.py).
    """
    for name in ("multi", "words", "synthetic", "multi+"):
        mark = paths.features / f"zh-{name}.json"
        if mark.exists() or not (mandarin.features / f"{name}.labels.npy").exists():
            continue
        link = paths.features / f"zh-{name}.npy"
        link.unlink(missing_ok=True)
        link.symlink_to((mandarin.features / f"{name}.npy").resolve())
        if name != "synthetic":  # aligned as garbage
            labels = np.load(mandarin.features / f"{name}.labels.npy")
            np.save(paths.features / f"zh-{name}.labels.npy", np.where(labels > SILENCE, UNNAMED, labels).astype("i2"))
            np.save(paths.features / f"zh-{name}.tones.npy", np.maximum(labels, 0).astype("i2"))
            assert UNUSED == -1 and SILENCE == 0
        shutil.copy(mandarin.features / f"{name}.json", mark)
