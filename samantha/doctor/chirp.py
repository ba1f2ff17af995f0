"""A sound that is easily found again, and finding it in what a microphone heard. Pure.

Three short rising tones at uneven distances: talk may resemble one of them for a moment, but not at one delay
all three, so they are found where they are quieter than what else is heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samantha.audio.pcm import Block, silence

LOW, HIGH = 600.0, 2400.0
"""Hz: what the smallest loudspeaker can play, and what two cards that disagree about a second by 100 parts in
a million still have in step."""

TONE, STARTS, LENGTH = 0.25, (0.0, 0.4, 0.95), 1.2
"""Seconds: of one tone, where the three begin, and of it all."""

LOUDNESS = 0.3
"""Of full scale: as loud as she speaks."""

LIKE = 0.15
"""How much, from 0 to 1, every tone must resemble what was heard. Talk, music and noise came to 0.10 at most in
a quarter of an hour; an echo 20 dB below the noise comes to 0.2."""

INAUDIBLE = 1e-5
"""-100 dBFS: below it nothing resembles anything."""


@dataclass(frozen=True, slots=True)
class Echo:
    """Where it was heard: the index of its first sample, and its level in dB relative to what was played."""

    at: int
    level: float


def chirp(rate: int) -> Block:
    """The sound at `rate` Hz, shape (LENGTH * rate,)."""
    tone = _tone(rate)
    sound = silence(round(LENGTH * rate))
    for start in STARTS:
        first = round(start * rate)
        sound[first : first + len(tone)] = tone
    return sound


def find(heard: Block, rate: int) -> Echo | None:
    """The clearest whole chirp in `heard`, shape (n,) at `rate` Hz; None if there is none."""
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
    all_three = np.min([like[start : start + places] for start in starts], axis=0)
    at = int(np.argmax(all_three))
    if all_three[at] < LIKE:
        return None
    gain = float(np.mean([abs(match[at + start]) for start in starts])) / energy
    return Echo(at, 20 * float(np.log10(gain)))


def _tone(rate: int) -> Block:
    t = np.arange(round(TONE * rate)) / rate
    phase = 2 * np.pi * (LOW * t + (HIGH - LOW) / TONE * t**2 / 2)
    return (LOUDNESS * np.hanning(len(t)) * np.sin(phase)).astype(np.float32)
