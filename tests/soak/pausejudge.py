"""What a way to wait makes of pauses and ends whose features are known."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from samantha.audio.pcm import HEARING_RATE
from samantha.config import Hearing
from samantha.hearing.ending import Ending, ending
from samantha.hearing.patience import Patience

Row = dict[str, Any]
Policy = Callable[[Row], float]
"""How many ms of silence end the turn."""

WINDOW_MS = 32
SHORT, LONG = ("300", "500"), ("800", "1000")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Shares are in percent, times in ms from the end of speech, as the detector hears it, to the turn's."""

    cut_ins: dict[str, float]
    """Turns ended inside a pause, by its length in ms."""
    natural: float
    """… inside a pause that a recorded person made, of those of 300 ms and more."""
    waits: tuple[float, float, float, float]
    """Mean, P50, P95 and most at the real ends."""

    @property
    def short(self) -> float:
        return statistics.fmean(self.cut_ins[length] for length in SHORT)

    @property
    def long(self) -> float:
        return statistics.fmean(self.cut_ins[length] for length in LONG)


def judge(rows: Iterable[Row], policy: Policy) -> Verdict:
    """`policy`, as the endpointer would carry it out: in whole windows."""
    pauses, ends, natural = [], [], []
    for row in rows:
        wait = WINDOW_MS * math.ceil(policy(row) / WINDOW_MS)
        if row["kind"] == "pause":
            pauses.append({length: wait <= silence for length, silence in row["silence_ms"].items()})
        elif row["kind"] == "end":
            ends.append(wait)
        elif row["silence_ms"] >= 300:
            natural.append(wait <= row["silence_ms"])
    return Verdict(
        {length: _share([pause[length] for pause in pauses]) for length in (*SHORT, *LONG)},
        _share(natural),
        (statistics.fmean(ends), statistics.median(ends), _p95(ends), max(ends)),
    )


def hers(settings: Hearing, scale: float = 1.0) -> Policy:
    """What she does by `settings`, all her waits `scale` times as long."""
    patience = Patience(settings)
    return lambda row: scale * _ms(patience.wait(words(row), row["sound"]["128"]))


def words_alone(settings: Hearing, scale: float = 1.0) -> Policy:
    """What she does without a turn model."""
    patience = Patience(settings)
    return lambda row: scale * _ms(patience.wait(words(row), None))


def sound_alone(settings: Hearing, scale: float = 1.0) -> Policy:
    """The turn model's word for everything."""
    return lambda row: (
        scale * (settings.end_sure_ms if row["sound"]["128"] >= settings.turn_threshold else settings.end_ms)
    )


def silence_alone(ms: float) -> Policy:
    """The usual way."""
    return lambda _: ms


def words(row: Row) -> Ending:
    return ending(row["heard"])


def auc(rows: Iterable[Row], score: Callable[[Row], float]) -> float:
    """How often `score` puts an end above a pause: 0.5 is guessing, 1 is knowing."""
    ends, pauses = [], []
    for row in rows:
        if row["kind"] != "natural":
            (ends if row["kind"] == "end" else pauses).append(score(row))
    return statistics.fmean((end > pause) + 0.5 * (end == pause) for end in ends for pause in pauses)


def _ms(samples: int) -> float:
    return 1000 * samples / HEARING_RATE


def _share(cases: Sequence[bool]) -> float:
    return 100 * sum(cases) / len(cases) if cases else 0.0


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
