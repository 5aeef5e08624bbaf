"""Kaldi's "hires" MFCC in numpy, and voices made from a recording.

libvosk computes its own features when it listens; these are the same to within rounding (tests/test_features.py has a
slow reference, `evaluate.py check` compares likelihoods with libvosk's).
"""
from fractions import Fraction

import numpy as np
from scipy.signal import resample_poly

RATE = 16000  # Hz
FFT, WINDOW, HOP = 512, 400, 160  # samples
BANDS = 40
LOW, HIGH = 20.0, 7600.0  # Hz
EPSILON = 1.1920929e-07  # Kaldi's floor under a logarithm


def mel(hz):
    return 1127.0 * np.log(1 + hz / 700.0)


def _mel_bank():
    """Triangles over FFT bins, [BANDS, FFT/2+1]; Kaldi leaves the Nyquist bin out."""
    low, step = mel(LOW), (mel(HIGH) - mel(LOW)) / (BANDS + 1)
    bins = mel(np.arange(FFT // 2) * RATE / FFT)
    bank = np.zeros((BANDS, FFT // 2 + 1), "f4")
    for band in range(BANDS):
        left, center, right = (low + (band + k) * step for k in range(3))
        weight = np.where(bins <= center, (bins - left) / step, (right - bins) / step)
        weight[(bins <= left) | (bins >= right)] = 0
        bank[band, :-1] = weight
    return bank


def _cosines():
    """Orthonormal DCT-II with lifter 22, [BANDS, BANDS]."""
    k = np.arange(BANDS)[:, None]
    dct = np.sqrt(2 / BANDS) * np.cos(np.pi / BANDS * (np.arange(BANDS)[None] + 0.5) * k)
    dct[0] = np.sqrt(1 / BANDS)
    return (dct * (1 + 11 * np.sin(np.pi * k / 22))).astype("f4")


BANK = _mel_bank()
COSINES = _cosines()
CENTERS = 700 * (np.exp((mel(LOW) + (np.arange(BANDS) + 1) * (mel(HIGH) - mel(LOW)) / (BANDS + 1)) / 1127) - 1)  # Hz
POVEY = ((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))) ** 0.85).astype("f4")


def power(samples):
    """Power spectra [frames, FFT/2+1] of samples scaled as int16 (not ±1)."""
    frames = 1 + (len(samples) - WINDOW) // HOP
    if frames < 1:
        return np.zeros((0, FFT // 2 + 1), "f4")
    x = samples[np.arange(WINDOW)[None] + HOP * np.arange(frames)[:, None]].astype("f4")
    x -= x.mean(1, keepdims=True)
    emphasized = x.copy()
    emphasized[:, 1:] -= 0.97 * x[:, :-1]
    emphasized[:, 0] -= 0.97 * x[:, 0]
    spectrum = np.fft.rfft(emphasized * POVEY, FFT)
    return (spectrum.real ** 2 + spectrum.imag ** 2).astype("f4")


def log_mel(spectra):
    """Log band energies [frames, BANDS] of power spectra."""
    return np.log(np.maximum(spectra @ BANK.T, EPSILON))


def mfcc(bands):
    """Cepstra [frames, BANDS] of log band energies: what the net hears."""
    return bands @ COSINES.T


def resample(samples, rate, speed=1.0):
    """Samples at `rate` Hz → 16 kHz samples of the recording played at `speed` times its pace and pitch."""
    ratio = Fraction(RATE / (rate * speed)).limit_denominator(640)
    return samples if ratio == 1 else resample_poly(samples, ratio.numerator, ratio.denominator)


def move_formants(spectra, speed, formants, lifter=40):
    """Puts the envelope of a recording played at `speed` back to `formants` times where it was.

    The envelope is the low part of the cepstrum. Pitch goes with speed and formants do not, so a woman becomes a man
    (or a child) without a vocoder.
    """
    logs = np.log(spectra + 1e-3)
    cepstra = np.fft.irfft(logs, FFT, axis=1)
    keep = np.zeros(FFT)
    keep[:lifter] = 1
    keep[lifter:lifter + 12] = np.linspace(1, 0, 12)
    keep[FFT - lifter - 11:] = keep[1:lifter + 12][::-1]
    envelope = np.fft.rfft(cepstra * keep, axis=1).real
    position = np.clip(np.arange(FFT // 2 + 1) * speed / formants, 0, FFT // 2 - 0.01)
    i = position.astype(int)
    fraction = position - i
    return np.exp(logs - envelope + envelope[:, i] * (1 - fraction) + envelope[:, i + 1] * fraction)


def extract(samples, rate, speed=1.0, formants=None):
    """Log band energies of float samples (±1) at `rate` Hz as another voice; frames are 10 ms of the played signal."""
    spectra = power(resample(samples, rate, speed) * 32768.0)
    if formants is not None and len(spectra):
        spectra = move_formants(spectra, speed, formants)
    return log_mel(spectra)
