"""Somebody speaks while she does: how soon is she silent, and does she go on when it was nothing?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from samantha.audio.pcm import HEARING_RATE, Block
from samantha.bench.listen import (
    SILENCE_MS,
    Span,
    Spread,
    audible,
    falls_silent,
    first_sound,
    heard_within,
    onset,
    spread,
)
from samantha.bench.perform import Performance, Scene
from samantha.bench.person import Line
from samantha.bench.speech import Clip
from samantha.bench.turns import EDGE_MS

PROMPTLY_MS = 800.0
"""An interruption that is answered sooner than this is answered well."""

RESUMES_MS = 2000.0
"""Who has not gone on by then after a cough has lost the thread."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """`question` makes her speak; `wait` seconds into her answer comes `over`, meant to stop her or not."""

    question: Clip
    over: Clip
    stops: bool
    wait: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one trial, ms."""

    silent: float | None
    """From the onset of what was said over her to her silence; None: she went on through it."""
    answered: float | None
    """From its end to her next sound; None: there was none."""
    void: bool
    """She was silent at that moment, or at her end: this says nothing."""
    heard: bool
    """She took it for a turn."""


@dataclass(frozen=True, slots=True)
class Interruptions:
    """All trials but those that were void: `interruptions` were meant, `noises` were not."""

    interruptions: int
    silent: Spread
    not_silenced: int
    answer: Spread
    answered_promptly: int
    noises: int
    resumed: int
    went_through: int
    """Of those resumed: she was never silent at all."""
    resume: Spread
    void: int


def scene(trials: Sequence[Trial], *, gap: float, patience: float, seed: int) -> Scene:
    """The trials one after the other."""
    lines = []
    for trial in trials:
        lines += [Line(trial.question.sound, wait=gap), Line(trial.over.sound, "her voice", trial.wait)]
    return Scene(tuple(lines), patience, seed)


def judge(trials: Sequence[Trial], performance: Performance, hers: Block) -> Interruptions:
    """What `performance` of a `scene` came to; `hers` is what she said, aligned, at HEARING_RATE."""
    heard = audible(hers)
    begins = [None if at is None else 1000 * at / HEARING_RATE for at in performance.said]
    begins.append(1000 * len(hers) / HEARING_RATE)
    outcomes: dict[bool, list[Outcome]] = {True: [], False: []}
    void = 0
    for i, trial in enumerate(trials):
        begin, until = begins[2 * i + 1], begins[2 * i + 2]
        if begin is None or until is None:
            void += 1
            continue
        found = outcome(trial, begin, until, heard, performance.events)
        void += found.void
        if not found.void:
            outcomes[trial.stops].append(found)
    return summary(outcomes[True], outcomes[False], void)


def outcome(
    trial: Trial, begin: float, until: float, heard: Sequence[Span], events: Sequence[dict[str, Any]]
) -> Outcome:
    """What came of `trial`, its `over` said at `begin`, before `until` (ms), when the next was said."""
    over = trial.over
    at = begin + first_sound(audible(over.sound), over.speech.begin)
    end = begin + over.speech.end
    mine = [(when, event) for event in events if at <= (when := 1000 * event["at"] / HEARING_RATE) < until]
    silent = falls_silent(heard, at)
    if silent is not None and silent > end + RESUMES_MS:
        silent = None
    # An answer comes when the person has ended; who goes on after a cough may do so sooner.
    since = at if silent is None else silent
    next_sound = onset(heard, max(end - EDGE_MS, since) if trial.stops else since, until)
    over_anyway = any(
        event["event"] == "ReplySpoken" and not event["interrupted"] and when < (next_sound or end)
        for when, event in mine
    )
    return Outcome(
        silent=None if silent is None else silent - at,
        answered=None if next_sound is None else max(0.0, next_sound - end),
        void=over_anyway or not heard_within(heard, at - SILENCE_MS, at),
        heard=any(event["event"] == "Heard" and when < (next_sound or until) for when, event in mine),
    )


def summary(interruptions: Sequence[Outcome], noises: Sequence[Outcome], void: int) -> Interruptions:
    """The figures of both kinds."""
    answers = [each.answered for each in interruptions if each.answered is not None]
    resumed = [
        0.0 if each.silent is None else each.answered
        for each in noises
        if not each.heard
        and (each.silent is None or (each.answered is not None and each.answered <= RESUMES_MS))
    ]
    return Interruptions(
        len(interruptions),
        spread([each.silent for each in interruptions if each.silent is not None]),
        sum(each.silent is None for each in interruptions),
        spread(answers),
        sum(answer <= PROMPTLY_MS for answer in answers),
        len(noises),
        len(resumed),
        sum(each.silent is None and not each.heard for each in noises),
        spread([each for each in resumed if each is not None]),
        void,
    )
