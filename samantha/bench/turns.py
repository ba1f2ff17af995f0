"""Ordinary turns: how long after the person's last sound she is first heard."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from samantha.audio.pcm import HEARING_RATE, Block
from samantha.bench.listen import Span, Spread, audible, longest_silence, onset, onsets, spread
from samantha.bench.perform import Performance, Scene
from samantha.bench.person import Line
from samantha.bench.speech import Clip

STEPS = ("turn_end", "transcript", "first_token", "first_clause", "first_sound")
"""The marks of a `TurnMeasured`, in the order of the plain pipeline."""

EDGE_MS = 100.0
"""The detector's windows are coarse: so close to the end of speech, sound is after it."""

FIRST_CLAUSE_MS = 4000.0
"""The first clause of an answer is never longer: where it ends is in this part."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one thing that the person said; ms."""

    latency: float | None
    """Last speech sample to first audible sample of hers; None: not answered, or talked over."""
    gap: float | None = None
    """The longest silence where her first clause ends and the second begins."""
    cut_in: bool = False
    """She began while the person spoke."""
    talked_over: bool = False
    """She could be heard when the person ended."""


@dataclass(frozen=True, slots=True)
class Turns:
    """All answers of a conversation, and what it cost."""

    turns: int
    latency: Spread
    signs: int
    """Answers that began with a sign of life: it counts as her first sound."""
    unanswered: int
    cut_ins: int
    talked_over: int
    gap: Spread
    split: dict[str, float | None]
    """Median ms after the last speech sample at which each step was done, by the program's own clock."""
    latencies: list[float]
    cpu_per_turn: float
    rss: int
    lag_p50: float
    lag_p99: float
    underruns: int


def scene(clips: Sequence[Clip], *, gap: float, patience: float, seed: int) -> Scene:
    """`clips` one after the other, each `gap` seconds after she has finished."""
    return Scene(tuple(Line(clip.sound, wait=gap) for clip in clips), patience, seed)


def judge(clips: Sequence[Clip], performance: Performance, hers: Block) -> Turns:
    """What `performance` of a `scene` came to; `hers` is what she said, aligned, at HEARING_RATE."""
    begins = [1000 * (at or 0) / HEARING_RATE for at in performance.said]
    spans = [
        Span(at + clip.speech.begin, at + clip.speech.end) for at, clip in zip(begins, clips, strict=True)
    ]
    found = answers(spans, audible(hers), 1000 * len(hers) / HEARING_RATE)
    latencies = [round(answer.latency) for answer in found if answer.latency is not None]
    return Turns(
        len(found),
        spread(latencies),
        sum(event["event"] == "SignOfLife" for event in performance.events),
        sum(answer.latency is None and not answer.talked_over for answer in found),
        sum(answer.cut_in for answer in found),
        sum(answer.talked_over for answer in found),
        spread([answer.gap for answer in found if answer.gap is not None]),
        split(performance.events),
        [float(latency) for latency in latencies],
        round(performance.cpu / max(1, len(found)), 2),
        performance.rss,
        performance.lag_p50,
        performance.lag_p99,
        performance.underruns,
    )


def answers(spoken: Sequence[Span], heard: Sequence[Span], end: float) -> list[Answer]:
    """For each span of `spoken` what is `heard` of her until the next; both sounds last until `end`."""
    begins = onsets(heard)
    found = []
    for i, span in enumerate(spoken):
        until = spoken[i + 1].begin if i + 1 < len(spoken) else end
        cut_in = any(span.begin + 2 * EDGE_MS < at < span.end - EDGE_MS for at in begins)
        if any(hers.begin < span.end and hers.end > span.end - EDGE_MS for hers in heard):
            found.append(Answer(None, cut_in=cut_in, talked_over=True))
            continue
        at = onset(heard, span.end - EDGE_MS, until)
        gap = None if at is None else longest_silence(heard, at, FIRST_CLAUSE_MS, until)
        found.append(Answer(None if at is None else at - span.end, gap, cut_in))
    return found


def split(events: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    """The median of each step over all `TurnMeasured`; None for what never came."""
    measured = [event for event in events if event["event"] == "TurnMeasured"]
    found: dict[str, float | None] = {}
    for step in STEPS:
        values = [event[step] for event in measured if event[step] is not None]
        found[step] = round(statistics.median(values), 1) if values else None
    return found
