"""Sounds of rooms in which nobody speaks, made from a seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from samantha.audio.pcm import HEARING_RATE, Block

Noise = Callable[[np.random.Generator, int], Block]


def silence(_: np.random.Generator, samples: int) -> Block:
    return np.zeros(samples, np.float32)


def hush(random: np.random.Generator, samples: int) -> Block:
    """A good microphone in a quiet room, -80 dBFS."""
    return random.normal(0, 1e-4, samples).astype(np.float32)


def white(random: np.random.Generator, samples: int) -> Block:
    """-30 dBFS."""
    return random.normal(0, 0.03, samples).astype(np.float32)


def pink(random: np.random.Generator, samples: int) -> Block:
    """Equal power in every octave, -26 dBFS."""
    spectrum = np.fft.rfft(random.normal(0, 1, samples))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    sound = np.fft.irfft(spectrum, samples)
    return (sound / sound.std() * 0.05).astype(np.float32)


def fan(random: np.random.Generator, samples: int) -> Block:
    """Mains hum with its overtones and the breath of a fan that swells slowly."""
    t = np.arange(samples) / HEARING_RATE
    hum = sum(np.sin(2 * np.pi * 50 * k * t + k) / k for k in range(1, 12)) * 0.02
    breath = pink(random, samples) * (1 + 0.3 * np.sin(2 * np.pi * 0.2 * t))
    return (hum + breath).astype(np.float32)


def clicks(random: np.random.Generator, samples: int) -> Block:
    """A mouse, twice a second: single samples that ring for a millisecond."""
    return _strokes(random, samples, per_second=2, lasts_s=0.004, level=0.7)


def typing(random: np.random.Generator, samples: int) -> Block:
    """Someone types fast: seven short bursts a second, close to the microphone."""
    return _strokes(random, samples, per_second=7, lasts_s=0.04, level=0.3) + hush(random, samples)


def knocks(random: np.random.Generator, samples: int) -> Block:
    """Doors, cups, footsteps: dull bumps, one a second."""
    return _strokes(random, samples, per_second=1, lasts_s=0.2, level=0.5, dull=True) + hush(random, samples)


ALL: tuple[Noise, ...] = (silence, hush, white, pink, fan, clicks, typing, knocks)


def _strokes(
    random: np.random.Generator,
    samples: int,
    *,
    per_second: float,
    lasts_s: float,
    level: float,
    dull: bool = False,
) -> Block:
    sound = np.zeros(samples)
    size = int(lasts_s * HEARING_RATE)
    decay = np.exp(-np.arange(size) / (size / 5))
    for begin in random.integers(0, samples - size, int(samples / HEARING_RATE * per_second)):
        burst = random.normal(0, 1, size)
        if dull:
            burst = np.convolve(burst, np.ones(80) / 9, mode="same")
        sound[begin : begin + size] += burst * decay * level * random.uniform(0.3, 1)
    return np.clip(sound, -1, 1).astype(np.float32)
