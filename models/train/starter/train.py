"""One stage of training: cross-entropy on aligned frames. Resumable to the step, and the same again for the same seed."""
import math
import random
import time

import numpy as np
import torch

from . import augment, batches, features, net
from .inventory import SILENCE

_AVERAGE = 0.99  # of the weights that are kept besides the ones trained: they are what is exported
_WARM_UP = 40  # steps


def rate_at(step, plan):
    """Adam's step size: a warm-up, then flat for three tenths, then a cosine down to 2 %."""
    done = step / plan.steps
    fall = 1.0 if done < 0.3 else max(0.02, 0.5 * (1 + math.cos(math.pi * (done - 0.3) / 0.7)))
    return plan.rate * min(1, (step + 1) / _WARM_UP) * fall


def make_batch(data, plan, step):
    """(cepstra [batch, frames, 40], pdfs [batch, frames], tones [batch, frames]) of a step; nothing but the seed and the step decide."""
    rng = random.Random(plan.seed * 1_000_003 + step)
    generator = torch.Generator().manual_seed(plan.seed * 1_000_003 + step)
    with torch.no_grad():
        bands, pdfs, tones, speech = data.batch(plan.batch, plan.frames, rng)
        noise = data.real_noise(plan.batch, plan.frames, rng)
        return augment.augment(bands, speech, rng, generator, noise) @ torch.from_numpy(features.COSINES.T), pdfs, tones


def new_net(data, plan, layers):
    """A net that normalises its input by what augmented speech looks like."""
    cepstra = make_batch(data, plan, 0)[0].reshape(-1, features.BANDS)
    torch.manual_seed(plan.seed)
    return net.Net(layers, data.language.inventory.outputs, cepstra.mean(0), cepstra.std(0))


def start_from(checkpoint, layers, outputs):
    """The net of an earlier stage, widened to `layers` if it is narrower."""
    small, _ = net.load(checkpoint)
    complete = small.out.out_channels == outputs  # the first model's is not
    return small if small.layers == layers and complete else net.widen(small, layers, outputs)


class Stage:
    """A stage's state: the net, its running average, the optimiser, the pdfs counted so far and the step to do next."""

    def __init__(self, model, path, pdf_count):
        self.model, self.path, self.step = model, path, 0
        self.optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99), weight_decay=1e-6)
        self.average = net.Net(model.layers, model.out.out_channels)
        self.average.load_state_dict(model.state_dict())
        self.counts = torch.full((pdf_count,), 10.0)
        self.state_path = path.with_suffix(".state")
        if self.state_path.exists():
            self._resume()

    def _resume(self):
        state = torch.load(self.state_path, map_location="cpu")
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.counts, self.step = state["counts"], state["step"]

    def save(self):
        """Writes the averaged net and what it takes to go on."""
        net.save(self.path, self.average, self.counts / self.counts.sum(), step=self.step)
        temporary = self.state_path.with_suffix(".part")
        torch.save(dict(model=self.model.state_dict(), average=self.average.state_dict(), counts=self.counts,
                        optimizer=self.optimizer.state_dict(), step=self.step), temporary)
        temporary.rename(self.state_path)

    def learn(self, cepstra, pdfs, tones, plan):
        """One step. Returns (loss, share of the speech frames that are right, share of the tones that are)."""
        torch.manual_seed(plan.seed * 1_000_003 + self.step)  # dropout too is the same after a stop
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.step, plan)
        self.model.train()
        # Half precision is twice as fast where the processor has it; weights and their averages stay whole.
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=plan.half):
            scores = self.model(cepstra)
        pdf_count = len(self.counts)
        scores, tone_scores = scores.float().split([pdf_count, scores.shape[1] - pdf_count], 1)
        wanted, tones = (of[:, self.model.context::net.STRIDE][:, :scores.shape[2]] for of in (pdfs, tones))
        entropy = torch.nn.functional.cross_entropy
        loss = entropy(scores, wanted, ignore_index=batches.UNNAMED, label_smoothing=plan.smoothing)
        toned = entropy(tone_scores, tones - 1, ignore_index=-1, label_smoothing=plan.smoothing, reduction="sum")
        loss = loss + plan.tones * toned / (tones > 0).sum().clamp(min=1)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimizer.step()
        self._follow()
        self.counts += torch.bincount(wanted[wanted >= 0], minlength=pdf_count).float()
        self.step += 1
        right = (scores.argmax(1) == wanted)[(wanted != SILENCE) & (wanted >= 0)].float().mean()
        right_tones = (tone_scores.argmax(1) == tones - 1)[tones > 0].float().sum() / (tones > 0).sum().clamp(min=1)
        return np.array([loss.item(), right.item(), right_tones.item()])

    def _follow(self):
        keep = min(_AVERAGE, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            current = self.model.state_dict()
            for name, value in self.average.state_dict().items():
                if value.is_floating_point():
                    value.mul_(keep).add_(current[name], alpha=1 - keep)


def run(paths, language, name, plan, start):
    """Trains checkpoints/<name>.pt for plan.steps, going on where it stopped. `start(data)` makes the first net."""
    path = paths.checkpoints / f"{name}.pt"
    data = batches.Data(paths, language, plan.everything)
    stage = Stage(start(data), path, language.inventory.pdf_count)
    began, seen = time.monotonic(), None
    while stage.step < plan.steps:
        new = stage.learn(*make_batch(data, plan, stage.step), plan)
        seen = new if seen is None else 0.95 * seen + 0.05 * new
        if stage.step % 25 == 0:
            print(f"{name} {stage.step}: loss {seen[0]:.3f}, right: speech frames {seen[1]:.3f}, tones {seen[2]:.3f}; "
                  f"{time.monotonic() - began:.0f} s", flush=True)
        if stage.step % plan.save_every == 0 or stage.step == plan.steps:
            stage.save()
    return path
