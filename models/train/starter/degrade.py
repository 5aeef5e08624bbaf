"""Rooms, microphones and channels, applied to samples. Training has its own faster versions on band energies (augment.py)."""
import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

from . import features


def room(samples, rng, seconds, wet=0.3):
    """Reverberation of `seconds` (RT60): noise that decays, after the direct sound, with `wet` of its energy."""
    length = int(features.RATE * seconds)
    noise = np.random.RandomState(rng.randrange(1 << 31)).randn(length)
    tail = noise * 10 ** (-3 * np.arange(length) / length)
    tail[:32] = 0  # nothing comes back within 2 ms
    tail *= np.sqrt(wet / np.sum(tail ** 2))
    tail[0] = 1
    return fftconvolve(samples, tail)[:len(samples)]


def band(samples, low, high):
    """Only low to high Hz: 300 to 3400 is a telephone, 200 to 7000 a laptop's microphone."""
    return sosfilt(butter(4, [low, high], "bandpass", fs=features.RATE, output="sos"), samples)


def clip(samples, gain):
    """A microphone turned up `gain` times too high."""
    return np.clip(samples * gain, -np.abs(samples).max(), np.abs(samples).max())


def level(samples):
    """Mean power of the parts that are speech: windows of 25 ms within 10 dB of the loudest."""
    windows = np.array([np.mean(samples[i:i + 400] ** 2) for i in range(0, len(samples) - 400, 400)])
    return float(np.mean(windows[windows > windows.max() * 0.1]))


def pink(count, seed):
    """Pink noise of power 1."""
    spectrum = np.fft.rfft(np.random.RandomState(seed).randn(count))
    frequency = np.maximum(np.arange(len(spectrum)), 1)
    noise = np.fft.irfft(spectrum / np.sqrt(frequency), count)
    return noise / np.sqrt(np.mean(noise ** 2))


def noisy(samples, snr, seed):
    """With pink noise `snr` dB below the speech."""
    return samples + pink(len(samples), seed) * np.sqrt(level(samples) / 10 ** (snr / 10))


def babble(voices, count):
    """Several voices at once, repeated to `count` samples: a waiting room."""
    mixed = np.zeros(count)
    for voice in voices:
        mixed += np.tile(voice / np.sqrt(level(voice)), count // len(voice) + 1)[:count]
    return mixed / len(voices)


def worn(samples, rng):
    """In a room, clipped or through a narrow band, now and then."""
    if rng.random() < 0.35:
        samples = room(samples, rng, rng.uniform(0.1, 0.6), rng.uniform(0.05, 0.5))
    if rng.random() < 0.15:
        samples = clip(samples, rng.uniform(1.5, 6))
    if rng.random() < 0.15:
        samples = band(samples, rng.uniform(80, 300), rng.uniform(3300, 7500))
    return samples
