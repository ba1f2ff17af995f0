"""How the far end comes back through the microphone: how late, and whether at all."""

from __future__ import annotations

import numpy as np

from samantha.audio.kalman import FRAME, Spectrum, power, spectrum
from samantha.audio.pcm import HEARING_BLOCK, Block, silence

LOOK = 8
"""Blocks of her voice between two measurements."""

_BAND = slice(6, 200)  # 150 Hz to 5 kHz
_MEMORY = np.float32(0.95)
_FINER = 8


class Coupling:
    """The coherence of the microphone with the far end at every delay, over the last 0.4 s of her voice."""

    def __init__(self, depth: int) -> None:
        """Delays of up to `depth` blocks are looked for."""
        bins = _BAND.stop - _BAND.start
        self._cross = np.zeros((depth, bins), np.complex64)
        self._far = np.zeros((depth, bins), np.float32)
        self._mic = np.zeros(bins, np.float32)
        self._before = silence(HEARING_BLOCK)
        self._blocks = 0
        self.coherence = 0.0
        """Of the microphone with the far end at the best delay, in [0, 1], when last measured: 0.07 by chance."""

    def measure(self, mic: Block, far: Spectrum) -> float | None:
        """Samples from the far end to its echo, every LOOK blocks; to be asked while she can be heard.

        `mic` is the next block, `far` has shape (depth, BINS): spectra of FRAME samples each a block older.
        """
        heard, far = spectrum(np.concatenate((self._before, mic)))[_BAND], far[:, _BAND]
        self._before = mic
        for mean, now in (
            (self._cross, heard * far.conj()),
            (self._far, power(far)),
            (self._mic, power(heard)),
        ):
            mean *= _MEMORY
            mean += (1 - _MEMORY) * now
        self._blocks += 1
        if self._blocks % LOOK:
            return None
        alike = (power(self._cross) / (self._far * self._mic + np.float32(1e-9))).mean(axis=1)
        best = int(np.argmax(alike))
        self.coherence = float(alike[best])
        return best * HEARING_BLOCK + self._within(best)

    def moved(self, blocks: int) -> None:
        """What is handed to `measure` as the far end comes so many blocks earlier from now on."""
        for mean in (self._cross, self._far):
            mean[:] = np.roll(mean, blocks, axis=0)

    def _within(self, block: int) -> float:
        """The delay within the frame, samples, from the whitened cross-correlation."""
        white = np.zeros(_FINER * FRAME // 2 + 1, np.complex64)
        white[_BAND] = self._cross[block] / np.sqrt(self._far[block] * self._mic + np.float32(1e-9))
        peak = int(np.argmax(np.abs(np.fft.irfft(white))))
        return (peak if peak <= _FINER * HEARING_BLOCK else peak - _FINER * FRAME) / _FINER
