"""The far end as the echo path needs it: near its echo in time, and by the microphone's clock.

How late an echo comes is measured, not believed: cards tell their latency wrong, and Bluetooth does not tell
it. A loudspeaker's clock that is not the microphone's moves the echo by up to five samples a second, which no
filter follows: so the far end is read by that clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samantha.audio.coupling import Coupling
from samantha.audio.kalman import BINS, Spectrum, spectrum
from samantha.audio.pcm import HEARING_BLOCK, Block, silence

DEPTH = 36
"""Blocks in which the echo is looked for: 720 ms."""

AGO = 8
"""Blocks for which the window of the past is kept."""

FOUND = 0.11
"""Coherence above which an echo is there."""

_AHEAD = 100
_TOLERATED = HEARING_BLOCK
_SAME = 4.0
_KEPT = 14
_LEAST = 8000.0
_MOST_DRIFT = 6e-4
_TAPS = 8


@dataclass(frozen=True, slots=True)
class Look:
    """What a measurement found: the coherence of the microphone with the far end; by how many samples the
    strongest part of the echo comes later than before; by how many the window begins later; and whether the
    delay is known."""

    coherence: float
    jump: int = 0
    moved: int = 0
    settled: bool = False


class Alignment:
    """Spectra of the far end for an echo path of some blocks, which begins shortly before the echo does."""

    def __init__(self, path: int) -> None:
        """`path` is the length of the echo path, blocks."""
        self._length = path
        self._spectra = np.zeros((DEPTH + path + AGO, BINS), np.complex64)
        self._blocks = deque([silence(HEARING_BLOCK)] * (DEPTH + 1), maxlen=DEPTH + 1)
        self._start = 0
        self._clock = Clock()
        self._coupling = Coupling(DEPTH)
        self._delay: float | None = None
        self._doubted: float | None = None
        self._slipped = 0.0
        self._at = 0
        self._seen: list[tuple[int, float]] = []

    @property
    def delay(self) -> int | None:
        """Samples from the far end to its echo; None until an echo was found."""
        return None if self._delay is None else round(self._delay + self._clock.lag)

    @property
    def drift(self) -> float:
        """How much faster than the microphone's the loudspeaker's clock is, as a ratio."""
        return self._clock.drift

    @property
    def coherence(self) -> float:
        """Of the microphone with the far end, when last measured; see FOUND."""
        return self._coupling.coherence

    @property
    def far(self) -> Block:
        """The newest block of the `window`, shape (HEARING_BLOCK,)."""
        return self._blocks[self._start]

    @property
    def window(self) -> Spectrum:
        """The far end for the echo path, shape (path, BINS)."""
        return self.before(0)

    def before(self, blocks: int) -> Spectrum:
        """The `window` as it was so many blocks ago, fewer than AGO."""
        start = self._start + blocks
        return self._spectra[start : start + self._length]

    def feed(self, far: Block) -> None:
        """The next block of the far end."""
        blocks = self._clock.read(far)
        for block in blocks:
            self._spectra[1:] = self._spectra[:-1]
            self._spectra[0] = spectrum(np.concatenate((self._blocks[0], block)))
            self._blocks.appendleft(block)
        if moved := len(blocks) - 1:
            self._start = min(DEPTH, max(0, self._start + moved))
            self._coupling.moved(moved)
            self._move(moved * HEARING_BLOCK)
        self._at += HEARING_BLOCK
        self._slipped += self._clock.drift * HEARING_BLOCK

    def look(self, mic: Block) -> Look | None:
        """Take the microphone's next block; to be asked while she can be heard. None until enough came."""
        delay = self._coupling.measure(mic, self._spectra[:DEPTH])
        if delay is None:
            return None
        coherence = self._coupling.coherence
        if coherence < FOUND:
            return Look(coherence)
        jump = 0.0
        if self._delay is not None and abs(delay - self._delay) > _SAME:
            if self._doubted is None or abs(delay - self._doubted) > _SAME:
                self._doubted = delay
                return Look(coherence)
            jump = delay - self._delay
            self._seen = [(at, seen + jump) for at, seen in self._seen]
        self._doubted, self._delay = None, delay
        self._seen = [*self._seen[1 - _KEPT :], (self._at, delay - self._slipped)]
        self._clock.drift = self._slope()
        moved = self._recentre(delay)
        return Look(coherence, round(jump), moved, settled=True)

    def _recentre(self, delay: float) -> int:
        """Have the window begin shortly before `delay`; by how many samples it begins later than before."""
        within = delay - self._start * HEARING_BLOCK
        if _AHEAD / 2 <= within <= _AHEAD + HEARING_BLOCK + _TOLERATED:
            return 0
        start = min(DEPTH, max(0, int((delay - _AHEAD) // HEARING_BLOCK)))
        moved, self._start = start - self._start, start
        return moved * HEARING_BLOCK

    def _move(self, samples: int) -> None:
        if self._delay is not None:
            self._delay += samples
            self._seen = [(at, seen + samples) for at, seen in self._seen]
        self._doubted = None

    def _slope(self) -> float:
        """By how much the echo comes earlier from sample to sample, after Theil and Sen."""
        at, seen = np.array(self._seen, np.float64).T
        i, j = np.triu_indices(len(at), 1)
        apart = at[j] - at[i]
        far = apart > max(_LEAST, 0.3 * apart.max(initial=0.0))
        if not far.any():
            return self._clock.drift
        slope = float(np.median((seen[i] - seen[j])[far] / apart[far]))
        return min(max(slope, -_MOST_DRIFT), _MOST_DRIFT)


class Clock:
    """The far end, read as fast as the loudspeaker plays it."""

    def __init__(self) -> None:
        self.drift = 0.0
        self.lag = float(_TAPS + 32)
        """Samples by which reading is behind what came."""
        self._sound = silence(4 * HEARING_BLOCK)

    def read(self, far: Block) -> list[Block]:
        """The next block, as a rule; none or two where the clocks have come apart by a block."""
        self._sound = np.concatenate((self._sound[HEARING_BLOCK:], far))
        self.lag -= self.drift * HEARING_BLOCK
        if self.lag < _TAPS:
            self.lag += HEARING_BLOCK
            return []
        count = 1
        if self.lag >= _TAPS + 1 + HEARING_BLOCK:
            self.lag -= HEARING_BLOCK
            count = 2
        return [self._block(self.lag + HEARING_BLOCK * older) for older in reversed(range(count))]

    def _block(self, lag: float) -> Block:
        end = len(self._sound) - lag
        whole = int(np.floor(end))
        around = self._sound[whole - HEARING_BLOCK - _TAPS + 1 : whole + _TAPS]
        block: Block = np.convolve(around, _between(end - whole), "valid")
        return block


def _between(part: float) -> npt.NDArray[np.float32]:
    """A windowed sinc that reads `part` of a sample later, shape (2 * _TAPS,)."""
    t = np.arange(-_TAPS + 1, _TAPS + 1) - part
    kernel: npt.NDArray[np.float32] = (np.sinc(t) * np.cos(np.pi * t / (2 * _TAPS + 1)) ** 2).astype(
        np.float32
    )
    return kernel[::-1]
