"""Where the time of a turn goes. The only place that reads wall time."""

from __future__ import annotations

import time
from collections.abc import Callable

from samantha.audio.pcm import HEARING_RATE
from samantha.events import (
    ClauseReady,
    Event,
    Failed,
    Ignored,
    ReplySounded,
    ReplySpoken,
    ReplyText,
    Transcribed,
    TurnEnded,
    TurnMeasured,
)


class Metrics:
    """A subscriber: give it every event with `on`, and it publishes a `TurnMeasured` for every answered turn.

    Times are wall-clock milliseconds after the last speech sample; what is before the turn's end is taken
    from the audio clock. With `--pace fast` the engines' real time is shown all the same.
    """

    def __init__(
        self, publish: Callable[[Event], None], wall: Callable[[], float] = time.perf_counter
    ) -> None:
        self._publish = publish
        self._wall = wall
        self._speech_end: float | None = None
        self._marks: dict[str, float] = {}

    def on(self, event: Event) -> None:
        """Take note of `event`; constant time."""
        match event:
            case TurnEnded():
                self._finish(event.at)
                self._speech_end = self._wall() - (event.at - event.speech_end) / HEARING_RATE
                self._mark("turn_end")
            case Transcribed():
                self._marks.pop("transcript", None)  # of a turn before this one that was still being heard
                self._mark("transcript")
            case ReplyText():
                self._mark("first_token")
            case ClauseReady():
                self._mark("first_clause")
            case ReplySounded():
                self._mark("first_sound")
            case ReplySpoken() | Ignored() | Failed():
                self._finish(event.at)  # what she says next is no answer to that turn
            case _:
                pass

    def _mark(self, name: str) -> None:
        if self._speech_end is not None and name not in self._marks:
            self._marks[name] = (self._wall() - self._speech_end) * 1000

    def _finish(self, at: int) -> None:
        if self._speech_end is not None and "first_sound" in self._marks:
            marks = {name: round(value, 1) for name, value in self._marks.items()}
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
        self._speech_end, self._marks = None, {}
