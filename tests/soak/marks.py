"""Sounds whose beginning and end can be found again, and what is missing between them."""

from __future__ import annotations

import numpy as np

from samantha.audio.pcm import Block

RATE = 48_000
"""Of what is said, Hz."""
MARK_S = 0.08
LIKE = 0.8
"""How much what was heard must be like what was said, from 0 to 1."""
OFF_S = 0.005
"""How far apart the marks may have moved."""


def mark(begin: float, end: float, rate: int) -> Block:
    """A chirp from `begin` to `end`, Hz."""
    t = np.arange(round(MARK_S * rate)) / rate
    phase = 2 * np.pi * (begin * t + (end - begin) * t**2 / (2 * MARK_S))
    return (0.5 * np.sin(phase)).astype(np.float32)


FIRST, LAST = (500.0, 2500.0), (3000.0, 800.0)


def marked(seconds: float, dice: np.random.Generator) -> Block:
    """A sound of so many seconds at RATE that has its own beginning and its own end."""
    sound = dice.normal(0, 0.05, round(seconds * RATE)).astype(np.float32)
    first, last = mark(*FIRST, RATE), mark(*LAST, RATE)
    sound[: len(first)], sound[-len(last) :] = first, last
    return sound


def missing(sound: Block, rate: int, seconds: float) -> str:
    """What `sound` lacks of one of so many seconds that `marked` made; "" if that is in it as a whole."""
    (first, begin), (last, end) = (_find(sound, mark(*what, rate)) for what in (FIRST, LAST))
    lasted = (end - begin) / rate + MARK_S
    if first < LIKE:
        return f"its beginning (likeness {first:.2f})"
    if last < LIKE:
        return f"its end (likeness {last:.2f})"
    return "" if abs(lasted - seconds) < OFF_S else f"{seconds - lasted:.3f} s of it"


def ended(sound: Block, rate: int) -> bool:
    """Whether the last that was heard has the end of a marked sound in it."""
    return _find(sound[-rate:], mark(*LAST, rate))[0] >= LIKE


def _find(sound: Block, pattern: Block) -> tuple[float, int]:
    """How like `pattern` the likest stretch of `sound` is, and where that begins."""
    if len(sound) < len(pattern):
        return 0.0, 0
    size = 1 << (len(sound) + len(pattern)).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(pattern, size)), size)
    energy = np.cumsum(np.concatenate(([0.0], sound.astype(np.float64) ** 2)))
    power = energy[len(pattern) :] - energy[: -len(pattern)]
    likeness = product[: len(power)] / np.sqrt(np.maximum(power, 1e-6) * float((pattern**2).sum()))
    at = int(np.argmax(likeness))
    return float(likeness[at]), at
