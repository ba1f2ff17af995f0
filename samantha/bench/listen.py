"""What two aligned sounds tell: when somebody spoke, when she was heard, where she was silent. Pure.

Positions are milliseconds since both sounds began. Nothing here knows what the program itself believes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samantha.audio.pcm import HEARING_RATE, Block

AUDIBLE_DBFS = -45.0
"""20 ms of her voice above this level are heard."""

SILENCE_MS = 200.0
"""So much silence before it makes a sound an onset; what is shorter belongs to speech."""

_HOP = HEARING_RATE // 1000
_FRAME = 20 * _HOP


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` up to `end`, ms."""

    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some values: how many, the median, the 95th percentile, the largest; None where there were none."""

    count: int
    p50: float | None = None
    p95: float | None = None
    most: float | None = None


def spread(values: Sequence[float]) -> Spread:
    """Percentiles interpolate linearly between the values."""
    if not values:
        return Spread(0)
    p50, p95 = np.percentile(values, [50, 95])
    return Spread(len(values), round(float(p50), 1), round(float(p95), 1), round(max(values), 1))


def audible(sound: Block) -> list[Span]:
    """Where `sound`, shape (n,) at HEARING_RATE, can be heard: the 20 ms around each ms are loud enough."""
    power = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
    middles = np.arange(0, len(sound), _HOP)
    lows = np.maximum(middles - _FRAME // 2, 0)
    highs = np.minimum(middles + _FRAME // 2, len(sound))
    loud = power[highs] - power[lows] > _FRAME * 10 ** (AUDIBLE_DBFS / 10)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]])))
    return [Span(float(begin), float(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]


def speech(
    probabilities: Sequence[float], window_ms: float, *, threshold: float = 0.5, hold: float = 0.35
) -> Span | None:
    """From the first window of speech to the end of the last, without padding; None where there is none.

    As Silero is meant to be read: speech begins at `threshold` and lasts while it stays above `hold`.
    """
    first = last = None
    speaking = False
    for i, probability in enumerate(probabilities):
        speaking = probability >= (hold if speaking else threshold)
        if speaking:
            first = i if first is None else first
            last = i
    if first is None or last is None:
        return None
    return Span(first * window_ms, (last + 1) * window_ms)


def first_sound(heard: Sequence[Span], speech_begin: float) -> float:
    """Where the sound begins that `speech_begin` belongs to: a detector of speech is up to 200 ms late."""
    near = [span.begin for span in heard if span.end > speech_begin - SILENCE_MS]
    return max(min([*near, speech_begin]), speech_begin - SILENCE_MS)


def onsets(heard: Sequence[Span], silence_ms: float = SILENCE_MS) -> list[float]:
    """Where sound begins after `silence_ms` of silence; the start of the sounds counts as silence."""
    ends = [-silence_ms, *(span.end for span in heard)]
    return [span.begin for span, end in zip(heard, ends, strict=False) if span.begin - end >= silence_ms]


def onset(heard: Sequence[Span], since: float, until: float) -> float | None:
    """The first onset at or after `since` and before `until`."""
    return next((begin for begin in onsets(heard) if since <= begin < until), None)


def heard_within(heard: Sequence[Span], begin: float, end: float) -> float:
    """How many ms between `begin` and `end` she was heard."""
    return sum(max(0.0, min(span.end, end) - max(span.begin, begin)) for span in heard)


def extent_within(heard: Sequence[Span], begin: float, end: float) -> float:
    """Ms from her first to her last sound between `begin` and `end`, with the silences in it."""
    inside = [span for span in heard if span.end > begin and span.begin < end]
    return min(inside[-1].end, end) - max(inside[0].begin, begin) if inside else 0.0


def falls_silent(heard: Sequence[Span], at: float, silence_ms: float = SILENCE_MS) -> float | None:
    """Where the `silence_ms` of silence begin that follow `at`; None if she was not speaking then."""
    end = None
    for span in heard:
        if end is None:
            # She speaks through the short silences between her words, too.
            if span.end + silence_ms > at >= span.begin:
                end = span.end
        elif span.begin - end < silence_ms:
            end = span.end
    return None if end is None else max(end, at)


def longest_silence(heard: Sequence[Span], since: float, within: float, until: float) -> float:
    """The longest silence that begins in the `within` ms after `since` and is over before `until`."""
    later = [span for span in heard if span.end > since and span.begin < until]
    silences = [
        after.begin - before.end
        for before, after in itertools.pairwise(later)
        if before.end <= since + within
    ]
    return max(silences, default=0.0)
