"""What is done to captured sound before anybody looks for speech in it: a high-pass filter, and nothing else.

A card's offset, the hum of the mains and wind hide people from the detector; below the voice there is nothing to
lose. Only the detector hears the filtered sound: speech-to-text was trained on sound as it is. No gain is needed:
people are found from -50 to -10 dBFS, and a gain that is not there pumps up no television.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from samantha.audio.pcm import HEARING_RATE, Block
from samantha.ports import SpeechDetector

CUTOFF_HZ = 90.0
"""Where the filter takes 3 dB; below it 12 dB more for each octave. The deepest voices begin there."""

_REST = 1e-9
"""What is left of sound below this is dropped: numbers near zero are slow to count with."""


class HighPass:
    """A Butterworth filter of second order, block by block. Takes 40 µs for 32 ms."""

    def __init__(self, size: int, cutoff_hz: float = CUTOFF_HZ) -> None:
        """`size` is how many samples a block has."""
        step, before, ahead = _state_space(cutoff_hz)
        # Of a whole block: what each sample does to those after it, what the past does to each sample, and what
        # both leave behind.
        powers = [np.linalg.matrix_power(step, n) for n in range(size + 1)]
        self._response = np.array([ahead, *(power[0] @ before for power in powers[: size - 1])])
        self._past = np.array([power[0] for power in powers[:size]])
        self._leaves = np.array([power @ before for power in powers[size - 1 :: -1]]).T
        self._keeps = powers[size]
        self._steady = np.linalg.solve(np.eye(2) - step, before)
        self._state: npt.NDArray[np.float64] | None = None

    def process(self, block: Block) -> Block:
        """`block`, shape (size,), the next of the stream, without what is below the cutoff.

        Before its first sample the stream is taken to have stood still: an offset makes no bang.
        """
        state = self._steady * block[0] if self._state is None else self._state
        filtered = np.convolve(block, self._response)[: len(block)] + self._past @ state
        state = self._leaves @ block + self._keeps @ state
        self._state = state if np.abs(state).max() > _REST else np.zeros(2)
        return filtered.astype(np.float32)

    def reset(self) -> None:
        """Forget what came before."""
        self._state = None


class HighPassed:
    """A `SpeechDetector` that hears no rumble."""

    def __init__(self, detector: SpeechDetector) -> None:
        self.window = detector.window
        self._detector = detector
        self._filter = HighPass(detector.window)

    def probability(self, block: Block) -> float:
        """Of speech in `block`, shape (window,), in [0, 1]."""
        return self._detector.probability(self._filter.process(block))

    def reset(self) -> None:
        """Forget what came before."""
        self._filter.reset()
        self._detector.reset()


def _state_space(
    cutoff_hz: float,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """The filter as state' = A state + B x, y = state[0] + D x: A, B and D (transposed direct form II)."""
    angle = 2 * math.pi * cutoff_hz / HEARING_RATE
    cosine, alpha = math.cos(angle), math.sin(angle) / math.sqrt(2)
    b = np.array([1 + cosine, -2 * (1 + cosine), 1 + cosine]) / 2 / (1 + alpha)
    a = np.array([-2 * cosine, 1 - alpha]) / (1 + alpha)
    return np.array([[-a[0], 1.0], [-a[1], 0.0]]), b[1:] - a * b[0], float(b[0])
