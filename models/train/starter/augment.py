"""Voices, rooms, microphones and noise, on band energies, for a whole batch at once.

Everything is drawn anew for each sequence: vocal-tract length, microphone response, reverberation, stationary noise (white
to dark, real or with hum), knocks, other voices, telephone and laptop bands, volume down to 48 dB lower.
"""
import math

import numpy as np
import torch

from . import features

_BANDS = features.BANDS
_WAVES = torch.cos(torch.arange(1, 5).float()[:, None] * math.pi * (torch.arange(_BANDS).float() + 0.5)[None] / _BANDS)
_BINS = torch.tensor(np.maximum(1.0, features.BANK.sum(1)), dtype=torch.float32)
_TAIL = 30  # frames of reverberation
_FLOOR = 0.3  # band power of digital silence's rounding


def augment(bands, speech, rng, generator, real_noise):
    """bands [B, T, 40] → the same, heard otherwise. `speech` [B, T] is False in pauses, which become noise alone."""
    count = len(bands)
    bands = _response(_tract(bands, rng), generator)
    powers = torch.exp(bands) * speech[..., None]
    powers = _reverberate(powers, rng)
    heard = speech.sum(1).clamp(min=1).float()
    level = powers.sum((1, 2)) / heard / _BANDS
    level = torch.where(speech.any(1), level, level.median().expand(count).clamp(min=1.0))[:, None, None]
    powers = powers + level * _noise(bands.shape, rng, generator, real_noise) + level * _knocks(bands.shape, rng, generator)
    powers = powers + level * _others(powers / level, rng, generator)
    powers = powers * _channel(count, rng)[:, None]
    gain = torch.tensor([rng.uniform(-11.0, 2.0) if rng.random() < 0.3 else rng.uniform(-5.5, 1.0) for _ in range(count)])
    return torch.log(torch.clamp(powers * torch.exp(gain)[:, None, None], min=_FLOOR))


def _tract(bands, rng):
    """Vocal-tract length: stretches the frequency axis by 0.86 to 1.16 in two of three sequences."""
    count, frames, _ = bands.shape
    stretch = np.array([rng.uniform(0.86, 1.16) if rng.random() < 0.65 else 1.0 for _ in range(count)])
    hz = np.clip(features.CENTERS[None] * stretch[:, None], 20, 7500)
    spacing = (features.mel(features.HIGH) - features.mel(features.LOW)) / (_BANDS + 1)
    position = np.clip((features.mel(hz) - features.mel(features.LOW)) / spacing - 1, 0, _BANDS - 1.001)
    low = torch.from_numpy(np.floor(position).astype("i8"))
    weight = torch.from_numpy((position - np.floor(position)).astype("f4"))[:, None]
    below = bands.gather(2, low[:, None].expand(count, frames, _BANDS))
    above = bands.gather(2, (low + 1)[:, None].expand(count, frames, _BANDS))
    return below * (1 - weight) + above * weight


def _smooth(count, generator, sizes):
    """Smooth random curves over the bands, [count, 40]."""
    return (torch.randn(count, 4, generator=generator) * torch.tensor(sizes)) @ _WAVES


def _response(bands, generator):
    """A microphone's frequency response."""
    return bands + _smooth(len(bands), generator, [0.9, 0.6, 0.45, 0.35])[:, None]


def _reverberate(powers, rng):
    """Rooms of 0.15 to 0.8 s in two of five sequences."""
    count = len(powers)
    kernel = torch.zeros(count, _TAIL)
    kernel[:, 0] = 1
    for row in kernel:
        if rng.random() < 0.4:
            tail = (10 ** (-6 * 0.01 / rng.uniform(0.15, 0.8))) ** torch.arange(1, _TAIL).float()
            row[1:] = tail / tail.sum() * rng.uniform(0.03, 0.4)
    padded = torch.nn.functional.pad(powers.permute(2, 0, 1), (_TAIL - 1, 0))
    return torch.nn.functional.conv1d(padded, kernel.flip(1)[:, None], groups=count).permute(1, 2, 0)


def _noise(shape, rng, generator, real_noise):
    """Stationary noise 0 to 38 dB below the speech in 17 of 20 sequences, half of it real, some with hum or whistles."""
    count, _, _ = shape
    colour = torch.exp(_smooth(count, generator, [1.6, 0.8, 0.5, 0.4]))
    for row in colour:
        if rng.random() < 0.2:
            row[[rng.randrange(_BANDS) for _ in range(rng.choice([1, 2, 3]))]] *= 10 ** rng.uniform(0.5, 1.8)
    colour = colour / colour.mean(1, keepdim=True)
    flicker = torch.clamp(1 + torch.randn(shape, generator=generator) / torch.sqrt(_BINS), min=0.05)
    real = torch.tensor([rng.random() < 0.5 for _ in range(count)])[:, None, None]
    noise = torch.where(real, real_noise * torch.exp(torch.randn(count, 1, 1, generator=generator) * 0.3), colour[:, None] * flicker)
    snr = torch.tensor([10 ** (-rng.uniform(0, 38) / 10) if rng.random() < 0.85 else 1e-6 for _ in range(count)])
    return noise * snr[:, None, None]


def _knocks(shape, rng, generator):
    """Short broad bursts (keys, clicks, doors) in one of six sequences."""
    count, frames, _ = shape
    knocks = torch.zeros(shape)
    for row in knocks:
        for _ in range(rng.choice([1, 2, 4]) if rng.random() < 0.17 else 0):
            at, length = rng.randrange(frames - 10), rng.randrange(2, 9)
            decay = torch.exp(-torch.arange(length).float() * rng.uniform(0.3, 1.5))
            row[at:at + length] += 10 ** rng.uniform(-1, 0.6) * decay[:, None] * torch.exp(_smooth(1, generator, [1.5, 0.8, 0.5, 0.4]))
    return knocks


def _others(powers, rng, generator):
    """Two other sequences of the batch at once, one backwards, 8 to 25 dB below, in one of five."""
    count = len(powers)
    first, second = (torch.randperm(count, generator=generator) for _ in range(2))
    share = torch.tensor([10 ** (-rng.uniform(8, 25) / 10) if rng.random() < 0.2 else 0.0 for _ in range(count)])
    return share[:, None, None] * (powers[first].roll(37, 1) + powers[second].flip(1))


def _channel(count, rng):
    """Band limits of telephones, codecs and small microphones, as factors [count, 40]."""
    passed = torch.ones(count, _BANDS)
    for row in passed:
        if rng.random() < 0.18:
            row[int(np.searchsorted(features.CENTERS, rng.uniform(3300, 6500))):] = 10 ** (-rng.uniform(1.5, 5))
        if rng.random() < 0.2:
            row[:int(np.searchsorted(features.CENTERS, rng.uniform(100, 320)))] = 10 ** (-rng.uniform(0.5, 2.5))
    return passed
