"""Filter banks as Kaldi makes them: what most models of voices were trained to hear."""

from __future__ import annotations

from functools import cache

import numpy as np

from samantha.audio.pcm import HEARING_RATE, Block

BANDS = 80
STEP = 160
"""Samples from one frame to the next: 10 ms."""
LENGTH = 400
"""Samples of a frame: 25 ms."""

_FFT = 512
_LOWEST_HZ = 20.0
_EMPHASIS = np.float32(0.97)
_FLOOR = np.finfo(np.float32).eps


def fbank(sound: Block) -> Block:
    """Log energies of `sound`, shape (n,) at HEARING_RATE, in BANDS mel bands, shape (1 + (n - LENGTH) // STEP, BANDS).

    Natural logarithms of the power, without dither; what does not fill a frame is left out. 2 ms for 3 s.
    """
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(sound, np.float32), LENGTH)[::STEP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    emphasised = frames.copy()
    emphasised[:, 1:] -= _EMPHASIS * frames[:, :-1]
    emphasised[:, 0] -= _EMPHASIS * frames[:, 0]
    spectrum = np.fft.rfft(emphasised * _window(), _FFT)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    energies: Block = np.log(np.maximum(power @ _bands(), _FLOOR))
    return energies


@cache
def _window() -> Block:
    """Povey's: between Hamming's and Hann's, and zero at both ends."""
    window: Block = (np.hanning(LENGTH) ** 0.85).astype(np.float32)
    return window


@cache
def _bands() -> Block:
    """How much of each bin of the spectrum belongs to each band; triangles on the mel scale, shape (257, BANDS)."""

    def mel(hz: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return 1127.0 * np.log1p(hz / 700.0)

    low, high = mel(np.array([_LOWEST_HZ, HEARING_RATE / 2]))
    edges = np.linspace(low, high, BANDS + 2)
    bins = mel(np.arange(_FFT // 2 + 1) * HEARING_RATE / _FFT)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    weights: Block = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return weights
