"""Where a caller wants an answer to end: at the first of a few strings of his. Pure."""

from __future__ import annotations

from collections.abc import Sequence


class Stops:
    """Lets text through that comes in pieces, up to the first of `marks`, which is left out."""

    def __init__(self, marks: Sequence[str]) -> None:
        self._marks = [mark for mark in marks if mark]
        self._held = ""
        self.found = False
        """Whether one of them has come: nothing after it counts."""

    def feed(self, piece: str) -> str:
        """What can be given on now that `piece` has come; what may be the beginning of a mark is held."""
        if self.found:
            return ""
        self._held += piece
        at = min((at for mark in self._marks if (at := self._held.find(mark)) >= 0), default=None)
        self.found = at is not None
        if at is None:
            at = len(self._held) - self._beginning()
        ready, self._held = self._held[:at], self._held[at:]
        return ready

    def finish(self) -> str:
        """What was still held when the text ended."""
        left, self._held = "" if self.found else self._held, ""
        return left

    def _beginning(self) -> int:
        """How many characters at the end of what is held may be the beginning of a mark."""
        return max(
            (n for mark in self._marks for n in range(1, len(mark)) if self._held.endswith(mark[:n])),
            default=0,
        )
