"""Is what was said for her? She hears herself, noise, the television and other people as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from samantha.audio.pcm import level_dbfs, samples, seconds
from samantha.config import Hearing
from samantha.events import IgnoredReason, Paused, TurnEnded
from samantha.hearing.plausible import own_voice, rejection
from samantha.ports import Transcript

ECHO_TAIL = samples(0.6)
"""How long after her last sound the room and the sound card may still give some of it back."""

ECHO_MEMORY = samples(2.0)
"""How long after her last sound a turn may still be her own voice coming back."""

RECENT = 8
"""Clauses of hers that her own echo is looked for in."""


class Audience:
    """Knows what she said lately, and judges what she hears by it. `clock` gives `at`."""

    def __init__(self, settings: Hearing, clock: Callable[[], int]) -> None:
        self.echoes = False
        """Whether her own voice can come back through the microphone."""
        self._settings = settings
        self._clock = clock
        self._said: list[str] = []
        self._last_sound = -ECHO_MEMORY

    def sounding(self) -> None:
        """She can be heard now."""
        self._last_sound = self._clock()

    def said(self, *clauses: str) -> None:
        """She said `clauses`, or part of them."""
        self._said = [*self._said, *clauses][-RECENT:]

    @property
    def echoing(self) -> bool:
        """Whether her own voice may be in what the microphone hears now."""
        return self.echoes and self._clock() - self._last_sound < ECHO_TAIL

    def doubt(
        self, turn: Paused | TurnEnded, transcript: Transcript, saying: Sequence[str]
    ) -> IgnoredReason | None:
        """Why `turn` is not for her, or None if it is; `saying` are the clauses that she speaks just now."""
        lately = turn.began - self._last_sound < ECHO_MEMORY
        if self.echoes and lately and own_voice(transcript.text, [*self._said, *saying]):
            return "own-voice"
        return rejection(
            level_dbfs(turn.audio),
            turn.speech_seconds,
            seconds(len(turn.audio)),
            transcript,
            self._settings,
        )
