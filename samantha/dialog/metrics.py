"""Where the time of a turn goes. The only place that reads wall time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from samantha.audio.pcm import HEARING_RATE
from samantha.events import (
    ClauseReady,
    Event,
    Failed,
    Ignored,
    Paused,
    ReplySounded,
    ReplySpoken,
    ReplyText,
    Resumed,
    Transcribed,
    TurnEnded,
    TurnMeasured,
)

_STEPS: dict[type, str] = {
    TurnEnded: "turn_end",
    Transcribed: "transcript",
    ReplyText: "first_token",
    ClauseReady: "first_clause",
    ReplySounded: "first_sound",
}


@dataclass(slots=True)
class _Turn:
    """`speech_end` is wall time in seconds, `marks` milliseconds after it."""

    speech_end: float
    marks: dict[str, float] = field(default_factory=dict)


class Metrics:
    """A subscriber: give it every event with `on`, and it publishes a `TurnMeasured` for every answered turn.

    Times are wall-clock milliseconds after the last speech sample; what is before the turn's end is taken
    from the audio clock. With `--pace fast` the engines' real time is shown all the same. The events of an answer
    that began in a pause come with `bet` when they happen, and again with `on` if it counts.
    """

    def __init__(
        self, publish: Callable[[Event], None], wall: Callable[[], float] = time.perf_counter
    ) -> None:
        self._publish = publish
        self._wall = wall
        self._turn: _Turn | None = None
        self._next: _Turn | None = None

    def on(self, event: Event) -> None:
        """Take note of `event`; constant time."""
        match event:
            case Paused():
                self._next = self._begun(event)
            case Resumed():
                self._next = None
            case TurnEnded():
                self._finish(event.at)
                self._turn, self._next = self._next or self._begun(event), None
                self._mark(self._turn, event)
            case Transcribed() | ReplyText() | ClauseReady() | ReplySounded():
                self._mark(self._turn, event)
            case ReplySpoken() | Ignored() | Failed():
                self._finish(event.at)  # what she says next is no answer to that turn
            case _:
                pass

    def bet(self, event: Event) -> None:
        """Take note of an event of an answer to a turn that may not be over."""
        self._mark(self._next, event)

    def _begun(self, event: Paused | TurnEnded) -> _Turn:
        return _Turn(self._wall() - (event.at - event.speech_end) / HEARING_RATE)

    def _mark(self, turn: _Turn | None, event: Event) -> None:
        name = _STEPS.get(type(event))
        partial = isinstance(event, Transcribed) and not event.final
        if turn is not None and name is not None and not partial:
            turn.marks.setdefault(name, round((self._wall() - turn.speech_end) * 1000, 1))

    def _finish(self, at: int) -> None:
        turn, self._turn = self._turn, None
        if turn is not None and "first_sound" in turn.marks:
            marks = turn.marks
            self._publish(
                TurnMeasured(
                    at=at,
                    turn_end=marks["turn_end"],
                    transcript=marks.get("transcript"),
                    first_token=marks.get("first_token"),
                    first_clause=marks.get("first_clause"),
                    first_sound=marks.get("first_sound"),
                )
            )
