"""A person who keeps to a script, and to manners: waits until she has finished, or speaks over her. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from samantha.audio.pcm import HEARING_BLOCK, Block, samples, silence

Cue = Literal["silence", "her voice"]

ANSWER = samples(1.0)
"""So much of her voice is an answer; less may be a sign of life."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Something to say: `sound`, at HEARING_RATE, `wait` seconds after its cue:

    ``"silence"``: she has answered what was said before, and is silent. ``"her voice"``: she is in the middle
    of her answer, of which `wait` seconds were heard; a line for which she does not say enough is never said.
    """

    sound: Block
    cue: Cue = "silence"
    wait: float = 2.0


class Person:
    """Speaks `lines` in order, in blocks; the clock is the blocks themselves.

    After `patience` seconds of an answer the person goes on, even while she speaks; who hears nothing at all
    waits three times as long, and after a mere "hmm" half as long for what follows it.
    """

    def __init__(self, lines: Sequence[Line], *, patience: float) -> None:
        self.said: list[int | None] = []
        """For each line so far the sample, at HEARING_RATE, at which it began; None if it was left out."""
        self._lines = tuple(lines)
        self._patience = patience
        self._at = 0
        self._rest = silence(0)  # of the line that is being said
        self._line_end = 0
        self._heard = 0  # samples of her voice since then
        self._heard_last = 0

    @property
    def finished(self) -> bool:
        """Everything is said, and she has had the time to answer."""
        if len(self.said) < len(self._lines) or len(self._rest):
            return False
        last = self._lines[-1].wait if self._lines else 0.0
        return self._out_of_patience or (self._answered and self._quiet_for(last))

    def speak(self) -> Block:
        """The next HEARING_BLOCK samples of the microphone."""
        if not len(self._rest) and len(self.said) < len(self._lines):
            self._consider(self._lines[len(self.said)])
        block = silence(HEARING_BLOCK)
        now, self._rest = self._rest[:HEARING_BLOCK], self._rest[HEARING_BLOCK:]
        block[: len(now)] = now
        self._at += HEARING_BLOCK
        if len(now):
            self._line_end, self._heard = self._at, 0
        return block

    def hear(self, audible: bool) -> None:
        """Whether she could be heard in the block that was played during the last one spoken."""
        if audible:
            self._heard_last = self._at
            self._heard += HEARING_BLOCK

    def _consider(self, line: Line) -> None:
        if line.cue == "silence":
            if self._out_of_patience or (self._answered and self._quiet_for(line.wait)):
                self._say(line)
        elif self._heard >= samples(line.wait) and self._heard_last == self._at:
            self._say(line)
        elif self._out_of_patience:
            self.said.append(None)

    def _say(self, line: Line) -> None:
        self.said.append(self._at)
        self._rest = line.sound

    def _quiet_for(self, seconds: float) -> bool:
        return self._at - max(self._heard_last, self._line_end) >= samples(seconds)

    @property
    def _answered(self) -> bool:
        if not self._line_end:
            return bool(self._lines)  # nothing need come before line one
        return self._heard >= ANSWER or (self._heard > 0 and self._quiet_for(self._patience / 2))

    @property
    def _out_of_patience(self) -> bool:
        patience = self._patience if self._heard or not self._lines else 3 * self._patience
        return self._at - self._line_end >= samples(patience)
