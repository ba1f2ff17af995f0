"""A sound that is easily found again, and finding it in what a microphone heard. Pure.

Three short rising tones at uneven distances: talk may resemble one of them for a moment, but not at one delay
all three, so they are found where they are quieter than what else is heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samantha.audio.pcm import Block, silence

LOW, HIGH = 600.0, 2400.0
"""Hz: what the smallest loudspeaker can play, and what two cards that disagree about a second by 100 parts in
a million still have in step."""

TONE, STARTS, LENGTH = 0.25, (0.0, 0.4, 0.95), 1.2
"""Seconds: of one tone, where the three begin, and of it all."""

LOUDNESS = 0.3
"""Of full scale: as loud as she speaks."""

TORN = 0.03
"""Seconds by which tones may lie nearer together or further apart: a card that runs dry pads or skips a block."""

LIKE = 0.19
"""How much, from 0 to 1, every tone must resemble what was heard. A quarter of an hour of talk, music and noise
came to 0.16 at most, noise alone to 0.13; an echo 19 dB below the noise comes to 0.2."""

PIECE = 0.45
"""How much one tone alone must resemble what was heard. That same talk came to 0.32 at most."""

INAUDIBLE = 1e-5
"""-100 dBFS: below it nothing resembles anything."""


@dataclass(frozen=True, slots=True)
class Echo:
    """Where it was heard: the index of its first sample, and its level in dB relative to what was played."""

    at: int
    level: float
    torn: bool = False
    """Whether only a piece of it was found: the rest is missing, or elsewhere."""


def chirp(rate: int) -> Block:
    """The sound at `rate` Hz, shape (LENGTH * rate,)."""
    tone = _tone(rate)
    sound = silence(round(LENGTH * rate))
    for start in STARTS:
        first = round(start * rate)
        sound[first : first + len(tone)] = tone
    return sound


def find(heard: Block, rate: int) -> Echo | None:
    """The clearest chirp in `heard`, shape (n,) at `rate` Hz, whole if possible; None if there is none."""
    tone = _tone(rate)
    starts = [round(start * rate) for start in STARTS]
    places = len(heard) - starts[-1] - len(tone) + 1
    if places < 1:
        return None
    size = len(heard) + len(tone)
    spectrum = np.fft.rfft(heard.astype(np.float64), size)
    pitch = np.fft.rfftfreq(size, 1 / rate)
    spectrum[(pitch < LOW) | (pitch > HIGH)] = 0  # hum and hiss are louder than any echo
    match = np.fft.irfft(spectrum * np.fft.rfft(tone, size).conj(), size)
    power = np.cumsum(np.r_[0.0, np.square(np.fft.irfft(spectrum, size))])
    beside = np.maximum(power[len(tone) :] - power[: -len(tone)], len(tone) * INAUDIBLE**2)
    energy = float(np.sum(np.square(tone, dtype=np.float64)))
    like = np.abs(match[: len(beside)]) / np.sqrt(beside * energy)
    first, *others = (like[start : start + places] for start in starts)
    whole = np.min([first, *(_near(other, round(TORN * rate)) for other in others)], axis=0)
    if whole.max() < LIKE:
        at = int(np.argmax(like))
        return Echo(at, _level(match[at], energy), torn=True) if like[at] >= PIECE else None
    at = int(np.argmax(np.where(whole >= LIKE, first, 0)))
    return Echo(at, _level(match[at], energy))


def _level(match: float, energy: float) -> float:
    return 20 * float(np.log10(abs(match) / energy))


def _near(values: npt.NDArray[np.float64], reach: int) -> npt.NDArray[np.float64]:
    """The highest of `values` within `reach` of each place."""
    around = np.pad(values, reach)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(around, 2 * reach + 1).max(axis=1))


def _tone(rate: int) -> Block:
    t = np.arange(round(TONE * rate)) / rate
    phase = 2 * np.pi * (LOW * t + (HIGH - LOW) / TONE * t**2 / 2)
    return (LOUDNESS * np.hanning(len(t)) * np.sin(phase)).astype(np.float32)
