"""One side of a sound card: what it is to be plugged into, and when the next attempt is due."""

from __future__ import annotations

from dataclasses import dataclass, field

from samantha.audio.choice import Choice, Endpoint, Offer
from samantha.audio.line import Line

BACK_OFF = (0.25, 0.5, 1.0, 2.0)
"""Seconds between attempts; the last is repeated."""


@dataclass(slots=True)
class Jack:
    """What is meant, what is open, and what has failed. All times are seconds on the patchbay's clock."""

    choice: Choice
    on: bool = True
    cut: bool = False
    """It was turned off since it was opened, if only for a moment."""
    line: Line | None = None
    opened: float = 0.0
    failures: int = 0
    retry: float = 0.0
    """Before this moment it is left closed."""
    shunned: set[object] = field(default_factory=set)
    """What failed to open, until everything has or something changes."""

    def turn(self, on: bool) -> None:
        """Want it open, or closed; from any thread."""
        if not on:
            self.cut = True
        self.on = on

    def due(self, now: float) -> bool:
        """Whether it is wanted open, is not, and may be tried again."""
        return self.on and self.line is None and now >= self.retry

    def target(self, offer: Offer) -> Endpoint | None:
        """The device of `offer` to use; what has failed only once everything has."""
        target = self.choice.pick(offer, self.shunned)
        if target is None and self.shunned:
            self.shunned.clear()
            target = self.choice.pick(offer)
        return target

    def failed(self, target: Endpoint | None, now: float) -> None:
        """`target` could not be opened, or there was none."""
        if target is not None:
            self.shunned.add(target.identity)
        self.retry = now + BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
        self.failures += 1

    def forgive(self) -> None:
        """Something has changed: whatever failed may do now."""
        self.retry, self.failures = 0.0, 0
        self.shunned.clear()
