"""From a key that goes down and up to somebody who begins and ends to talk. No clock, no thread: times are fed."""

from __future__ import annotations

from typing import Literal

from samantha.config import Ptt

TAP_S = 0.3
"""A press shorter than this is a tap."""

SETTLE_S = 0.02
"""A key that is down again within this time never went up: some remote desktops send a held key as pairs of
release and press, and a worn key bounces. So much later a release is believed; a press is believed at once."""

LONGEST_HOLD_S = 300.0
"""Nobody holds a key for longer: its release was lost, and the microphone must not stay open for it."""

Said = Literal["pressed", "released"]


class Talk:
    """Whether the person talks, in the style of the settings; `pressed` and `released` take turns.

    hold: while the key is down. With `tap_toggles`, a tap keeps it so until the release of the next press.
    toggle: from one press to the next.
    """

    def __init__(self, settings: Ptt) -> None:
        self._toggle = settings.style == "toggle"
        self._tap_toggles = settings.tap_toggles and not self._toggle
        self._talking = False
        self._down_at: float | None = None
        self._up_at: float | None = None
        self._began = False

    @property
    def talking(self) -> bool:
        """Whether `pressed` was said and `released` was not."""
        return self._talking

    @property
    def due(self) -> float | None:
        """When `tick` has something to decide, if nothing is fed before."""
        if self._up_at is not None:
            return self._up_at + SETTLE_S
        if self._down_at is not None and self._talking and not self._toggle:
            return self._down_at + LONGEST_HOLD_S
        return None

    def feed(self, down: bool, at: float) -> list[Said]:
        """The key went `down`, or up, at `at` seconds; what follows from it."""
        said = self.tick(at)
        if not down:
            if self._down_at is not None and self._up_at is None:
                self._up_at = at
        elif self._up_at is not None:
            self._up_at = None
        elif self._down_at is None:
            said += self._press(at)
        return said

    def tick(self, at: float) -> list[Said]:
        """It is `at` seconds; what follows from that."""
        due = self.due
        if due is None or at < due:
            return []
        if self._up_at is not None:
            return self._release(self._up_at)
        self._down_at = None
        return self._end()

    def _press(self, at: float) -> list[Said]:
        self._down_at = at
        if self._toggle and self._talking:
            return self._end()
        self._began = not self._talking
        self._talking = True
        return ["pressed"] if self._began else []

    def _release(self, at: float) -> list[Said]:
        assert self._down_at is not None
        tap = at - self._down_at < TAP_S
        self._down_at = self._up_at = None
        kept = self._toggle or (self._tap_toggles and tap and self._began)
        return [] if kept or not self._talking else self._end()

    def _end(self) -> list[Said]:
        self._talking = False
        return ["released"]
