"""What is done to every captured block before anybody listens.

That is a high-pass filter, and nothing else. Speech is found and understood alike from -50 to -10 dBFS, so no
gain is needed, and none can pump up the television. A noise suppressor makes speech-to-text worse. But a card's
offset, the hum of the mains and wind hide people from the detector, and below the voice there is nothing to lose.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, Block

CUTOFF_HZ = 90.0
"""Where the filter takes 3 dB; below it 12 dB more for each octave. The deepest voices begin there."""

_REST = 1e-9
"""What is left of sound below this is dropped: numbers near zero are slow to count with."""


class HighPass:
    """A Butterworth filter of second order, block by block.

    It is the same at any level and at any time, so an echo canceller after it sees a room like any other.
    Takes 20 µs for a block.
    """

    def __init__(self, cutoff_hz: float = CUTOFF_HZ) -> None:
        step, before, ahead = _state_space(cutoff_hz)
        # Of a whole block: what each sample does to those after it, what the past does to each sample, and what
        # both leave behind.
        powers = [np.linalg.matrix_power(step, n) for n in range(HEARING_BLOCK + 1)]
        self._response = np.array([ahead, *(power[0] @ before for power in powers[: HEARING_BLOCK - 1])])
        self._past = np.array([power[0] for power in powers[:HEARING_BLOCK]])
        self._leaves = np.array([power @ before for power in powers[HEARING_BLOCK - 1 :: -1]]).T
        self._keeps = powers[HEARING_BLOCK]
        self._state = np.zeros(2)

    def process(self, block: Block) -> Block:
        """`block`, shape (HEARING_BLOCK,), the next of the stream, without what is below the cutoff."""
        filtered = np.convolve(block, self._response)[:HEARING_BLOCK] + self._past @ self._state
        self._state = self._leaves @ block + self._keeps @ self._state
        if np.abs(self._state).max() < _REST:
            self._state = np.zeros(2)
        return filtered.astype(np.float32)


def _state_space(
    cutoff_hz: float,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """The filter as state' = A state + B x, y = state[0] + D x: A, B and D (transposed direct form II)."""
    angle = 2 * math.pi * cutoff_hz / HEARING_RATE
    cosine, alpha = math.cos(angle), math.sin(angle) / math.sqrt(2)
    b = np.array([1 + cosine, -2 * (1 + cosine), 1 + cosine]) / 2 / (1 + alpha)
    a = np.array([-2 * cosine, 1 - alpha]) / (1 + alpha)
    return np.array([[-a[0], 1.0], [-a[1], 0.0]]), b[1:] - a * b[0], float(b[0])
