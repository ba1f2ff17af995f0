"""Where in the sound of a clause each of its words is: an estimate, good to a word or so."""

from __future__ import annotations

import numpy as np

from samantha.audio.pcm import VOICE_RATE, Block, samples

_FRAME = samples(0.010, VOICE_RATE)

_REACH = 15
"""Frames on both sides of the estimate that are searched for a gap between words."""

_QUIET_DB = 40.0
"""A frame this far below the loudest one is a pause."""

_BIAS_DB = 12.0
"""How much quieter a gap at the edge of the search must be than one at the estimate."""

_LETTER = samples(0.070, VOICE_RATE)
"""What a letter takes: how long a clause will be whose sound is still being made."""


def starts(text: str, sound: Block, *, whole: bool) -> list[int]:
    """The sample of `sound`, at VOICE_RATE, at which each word of `text` begins, and that after the last one.

    Speech is even enough that the share of the sound that is no pause is the share of the words' letters;
    each estimate then moves to the quietest place around it. The first word begins with the clause. What
    begins in sound that is yet to come, when `sound` is not `whole`, gets a sample beyond its end.
    """
    letters = np.cumsum([0, *(len(word) for word in text.split())])
    frames = len(sound) // _FRAME
    if not frames or len(letters) == 1:
        return [0] * (len(letters) - 1) + [len(sound)]
    levels = _levels(sound)
    spoken = np.flatnonzero(levels > levels.max() - _QUIET_DB)
    total = len(spoken) if whole else max(len(spoken), int(letters[-1]) * _LETTER // _FRAME)
    begins = [0]
    for share in letters[1:-1] / letters[-1]:
        nth = round(float(share) * total)
        if nth >= len(spoken):
            begins.append(len(sound) + (nth - len(spoken) + 1) * _FRAME)
            continue
        around = np.arange(max(0, spoken[nth] - _REACH), min(frames, spoken[nth] + _REACH + 1))
        bias = _BIAS_DB * np.square((around - spoken[nth]) / _REACH)
        begins.append(max(begins[-1], int(around[np.argmin(levels[around] + bias)]) * _FRAME))
    end = (int(spoken[-1]) + 1) * _FRAME if total == len(spoken) else len(sound) + total * _FRAME
    return [*begins, max(begins[-1], end)]


def _levels(sound: Block) -> Block:
    """The level of each 10 ms and its neighbours' nearer halves, in dBFS; -120 for silence."""
    halves = np.square(
        sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME // 2), dtype=np.float64
    ).mean(axis=1)
    padded = np.pad(halves, 1, mode="edge")
    power = (padded[:-3:2] + padded[1:-2:2] + padded[2:-1:2] + padded[3::2]) / 4
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-12)), np.float32)
