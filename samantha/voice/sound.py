"""What every voice does to the sound it makes: trim it, bring it to one level, end it with a natural pause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from samantha.audio.pcm import VOICE_RATE, Block, fade, samples, silence

_FRAME = samples(0.005, VOICE_RATE)

_QUIET_DB = 46.0
"""A frame this far below the loudest one is silence. Final "s" and "f" stay about 35 dB below a vowel."""

_MARGIN = samples(0.015, VOICE_RATE)
"""Kept on both sides of what is not silence: the first breath of a stop, the last of a vowel."""

_AUDIBLE = 0.001
"""Of a stream, whose loudest frame is not known yet, what stays below -60 dBFS is silence."""

_EDGE = samples(0.003, VOICE_RATE)
_LEVEL_DBFS = -20.0
_MOST_GAIN_DB = 9.0
_PEAK = 0.89  # -1 dBFS

_OPENING = 10 ** (-1.5 / 20)
"""How loud half a second at the beginning is to be, so that the whole is at the level: people trail off."""

_PAUSES = {".": 0.22, "!": 0.22, "?": 0.24, "…": 0.26, ";": 0.14, ":": 0.14, "—": 0.10, ",": 0.08, "": 0.02}
"""Seconds of silence after a piece that ends with this mark. People leave 100 to 300 ms between sentences;
what follows a comma is a new synthesis with an onset of its own, so it needs less."""


def finish(sound: Block, mark: str, *, speed: float = 1.0, volume: float = 1.0) -> Block:
    """`sound`, raw from a model at VOICE_RATE, as it should be heard.

    Trimmed at both ends, at a level of about -20 dBFS with no peak above -1, scaled by `volume` in [0, 1],
    and followed by the pause that `mark` asks for, shorter at a higher `speed`. Silence gives an empty block.
    """
    return next(finishing([(sound, True)], mark, speed=speed, volume=volume), sound[:0])


def finishing(
    stream: Iterable[tuple[Block, bool]], mark: str, *, speed: float = 1.0, volume: float = 1.0
) -> Iterator[Block]:
    """As `finish`, for sound that comes in blocks, each with whether it is the last, which join without a seam.

    The first that is not silent decides on the level.
    """
    gain = 0.0
    for block, last in stream:
        begin, end = _audible(block)
        first = not gain
        if first and begin == end:
            continue
        spoken = block[begin if first else 0 : end if last else None]
        if first:
            spoken = fade(spoken, _EDGE)
            gain = _gain(spoken) * (1.0 if last else _OPENING)
        if last:
            spoken = fade(spoken, _EDGE, out=True)
        before, gain = gain, min(gain, _PEAK / max(float(np.abs(block).max()), 1e-6))
        ramp = np.interp(np.arange(len(spoken)), [0, _EDGE], [gain if first else before, gain])
        ready = (spoken * (ramp * volume)).astype(np.float32)
        yield np.concatenate([ready, pause(mark, speed)]) if last else ready


def pause(mark: str, speed: float = 1.0) -> Block:
    """The silence after a piece that ends with `mark`, shorter at a higher `speed`."""
    return silence(samples(_PAUSES.get(mark, 0.05) / speed, VOICE_RATE))


def trimmed(stream: Iterable[Block]) -> Iterator[Block]:
    """`stream` at VOICE_RATE as it comes, without the silence before and after it, its cut edges faded."""
    held, begun = silence(0), False
    for block in stream:
        held = np.concatenate([held, block])
        loud = np.flatnonzero(np.abs(held) > _AUDIBLE)
        if not len(loud):
            continue
        ready, held = held[: loud[-1] + 1], held[loud[-1] + 1 :]
        yield ready if begun else fade(ready[max(0, int(loud[0]) - _MARGIN) :], _EDGE)
        begun = True
    if begun and len(held):
        yield fade(held[:_MARGIN], _EDGE, out=True)


def trim(sound: Block) -> Block:
    """`sound` without the silence at its ends, its cut edges faded over 3 ms."""
    begin, end = _audible(sound)
    return fade(fade(sound[begin:end], _EDGE), _EDGE, out=True)


def _audible(sound: Block) -> tuple[int, int]:
    """From where to where `sound` can be heard; equal if nowhere."""
    levels = _levels(sound)
    loud = np.flatnonzero(levels > max(levels.max(initial=-120.0) - _QUIET_DB, -70.0))
    if not len(loud):
        return 0, 0
    begin = max(0, int(loud[0]) * _FRAME - _MARGIN)
    return begin, min(len(sound), int(loud[-1] + 1) * _FRAME + _MARGIN)


def _levels(sound: Block) -> Block:
    """RMS of each 5 ms in dBFS; -120 for silence."""
    whole = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.mean(np.square(whole, dtype=np.float64), axis=1)
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-12)), np.float32)


def _gain(sound: Block) -> float:
    """Brings what is voiced (frames within 20 dB of the loudest) to the common level, no peak too high."""
    levels = _levels(sound)
    voiced = levels[levels > levels.max() - 20.0].astype(np.float64)
    level = 10.0 * np.log10(np.mean(10.0 ** (voiced / 10.0)))
    gain = 10.0 ** (min(_LEVEL_DBFS - level, _MOST_GAIN_DB) / 20.0)
    return float(min(gain, _PEAK / max(float(np.abs(sound).max()), 1e-6)))


def resample(sound: Block, rate: int) -> Block:
    """`sound` of `rate` Hz at VOICE_RATE."""
    if rate == VOICE_RATE:
        return sound
    import soxr

    return np.asarray(soxr.resample(sound, rate, VOICE_RATE), np.float32)
