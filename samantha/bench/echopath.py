"""From what she renders to what the microphone gets of it: card, loudspeaker, room. Pure, block by block."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from samantha.audio.pcm import BLOCK_SECONDS, HEARING_BLOCK, HEARING_RATE, VOICE_BLOCK, VOICE_RATE, Block
from samantha.audio.stream import AHEAD, Mouth

IN_CARD = 0.010
"""Seconds that sound spends in the card itself at least; the rest of the delay waits before it."""

STEPS_S = 8.0
"""Seconds between two jumps of a card that jumps, on average."""

_HALF = 16
_PHASES = 256
_CUTOFF = 0.9 * HEARING_RATE / VOICE_RATE


class Card:
    """A loudspeaker's card, with the end that all cards have (`Mouth`) and a clock of its own.

    `play` takes a block at VOICE_RATE, `heard` gives what sounds during the next HEARING_BLOCK samples of the
    microphone's clock. In between lie `delay` seconds, which wander by up to `jitter` in all: slowly by a
    quarter of it, and in jumps. The loudspeaker's clock is `drift` (1e-6 is 1 ppm) faster. What `latency` tells
    is wrong by a fixed part of `jitter`, drawn like the wandering by `seed`.
    """

    def __init__(self, delay: float, jitter: float, drift: float, seed: int) -> None:
        """`delay` is 20 ms and more."""
        self._mouth = Mouth(VOICE_RATE)
        self._mouth.ahead = min(AHEAD, (delay - IN_CARD) / BLOCK_SECONDS)
        self._card = delay - self._mouth.ahead * BLOCK_SECONDS
        self._dice = np.random.default_rng(seed)
        self._jitter = jitter
        self._error = self._dice.uniform(-jitter, jitter)
        self._period = self._dice.uniform(60, 120)
        self._phase = self._dice.uniform(0, 2 * np.pi)
        self._step = self._dice.uniform(-0.75, 0.75) * jitter
        self._steps_at = self._dice.exponential(STEPS_S)
        self._rate = VOICE_RATE * (1 + drift)
        self._now = 0.0  # seconds on the microphone's clock
        self._pulled = 0
        kept = math.ceil((self._card + 2 * jitter + BLOCK_SECONDS) * self._rate) + VOICE_BLOCK
        self._history = np.zeros(kept, np.float32)

    @property
    def latency(self) -> int:
        """HEARING_RATE samples from `play` to the sound, as the card tells it."""
        told = self._mouth.ahead * BLOCK_SECONDS + self._card + self._error
        return max(0, round(told * HEARING_RATE))

    @property
    def delay(self) -> float:
        """Seconds from `play` to the sound, as it is now."""
        return self._mouth.ahead * BLOCK_SECONDS + self._in_card()

    def play(self, block: Block) -> None:
        """Have `block`, (VOICE_BLOCK,) at VOICE_RATE, played after what waits already."""
        self._mouth.play(block)

    def heard(self) -> Block:
        """What sounds next, (HEARING_BLOCK,) at HEARING_RATE."""
        until = self._now + BLOCK_SECONDS
        count = int(until * self._rate) - self._pulled
        pulled = np.empty(count, np.float32)
        self._mouth.ring.read(pulled)
        self._pulled += count
        self._history = np.concatenate((self._history[count:], pulled))
        if until >= self._steps_at:
            self._step = self._dice.uniform(-0.75, 0.75) * self._jitter
            self._steps_at = until + self._dice.exponential(STEPS_S)
        times = self._now + np.arange(HEARING_BLOCK) / HEARING_RATE - self._in_card()
        self._now = until
        oldest = self._pulled - len(self._history)
        return _interpolated(self._history, times * self._rate - oldest)

    def _in_card(self) -> float:
        slow = 0.25 * self._jitter * math.sin(2 * math.pi * self._now / self._period + self._phase)
        return max(self._card + slow + self._step, IN_CARD)


class Convolver:
    """A stream after an impulse response, by equal partitions in the frequency domain; it adds no delay."""

    def __init__(self, response: Block, size: int = HEARING_BLOCK) -> None:
        """`response` has shape (m,), blocks will have shape (size,)."""
        parts = np.concatenate([response, np.zeros(-len(response) % size, np.float32)]).reshape(-1, size)
        self._response = np.fft.rfft(parts.astype(np.float32), 2 * size, axis=1)
        self._spectra = np.zeros_like(self._response)
        self._last = np.zeros(size, np.float32)
        self._newest = 0
        self._silent = len(parts)

    def process(self, block: Block) -> Block:
        """The next `block`, (size,), with what the ones before have left behind, (size,)."""
        parts, size = len(self._response), len(block)
        self._silent = 0 if block.any() else self._silent + 1
        if self._silent > parts:
            return np.zeros(size, np.float32)
        self._newest = (self._newest - 1) % parts
        self._spectra[self._newest] = np.fft.rfft(np.concatenate((self._last, block)))
        self._last = block
        turn = parts - self._newest
        heard = np.einsum("ij,ij->j", self._spectra[self._newest :], self._response[:turn])
        heard += np.einsum("ij,ij->j", self._spectra[: self._newest], self._response[turn:])
        return np.fft.irfft(heard)[size:].astype(np.float32)


def pressed(sound: Block, drive: float) -> Block:
    """`sound` through a loudspeaker that is driven hard: soft clipping; unchanged where `drive` is 0."""
    return np.tanh(sound * np.float32(drive)) / np.float32(drive) if drive else sound


def _kernels() -> Block:
    """Windowed sincs between two samples, shape (_PHASES + 1, 2 * _HALF)."""
    phase = np.arange(_PHASES + 1)[:, None] / _PHASES
    t = np.arange(-_HALF + 1, _HALF + 1) - phase
    window = np.cos(np.pi * np.clip(t / (2 * _HALF), -0.5, 0.5)) ** 2
    kernels: Block = (_CUTOFF * np.sinc(_CUTOFF * t) * window).astype(np.float32)
    return kernels


_KERNELS = _kernels()


def _interpolated(sound: Block, at: npt.NDArray[np.float64]) -> Block:
    """`sound` at VOICE_RATE at the places `at`, samples, less what HEARING_RATE cannot hold."""
    whole = np.floor(at).astype(int)
    around = sound[whole[0] - _HALF + 1 : whole[-1] + _HALF + 1]
    if not around.any():
        return np.zeros(len(at), np.float32)
    phase = (at - whole) * _PHASES
    index = phase.astype(int)
    part = (phase - index).astype(np.float32)[:, None]
    kernels = (1 - part) * _KERNELS[index] + part * _KERNELS[index + 1]
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * _HALF)[whole - whole[0]]
    heard: Block = np.einsum("ij,ij->i", windows, kernels)
    return heard
