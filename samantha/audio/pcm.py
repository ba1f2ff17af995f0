"""Sound as numbers: the two sample rates of the house, and what one block of sound is.

Everything that is heard runs at `HEARING_RATE`, everything that is said at `VOICE_RATE`; devices and
files convert at their edge. `at`, the clock of the whole program, counts `HEARING_RATE` samples of
the input stream since it began.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HEARING_RATE = 16_000
"""Hz; what Whisper, Silero and webrtcvad want."""

VOICE_RATE = 24_000
"""Hz; Kokoro's own rate; Piper's 22,050 Hz is converted to it once, in the synthesis lane."""

HEARING_BLOCK = 320
"""Samples of one captured block (20 ms)."""

VOICE_BLOCK = 480
"""Samples of one rendered block (20 ms)."""

BLOCK_SECONDS = HEARING_BLOCK / HEARING_RATE

Block = npt.NDArray[np.float32]
"""Mono sound, shape (n,), float32, nominally in [-1, 1]."""


def silence(samples: int) -> Block:
    """`samples` zeros."""
    return np.zeros(samples, np.float32)


def seconds(samples: int, rate: int = HEARING_RATE) -> float:
    """How long `samples` last at `rate`, in seconds."""
    return samples / rate


def samples(duration: float, rate: int = HEARING_RATE) -> int:
    """How many samples `duration` seconds are at `rate`, rounded."""
    return round(duration * rate)


def level_dbfs(sound: Block) -> float:
    """Root mean square level in dB relative to full scale; -120 for silence or nothing at all."""
    if not len(sound):
        return -120.0
    power = float(np.mean(np.square(sound, dtype=np.float64)))
    return max(-120.0, 10.0 * float(np.log10(power))) if power > 0 else -120.0


def fade(sound: Block, samples: int, *, out: bool = False) -> Block:
    """A copy of `sound` with its first (or, with `out`, its last) `samples` ramped linearly to silence."""
    faded = sound.copy()
    n = min(samples, len(faded))
    if n:
        ramp = np.linspace(0.0, 1.0, n, endpoint=False, dtype=np.float32)
        if out:
            faded[-n:] *= ramp[::-1]
        else:
            faded[:n] *= ramp
    return faded
